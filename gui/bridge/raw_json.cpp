#include "gui/bridge/raw_json.h"

#include "proto/codec/json.h"

namespace drover::gui::bridge {

QString rawJson(const models::ClusterData& data, const model::DatasetRecord& record)
{
    model::DatasetView view;
    view.record = record;
    view.status.id = record.id;
    if (const model::DatasetLedger* ledger = data.ledger(record.id))
        view.ledger = *ledger;
    if (const model::DatasetStatus* status = data.status(record.id))
        view.status = *status;
    for (const model::LeaseRecord* lease : data.leasesOf(record.id))
        view.leases.push_back(*lease);
    return QString::fromStdString(codec::toJson(view, codec::JsonStyle::Indented));
}

QString rawJson(const models::ClusterData& data, const model::NodeLedger& ledger)
{
    model::NodeView view;
    view.ledger = ledger;
    if (const model::NodeRecord* record = data.node(ledger.id))
        view.record = *record;
    if (const model::NodeState* state = data.nodeState(ledger.id))
        view.state = *state;
    view.datasets = data.ownedBy(ledger.id);
    return QString::fromStdString(codec::toJson(view, codec::JsonStyle::Indented));
}

} // namespace drover::gui::bridge
