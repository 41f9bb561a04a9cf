#pragma once

// The messages that passed between this program and control, newest last; a bounded number of them.

#include "gui/models/keyed_table_model.h"
#include "proto/model/quantity.h"

#include <QString>

#include <cstdint>
#include <optional>

namespace drover::gui::models {

struct TappedMessage
{
    enum class Kind { Request, Reply, Event };
    std::uint64_t id = 0; // in the order in which they passed
    Kind kind = Kind::Event;
    model::TimePoint at; // of this machine
    QString name;        // the verb, or the stream
    QString note;        // of a reply: how long it took, or its error; of an event: its number
    QString json;        // all of it, in the schema's mapping; a long one is cut
    bool operator==(const TappedMessage&) const = default;
};

class MessagesModel final : public KeyedTableModel<std::uint64_t, TappedMessage>
{
    Q_OBJECT
public:
    enum Column { When, Direction, Name, Note, Content, ColumnCount };
    static constexpr int kMaximum = 2'000; // older ones go
    static constexpr int kSortRole = Qt::UserRole;

    explicit MessagesModel(QObject* parent = nullptr) : KeyedTableModel(parent) {}

    void take(std::vector<TappedMessage> messages);
    void clear() { reset({}); }

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;
};

} // namespace drover::gui::models
