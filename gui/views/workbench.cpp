#include "gui/views/workbench.h"

#include "gui/models/words.h"

#include <utility>

namespace drover::gui {

using models::ConnectionInfo;
using models::Words;

Workbench::Workbench(QObject* parent) : QObject(parent)
{
    const auto refresh = [this] { actions.refresh(); };
    connect(&session, &bridge::Session::connectionChanged, this, refresh);
    connect(&pending, &models::PendingChanges::countChanged, this, refresh);
    connect(this, &Workbench::selectionChanged, this, refresh);
    connect(&data, &models::ClusterData::changed, this, [this](const models::Touched& touched) {
        // What may be done with the selected ones depends on what they are now.
        for (const model::DatasetId& id : m_selected)
            if (touched.all || touched.datasets.contains(id)) {
                Q_EMIT selectionChanged();
                return;
            }
    });
}

Workbench::~Workbench() = default;

void Workbench::selectDatasets(std::vector<model::DatasetId> ids)
{
    if (ids == m_selected)
        return;
    m_selected = std::move(ids);
    Q_EMIT selectionChanged();
}

std::vector<const model::DatasetRecord*> Workbench::selectedRecords() const
{
    std::vector<const model::DatasetRecord*> records;
    for (const model::DatasetId& id : m_selected)
        if (const model::DatasetRecord* record = data.dataset(id))
            records.push_back(record);
    return records;
}

void Workbench::show(const QString& facet, const QString& filter)
{
    Q_EMIT showRequested(facet, filter);
}

void Workbench::showDataset(const model::DatasetId& id) { Q_EMIT datasetRequested(id); }

QString Workbench::changeBlocker() const
{
    const ConnectionInfo& connection = session.connection();
    if (!connection.hasData())
        return tr("No cluster is shown yet");
    if (!connection.mayChange())
        return connection.role
                   ? tr("Your role, %1, may look but not change").arg(Words::of(*connection.role))
                   : tr("Your role is not known yet");
    return {};
}

} // namespace drover::gui
