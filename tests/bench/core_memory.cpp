// What a dataset costs in control's memory, part by part, and what it costs in time to decide and
// apply with so many of them. No bus, no store: the state, and what agents were told.
//
//     bench_core_memory [DATASETS] [NODES]
//
// Bytes are what the heap has handed out (mallinfo2), with the allocator's own overhead.

#include "control/core/apply.h"
#include "control/core/assignments.h"
#include "control/core/decide.h"
#include "control/core/handover.h"
#include "control/core/status.h"
#include "control/service/told_assignments.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <malloc.h>
#include <random>
#include <string>
#include <vector>

using namespace drover;
using namespace drover::model;
using namespace drover::control;

namespace {

class Ids : public IdSource
{
public:
    Uuid next() override
    {
        Uuid id;
        for (auto& byte : id.bytes)
            byte = static_cast<std::uint8_t>(m_random() & 0xff);
        return id;
    }

private:
    std::mt19937_64 m_random{1};
};

std::size_t bytesInUse()
{
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

double secondsOf(const std::function<void()>& act)
{
    const auto begin = std::chrono::steady_clock::now();
    act();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

class Bench
{
public:
    Bench(std::size_t datasets, std::size_t nodes) : m_count(datasets)
    {
        m_now = {TimePoint{std::chrono::hours{24 * 365 * 50}}, Duration{1000}};
        m_state.observe(m_now);
        for (std::size_t i = 0; i < nodes; ++i)
            addNode(i);
    }

    void run()
    {
        std::printf("%zu datasets on %zu nodes\n\n%-34s %10s\n", m_count, m_nodes.size(),
                    "part, with its indexes", "bytes each");
        part("configuration", [this](std::size_t i) { addRecord(i); });
        part("ledger", [this](std::size_t i) { addLedger(i); });
        part("copies as reported", [this](std::size_t i) { addCopy(i); });
        part("published status", [this](std::size_t i) { addStatus(i); });
        part("what agents were told", [this](std::size_t i) { tell(i); });
        std::printf("%-34s %10.0f\n\n", "together", m_sum);
        std::printf("%-34s %10s\n", "act", "per second");
        rate("decide and apply a new dataset", [this](std::size_t i) { create(i); });
        rate("apply a copy's report", [this](std::size_t i) { addCopy(i); });
        rate("find out that nothing changed", [this](std::size_t i) { tell(i); });
    }

private:
    struct Node
    {
        NodeId id;
        PoolState pool;
    };

    void part(const char* name, const std::function<void(std::size_t)>& add)
    {
        const std::size_t before = bytesInUse();
        for (std::size_t i = 0; i < m_count; ++i)
            add(i);
        const double each =
            static_cast<double>(bytesInUse() - before) / static_cast<double>(m_count);
        m_sum += each;
        std::printf("%-34s %10.0f\n", name, each);
    }
    void rate(const char* name, const std::function<void(std::size_t)>& act) const
    {
        const std::size_t times = std::min<std::size_t>(m_count, 20'000);
        const double seconds = secondsOf([&] {
            for (std::size_t i = 0; i < times; ++i)
                act(i);
        });
        std::printf("%-34s %10.0f\n", name, static_cast<double>(times) / seconds);
    }

    void commit(std::vector<Change> changes)
    {
        Commit commit;
        commit.revision = m_state.revision() + 1;
        commit.term = 1;
        commit.at = m_now.wall;
        commit.changes = std::move(changes);
        core::apply(m_state, commit);
    }
    void addNode(std::size_t i)
    {
        Node node;
        node.id = m_ids.make<NodeId>();
        node.pool.id = m_ids.make<PoolId>();
        node.pool.name = "default";
        node.pool.kind = "loopback";
        node.pool.available = true;
        node.pool.capabilities.sizes = true;
        node.pool.capabilities.filesystems = {"ext4"};
        node.pool.capabilities.defaultFilesystem = "ext4";
        node.pool.capacity = node.pool.free = ByteCount{1ULL << 60};
        NodeLedger ledger;
        ledger.id = node.id;
        ledger.hostname = "node-" + std::to_string(i);
        PoolLedger pool;
        pool.id = node.pool.id;
        pool.name = node.pool.name;
        pool.kind = node.pool.kind;
        pool.nodes = {node.id};
        commit({RecordPut{ledger}, RecordPut{pool}});
        NodeState state;
        state.id = node.id;
        state.liveness = Liveness::Alive;
        state.session = m_ids.make<SessionId>();
        state.pools = {node.pool};
        core::apply(m_state, StateChange{NodeStatePut{state}});
        m_nodes.push_back(std::move(node));
    }
    const Node& nodeOf(std::size_t i) const { return m_nodes[i % m_nodes.size()]; }

    void addRecord(std::size_t i)
    {
        DatasetRecord record;
        record.id = m_ids.make<DatasetId>();
        record.header.name = "volume-of-team-" + std::to_string(i);
        record.header.createdBy = "operator-1";
        record.header.modRevision = m_state.revision() + 1;
        record.spec.size = ByteCount{1ULL << 30};
        record.spec.filesystem = "ext4";
        record.spec.placement.node = nodeOf(i).id;
        record.spec.metadata = {{"owner", "team-" + std::to_string(i % 100)}, {"tier", "gold"}};
        m_datasets.push_back(record.id);
        commit({RecordPut{record}});
    }
    void addLedger(std::size_t i)
    {
        DatasetLedger ledger;
        ledger.id = m_datasets[i];
        ledger.epoch = 1;
        ledger.owner = nodeOf(i).id;
        ledger.pool = nodeOf(i).pool.id;
        ledger.copy = m_ids.make<CopyId>();
        ledger.everCreated = true;
        commit({RecordPut{ledger}});
    }
    void addCopy(std::size_t i)
    {
        const DatasetLedger& ledger = *m_state.ledger(m_datasets[i]);
        const DatasetRecord& record = *m_state.dataset(m_datasets[i]);
        CopyState copy;
        copy.dataset = ledger.id;
        copy.copy = ledger.copy;
        copy.pool = ledger.pool;
        copy.epoch = ledger.epoch;
        copy.phase = CopyPhase::Mounted;
        copy.datasetName = record.header.name;
        copy.path = "/var/lib/drover/mnt/" + record.header.name;
        copy.filesystem = record.spec.filesystem;
        copy.size = record.spec.size;
        copy.used = ByteCount{1ULL << 20};
        copy.observedGeneration = record.header.generation;
        core::apply(m_state, StateChange{CopyStatePut{*ledger.owner, copy}});
    }
    void addStatus(std::size_t i)
    {
        if (const auto change = core::statusChange(m_state, m_datasets[i], m_now))
            core::apply(m_state, *change);
    }
    void tell(std::size_t i)
    {
        const NodeId node = nodeOf(i).id;
        m_told.tell(node, m_datasets[i],
                    m_told.difference(node, m_datasets[i],
                                      core::assignmentsOf(m_state, m_datasets[i], node)));
    }
    void create(std::size_t i)
    {
        DatasetCreate verb;
        verb.name = "another-" + std::to_string(i);
        verb.size = ByteCount{1ULL << 30};
        verb.node.id = nodeOf(i).id;
        Write write;
        write.operations.push_back({verb, {}});
        auto decision =
            core::decide(m_state, write, {"bench", KeyRole::Admin, std::nullopt}, m_now, m_ids);
        if (!decision) {
            std::fprintf(stderr, "refused: %s\n", decision.error().message.c_str());
            std::exit(1);
        }
        const DatasetId id = *decision->results.front().dataset;
        commit(std::move(decision->changes));
        auto next = core::advance(m_state, id, m_now, m_ids);
        commit(std::move(next.changes));
    }

    std::size_t m_count;
    Ids m_ids;
    Now m_now;
    core::ClusterState m_state;
    service::ToldAssignments m_told;
    std::vector<Node> m_nodes;
    std::vector<DatasetId> m_datasets;
    double m_sum = 0;
};

} // namespace

int main(int argc, char** argv)
{
    const std::size_t datasets = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000;
    const std::size_t nodes = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1000;
    if (datasets == 0 || nodes == 0) {
        std::fprintf(stderr, "usage: bench_core_memory [DATASETS] [NODES]\n");
        return 2;
    }
    Bench(datasets, nodes).run();
    return 0;
}
