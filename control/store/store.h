#pragma once

// The port of control's durable memory: commits in order, the records they amount to, and the outcomes of requests.
//
// Specification
// - One opener at a time, for its whole life. append() is atomic and durable when it returns success; on failure nothing of it is
//   there. StoreFull is the only error after which the caller may go on (having undone the batch); any other ends the process.
// - Revisions are without gaps: append() refuses (Conflict) unless the first commit's revision is head + 1 and its term is the
//   store's.
// - load() verifies what it reads; damage is an Error that names it, never an empty start.

#include "proto/model/event.h"
#include "proto/model/result.h"

#include <cstdint>
#include <optional>
#include <string>
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

struct Loaded
{
    model::Revision revision = 0;          // head
    std::vector<model::Record> records;    // everything at head, configuration and ledger
    std::vector<Outcome> outcomes;         // not older than asked for
};

class Store
{
public:
    virtual ~Store() = default;
    [[nodiscard]] virtual model::Result<Loaded> load(model::TimePoint outcomesSince) = 0;
    // Raises the term durably before anything else is written in it.
    [[nodiscard]] virtual model::Result<void> append(const std::vector<model::Commit>& commits, const std::vector<Outcome>& outcomes) = 0;
    // Commits with revision in (after, ...], oldest first, at most `limit`. Compacted when `after` is older than what is kept.
    [[nodiscard]] virtual model::Result<std::vector<model::Commit>> commitsAfter(model::Revision after, std::uint32_t limit) = 0;
    // Commits before `before` (0 = newest), newest first; optionally only those that touch one dataset.
    [[nodiscard]] virtual model::Result<std::vector<model::Commit>> history(model::Revision before, std::uint32_t limit,
                                                                            const std::optional<model::DatasetId>& dataset) = 0;
    // The configuration's records (isConfiguration) as of a revision. Compacted when it is not kept.
    [[nodiscard]] virtual model::Result<std::vector<model::Record>> configurationAt(model::Revision revision) = 0;
    [[nodiscard]] virtual model::Result<model::Revision> oldestKept() = 0;
    // Forgets commits below `keepFrom` (records stay), and outcomes before `outcomesBefore`.
    [[nodiscard]] virtual model::Result<void> compact(model::Revision keepFrom, model::TimePoint outcomesBefore) = 0;
};

} // namespace drover::control::store
