#pragma once

// Small clusters for the tests of the models: made-up records, and batches of them.

#include "gui/models/cluster_data.h"

#include <string>
#include <vector>

namespace drover::test {

template <class AnyId>
AnyId someId(std::uint8_t number)
{
    AnyId id;
    id.value.bytes[15] = number;
    return id;
}

inline model::DatasetRecord someDataset(std::uint8_t number, const std::string& name,
                                        model::Revision revision = 1)
{
    model::DatasetRecord record;
    record.id = someId<model::DatasetId>(number);
    record.header.name = name;
    record.header.modRevision = revision;
    record.spec.size = model::ByteCount{1ULL << 30};
    return record;
}

inline model::DatasetStatus someStatus(std::uint8_t number, model::Sync sync, model::Health health)
{
    model::DatasetStatus status;
    status.id = someId<model::DatasetId>(number);
    status.sync = sync;
    status.health = health;
    return status;
}

inline model::NodeLedger someNode(std::uint8_t number, const std::string& hostname)
{
    model::NodeLedger ledger;
    ledger.id = someId<model::NodeId>(number);
    ledger.hostname = hostname;
    return ledger;
}

inline model::DatasetLedger someLedger(std::uint8_t dataset, std::uint8_t node)
{
    model::DatasetLedger ledger;
    ledger.id = someId<model::DatasetId>(dataset);
    ledger.owner = someId<model::NodeId>(node);
    ledger.epoch = 1;
    return ledger;
}

inline gui::models::Batch records(const std::vector<model::Record>& all)
{
    gui::models::Batch batch;
    for (const model::Record& record : all)
        batch.records.push_back(model::RecordPut{record});
    return batch;
}

inline gui::models::Batch removed(const model::Record& record)
{
    gui::models::Batch batch;
    batch.records.push_back(model::RecordRemoved{model::keyOf(record)});
    return batch;
}

inline gui::models::Batch facts(const std::vector<model::DatasetStatus>& all)
{
    gui::models::Batch batch;
    for (const model::DatasetStatus& status : all)
        batch.facts.push_back(model::DatasetStatusPut{status});
    return batch;
}

} // namespace drover::test
