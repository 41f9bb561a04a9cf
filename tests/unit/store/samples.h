#pragma once

// Small values that the tests of the store write and read back.

#include "control/store/store.h"

#include <random>

namespace drover::control::store::samples {

// The same ids for the same seed.
class SeededIds : public model::IdSource
{
public:
    explicit SeededIds(std::uint64_t seed) : m_random(seed) {}
    model::Uuid next() override
    {
        model::Uuid id;
        for (auto& byte : id.bytes)
            byte = static_cast<std::uint8_t>(m_random() & 0xff);
        return id;
    }

private:
    std::mt19937_64 m_random;
};

inline model::TimePoint at(std::int64_t milliseconds)
{
    return model::TimePoint{model::Duration{1'700'000'000'000 + milliseconds}};
}

inline model::DatasetId datasetId(std::uint8_t number)
{
    model::DatasetId id;
    id.value.bytes.fill(number);
    return id;
}

inline model::DatasetRecord dataset(std::uint8_t number, const std::string& name,
                                    model::Revision revision)
{
    model::DatasetRecord record;
    record.id = datasetId(number);
    record.header.name = name;
    record.header.modRevision = revision;
    record.header.createdAt = at(number);
    record.header.createdBy = "admin";
    record.spec.size = model::ByteCount{64ULL << 20};
    record.spec.metadata = {{"purpose", "test"}};
    return record;
}

inline model::DatasetLedger ledger(std::uint8_t number, model::Epoch epoch)
{
    model::DatasetLedger record;
    record.id = datasetId(number);
    record.epoch = epoch;
    return record;
}

// What a new cluster starts with.
inline std::vector<model::Record> firstRecords()
{
    SeededIds ids{7};
    model::ClusterRecord cluster;
    cluster.id = ids.make<model::ClusterId>();
    cluster.header.name = "test";
    cluster.header.createdAt = at(0);
    model::HistoryRecord history;
    history.history = ids.make<model::HistoryId>();
    model::KeyRecord key;
    key.publicKey = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
    key.name = "admin";
    key.role = model::KeyRole::Admin;
    key.createdAt = at(0);
    return {cluster, history, key};
}

inline model::Commit commit(model::Revision revision, model::Term term,
                            std::vector<model::Change> changes, std::int64_t time = 0)
{
    model::Commit commit;
    commit.revision = revision;
    commit.term = term;
    commit.at = at(time != 0 ? time : static_cast<std::int64_t>(revision));
    commit.changes = std::move(changes);
    return commit;
}

inline Outcome outcome(const std::string& requestId, std::int64_t time,
                       const std::string& reply = "reply")
{
    return Outcome{"admin", requestId, "digest of " + requestId, reply, at(time)};
}

} // namespace drover::control::store::samples
