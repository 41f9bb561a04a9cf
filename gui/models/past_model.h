#pragma once

// The configuration as it was at a revision, object by object, against what is desired now. Nothing
// in it can be changed.

#include "gui/models/cluster_data.h"
#include "gui/models/detail.h"
#include "gui/models/keyed_table_model.h"
#include "gui/models/sign.h"

#include <QString>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace drover::gui::models {

struct PastRow
{
    enum class Against {
        Same,
        Changed,   // `difference` says in what
        GoneSince, // deleted or forgotten
        BackSince, // it was deleted then, and is not now
        MadeSince  // it did not exist
    };
    std::string id; // `d:` or `n:`, and the object's id
    QString name;   // of then
    QString kind;
    QString node; // where it was to be
    QString size;
    QString labels; // and metadata
    QString state;
    Against against = Against::Same;
    QString difference; // in words
    bool operator==(const PastRow&) const = default;
};

class PastModel final : public KeyedTableModel<std::string, PastRow>
{
    Q_OBJECT
public:
    enum Column { Name, Kind, State, Node, Size, Labels, Difference, ColumnCount };
    static constexpr int kSortRole = Qt::UserRole;

    // The data outlives it.
    explicit PastModel(const ClusterData& data, QObject* parent = nullptr);

    // Datasets and nodes of then; what else is in it is left out.
    void take(model::Revision revision, const std::vector<model::Record>& records);
    void clear();
    [[nodiscard]] model::Revision revision() const { return m_revision; } // 0: nothing is shown
    // How many objects are not as they were.
    [[nodiscard]] std::size_t different() const;
    // The object of a row field by field: then in `desired`, now in `actual`.
    [[nodiscard]] std::vector<FieldRow> thenAndNow(int row) const;

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    void update(const Touched& touched);
    // Absent: it exists neither then nor now.
    [[nodiscard]] std::optional<PastRow> rowOf(const model::DatasetId& id) const;
    [[nodiscard]] std::optional<PastRow> rowOf(const model::NodeId& id) const;
    [[nodiscard]] QString text(const PastRow& row, int column) const;

    const ClusterData& m_data;
    model::Revision m_revision = 0;
    std::map<model::DatasetId, model::DatasetRecord> m_datasets;
    std::map<model::NodeId, model::NodeRecord> m_nodes;
};

} // namespace drover::gui::models
