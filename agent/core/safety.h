#pragma once

// The rules that keep data safe, in one place: no step leaves the agent's core without passing
// vet().
//
// Specification
// 1.  Nothing is planned for a pool that is unavailable or whose copies are not known.
// 2.  An empty primary is made only if the assignment may create, in a session whose assignments
//   are known, when a complete look proved that the copy is absent, and never a second time in one
//   process. An image of a shared pool is made and destroyed by the pool's cluster agent only. An
//   empty receiving copy is made only while its transfer order stands.
// 3.  Only a whole copy of the right cluster, dataset and id, with role Primary at exactly the
//   granted epoch, is mounted, and only when no higher epoch of the dataset was seen.
// 4.  Making a mount needs control: assignments of a live session, or the same boot within the
//   ownership term. Keeping one does not, except on a shared pool with fence `self`: when the term
//   ends there, writers are stopped.
// 5.  A copy's epoch never goes down. Released is one-way: a released or stale copy becomes primary
//   again only at a higher epoch; a trashed one (deleted, then undeleted) also at its own. A
//   receiving copy becomes primary only when it is whole.
// 6.  Released is written only after it was proven, here and now, that nobody can still write.
// 7.  Format runs only while the dataset may be created (as in 2), on a copy that never had a
//   filesystem: data that cannot be recognised is DataMissing, never an empty filesystem.
// 8.  A copy is destroyed only by an order that names it, when it is the dataset's, not of a higher
//   epoch, and down.
// 9.  The final pass of a transfer is sent only from a copy that is down and proven quiet, by
//   order.
// 10. Absence of an assignment destroys, writes and renames nothing. A copy without one is taken
//   down (never forced) when control has said so in this session; else it stays as it is.
//
// Rationale
// Planning is easy to get almost right: a restart, a late message, an old file on disk each make
// one of its assumptions old. So the plan may propose anything, and the last word is here, from the
// facts as they are when the step leaves. Each refusal is a condition, because whatever waits says
// why.

#include "agent/core/local_state.h"

#include <optional>
#include <string>

namespace drover::agent::core {

// Why a step may not run: what becomes a condition of the copy.
struct Refusal
{
    model::ConditionType type = model::ConditionType::Converging;
    model::ConditionSeverity severity = model::ConditionSeverity::Info;
    std::string reason;
    std::string message;
    std::string suggestion;
    bool operator==(const Refusal&) const = default;
};

// Whether control was heard recently enough to make a mount (rule 4).
[[nodiscard]] bool mayMakeMounts(const Contact& contact, model::Now now);
// Whether this pool's writers must be stopped because the ownership term ended (rule 4).
[[nodiscard]] bool mustStopWriters(const PoolFacts& pool, const Contact& contact, model::Now now);
// When mustStopWriters may become true if nothing is heard (Now::running); absent: never.
[[nodiscard]] std::optional<model::Duration> writersStopAt(const PoolFacts& pool,
                                                           const Contact& contact);
// Whether this identity may become primary at `epoch` (rule 5); `whole`: its creation or reception
// was finished.
[[nodiscard]] std::optional<Refusal> refusePrimary(const model::CopyIdentity& identity,
                                                   model::Epoch epoch, bool whole);
// Whether the copy found is the one that the assignment means (cluster, dataset, copy).
[[nodiscard]] std::optional<Refusal> refuseForeign(const LocalState& state,
                                                   const model::CopyIdentity& identity,
                                                   const model::Assignment& a);

// The gate. `a` is the assignment by which the step is taken; null for steps that take an
// unassigned copy down or look at it.
[[nodiscard]] std::optional<Refusal> vet(const Step& step, const model::Assignment* a,
                                         const LocalState& state, const Assignments& assignments,
                                         model::Now now);

} // namespace drover::agent::core
