#pragma once

// The port of control's durable memory: commits in order, the records they amount to, and the
// outcomes of requests.
//
// Specification
// - One opener at a time, for its whole life. append() is atomic and durable when it returns
//   success; on failure nothing of it is there. StoreFull is the only error after which the caller
//   may go on (having undone the batch); any other ends the process: it may or may not have been
//   written, and only the next load() tells.
// - Life: load() once, then raiseTerm() once, then append(). append() before raiseTerm() is
//   FailedState. A store in safe mode takes appends like another: what may be written to it then is
//   the caller's affair. After recover() it begins anew with load().
// - Revisions are without gaps: append() refuses (Conflict) unless the first commit's revision is
//   head + 1 and its term is the store's, and so on for the commits after it.
// - load() verifies what it reads; damage is an Error that names it, never an empty start.
// - Owned and used by one thread.

#include "control/core/lineage.h"
#include "proto/model/event.h"
#include "proto/model/result.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drover::control::store {

// The outcome of a request, kept so that its repetition is answered and not executed again.
struct Outcome
{
    std::string user;
    std::string requestId;
    std::string bodyDigest; // of the request's canonical bytes
    std::string reply;      // encoded
    model::TimePoint at;
    bool operator==(const Outcome&) const = default;
};

// Control found that the store is behind its cluster; kept with the store until a recovery ends it.
struct SafeModeMark
{
    std::string reason;
    model::TimePoint since;
    bool operator==(const SafeModeMark&) const = default;
};

struct Loaded
{
    model::Revision revision = 0; // head
    // everything at head, configuration and ledger; HistoryRecord among them
    std::vector<model::Record> records;
    // Not empty: a mark beside the store says that it was further once (an old copy was brought
    // back). The text says how far. Nothing may be decided from it (DESIGN.md 5.10).
    std::string behind;
    core::Lineage terms; // each term that was raised
    std::optional<SafeModeMark> safeMode;
};

class Store
{
public:
    virtual ~Store() = default;

    [[nodiscard]] virtual model::Result<Loaded> load() = 0;

    // Begins a new term, durably: one commit that puts the HistoryRecord with term + 1 and this
    // nonce. Returns that commit; it is the new head.
    [[nodiscard]] virtual model::Result<model::Commit> raiseTerm(const model::Uuid& nonce,
                                                                 model::TimePoint at) = 0;

    // Notes durably that nothing may be decided from this store until it is recovered; the first note
    // stays. Possible from load() on.
    [[nodiscard]] virtual model::Result<void> markSafeMode(const SafeModeMark& mark) = 0;

    // Ends safe mode: these commits, of a new term far above the store's, whose first puts the
    // HistoryRecord of a new history. All or nothing. Afterwards the store is as just opened: load()
    // it, and raise the term.
    [[nodiscard]] virtual model::Result<void> recover(const std::vector<model::Commit>& commits,
                                                      const std::vector<Outcome>& outcomes) = 0;

    // All or nothing. With both lists empty it writes durably all the same: a probe for whether the
    // disk has room again. An outcome with the key (user, requestId) of an earlier one replaces it.
    [[nodiscard]] virtual model::Result<void> append(const std::vector<model::Commit>& commits,
                                                     const std::vector<Outcome>& outcomes) = 0;

    [[nodiscard]] virtual model::Result<std::optional<Outcome>>
    findOutcome(std::string_view user, std::string_view requestId) = 0;

    // Commits with revision in (after, ...], oldest first, at most `limit`. Compacted when `after`
    // is older than what is kept.
    [[nodiscard]] virtual model::Result<std::vector<model::Commit>>
    commitsAfter(model::Revision after, std::uint32_t limit) = 0;

    // Commits before `before` (0 = from the newest), newest first; optionally only those that touch
    // one dataset (its record, its ledger, or a log entry about it).
    [[nodiscard]] virtual model::Result<std::vector<model::Commit>>
    history(model::Revision before, std::uint32_t limit,
            const std::optional<model::DatasetId>& dataset) = 0;

    // The configuration's records (isConfiguration) as of a revision, sorted by key: those with a
    // key after `after`, at most `limit`. Compacted when it is not kept, NotFound when it is above
    // the head.
    [[nodiscard]] virtual model::Result<std::vector<model::Record>>
    configurationPage(model::Revision revision, const std::optional<model::RecordKey>& after,
                      std::uint32_t limit) = 0;
    // All of them.
    [[nodiscard]] model::Result<std::vector<model::Record>>
    configurationAt(model::Revision revision)
    {
        return configurationPage(revision, std::nullopt, std::numeric_limits<std::uint32_t>::max());
    }

    // The oldest revision whose commit is kept; head + 1 when none is.
    [[nodiscard]] virtual model::Result<model::Revision> oldestKept() = 0;

    // Forgets, oldest first, commits below `keepFrom` or made before `keepSince` (records stay),
    // and outcomes before `outcomesBefore`; at most `limit` of each in one call. Returns whether
    // there is more to forget.
    [[nodiscard]] virtual model::Result<bool> compact(model::Revision keepFrom,
                                                      model::TimePoint keepSince,
                                                      model::TimePoint outcomesBefore,
                                                      std::uint32_t limit) = 0;
};

} // namespace drover::control::store
