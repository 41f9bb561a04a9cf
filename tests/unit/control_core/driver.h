#pragma once

// A control service in miniature around the pure core: commits what is decided, advances what is
// touched until nothing is next, publishes statuses, and holds the invariants after each step. No
// bus, no store, no clock: a test moves the time.

#include "control/core/apply.h"
#include "control/core/decide.h"
#include "control/core/handover.h"
#include "control/core/sessions.h"

#include <map>
#include <string>
#include <vector>

namespace drover::control::core::test {

// Ids in a fixed order for a seed; never nil, never twice.
class CountingIds : public model::IdSource
{
public:
    explicit CountingIds(std::uint64_t seed = 1) : m_seed(seed) {}
    model::Uuid next() override;

private:
    std::uint64_t m_seed;
    std::uint64_t m_count = 0;
};

// An id that a test can name.
template <class AnyId>
AnyId numbered(std::uint8_t number)
{
    AnyId id;
    id.value.bytes[0] = 0xA0;
    id.value.bytes[15] = number;
    return id;
}

model::PoolState localPool(std::uint8_t number, const std::string& name,
                           const std::string& kind = "loopback");
model::PoolState sharedPool(std::uint8_t number, const std::string& name,
                            model::Fence fence = model::Fence::None);

class Driver
{
public:
    Driver();

    // ---- the state
    ClusterState state;
    model::Now now;
    CountingIds ids;
    std::vector<model::Commit> commits;
    std::vector<std::string> broken; // invariants that did not hold, as they were found
    bool checkAlways = true;         // invariants after each step
    bool checkUndo = false;          // after each commit: its inverses give the former state

    // ---- what clients do. By role admin. Commits, then advances.
    model::Result<Decision> write(const model::WriteVerb& verb);
    model::Result<Decision> write(const model::Write& write);
    // The id of a dataset made with `verb`; ends the test when it was refused.
    model::DatasetId create(const model::DatasetCreate& verb);

    // ---- what agents do Opens a session for node `number` (hostname `nNUMBER`) and ends its first
    // full report with these copies.
    void join(std::uint8_t number, const std::vector<model::PoolState>& pools,
              const std::vector<model::CopyState>& copies = {});
    HelloResult hello(std::uint8_t number, const std::vector<model::PoolState>& pools);
    void report(std::uint8_t number, const std::vector<model::CopyState>& copies,
                const std::vector<model::CopyId>& gone = {}, bool complete = false);
    void reportPools(std::uint8_t number, const std::vector<model::PoolState>& pools);
    // Does at once everything that is assigned to every alive node, until nothing is: the ideal
    // agents.
    void converge();

    // ---- time
    void pass(model::Duration time, bool heartbeats = true);
    // Control starts again from what was committed.
    void restart();

    // ---- questions
    [[nodiscard]] const model::DatasetLedger& ledger(const model::DatasetId& id) const;
    [[nodiscard]] model::DatasetStatus status(const model::DatasetId& id) const;
    [[nodiscard]] bool says(const model::DatasetId& id,
                            const std::string& reason) const; // a condition of that reason
    [[nodiscard]] std::vector<model::Assignment> orders(const model::DatasetId& id,
                                                        std::uint8_t node) const;
    [[nodiscard]] std::optional<model::Goal> goal(const model::DatasetId& id,
                                                  std::uint8_t node) const; // of the only order

    void commit(const Decision& decision);
    void apply(const std::vector<model::StateChange>& changes);

private:
    void settle();
    void check(const std::string& where);
    bool convergeOnce();

    Touched m_touched;
    std::map<std::uint8_t, model::SessionId> m_sessions;
    model::Now m_lastTick;
};

inline model::NodeId nodeId(std::uint8_t number) { return numbered<model::NodeId>(number); }
inline model::NodeRef node(std::uint8_t number) { return {nodeId(number), {}}; }
inline model::DatasetRef named(const std::string& name) { return {std::nullopt, name}; }
inline model::DatasetRef ref(const model::DatasetId& id) { return {id, {}}; }

} // namespace drover::control::core::test
