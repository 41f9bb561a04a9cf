#pragma once

// The accepted keys as a table: who may come in, and as what.

#include "gui/models/cluster_data.h"
#include "gui/models/keyed_table_model.h"

#include <QString>

#include <string>

namespace drover::gui::models {

struct KeyRow
{
    std::string id; // the public key
    QString name;
    QString role;
    QString node; // that a node's key speaks for
    QString since;
    QString by;
    bool operator==(const KeyRow&) const = default;
};

class KeysModel final : public KeyedTableModel<std::string, KeyRow>
{
    Q_OBJECT
public:
    enum Column { Name, KeyRole, Node, Since, By, PublicKey, ColumnCount };

    // The data outlives the model.
    explicit KeysModel(const ClusterData& data, QObject* parent = nullptr);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    void update(const Touched& touched);
    [[nodiscard]] KeyRow rowOf(const model::KeyRecord& key) const;

    const ClusterData& m_data;
};

} // namespace drover::gui::models
