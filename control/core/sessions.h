#pragma once

// Agents' sessions: who may open one, and what its reports say.
//
// Specification
// - A node's first full report ends in `complete`. Before that the node is Syncing: nothing is
//   absent, no grant uses it.
// - At `complete`, copies that the session did not name are removed from the state if their pool is
//   available there; copies in other pools keep their last state. Not knowing is not absence.
// - What an agent says about a pool is checked against the ledger; a pool that another node has, or
//   that changed its kind, is taken as unavailable and says why. Such a claim never changes the
//   ledger.

#include "control/core/decide.h"

#include <optional>
#include <vector>

namespace drover::control::core {

// A connection that already speaks for the node in this run of control.
struct LiveSession
{
    enum class Probe { NotProbed, Answered, Silent };
    model::Uuid incarnation;
    model::MachineId machine;
    Probe probe = Probe::NotProbed;
};

enum class HelloVerdict {
    Accept, // commit `decision`, apply `facts`, then answer with `welcome`
    Probe,  // another process speaks for this node: ask it, then call again with the answer
    Refuse  // answer with `error`
};

struct HelloResult
{
    HelloVerdict verdict = HelloVerdict::Refuse;
    model::Error error;
    Decision decision; // NodeLedger and PoolLedgers; may be empty
    std::vector<model::StateChange> facts;
    model::Welcome welcome;
    // with Refuse: the agent remembers more of this history than control: safe mode
    bool amnesia = false;
};

[[nodiscard]] HelloResult acceptHello(const ClusterState& state, const model::Hello& hello,
                                      const Actor& actor, const std::optional<LiveSession>& live,
                                      const model::Now& now, model::IdSource& ids);

// StaleSession when the report is of another session than the node's. Numbers and gaps are the
// caller's.
[[nodiscard]] model::Result<void> checkReport(const ClusterState& state, const model::NodeId& node,
                                              const model::Report& report);
// What a report of the node's current session changes. Only what differs from what is known; a
// heartbeat changes nothing, except that a silent node is alive again.
[[nodiscard]] std::vector<model::StateChange> onReport(const ClusterState& state,
                                                       const model::NodeId& node,
                                                       const model::Report& report,
                                                       const model::Now& now);

// The agent remembers a term or revision of this very history that control never had: control must
// enter safe mode.
[[nodiscard]] bool impliesAmnesia(const ClusterState& state, const model::Hello& hello);
// A copy of a known dataset carries an epoch that was never granted here.
[[nodiscard]] bool impliesAmnesia(const ClusterState& state, const model::Report& report);

// The facts that show, and stop showing, that somebody else than the node's own session says Hello
// for it; none when that is shown already, or not shown. A new session begins without it.
[[nodiscard]] std::vector<model::StateChange> showDuplicate(const ClusterState& state,
                                                            const model::Hello& refused,
                                                            const model::Error& why,
                                                            const model::Now& now);
[[nodiscard]] std::vector<model::StateChange> hideDuplicate(const ClusterState& state,
                                                            const model::NodeId& node);

} // namespace drover::control::core
