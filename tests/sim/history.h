#pragma once

// What the stores of a run hold, commit by commit, and what control published of the actual state: what mirrors are held against.
//
// A past is one store's history. Copying a store forks its past: both begin alike and go on apart, whoever starts control on which.

#include "bus/client/tables.h"
#include "proto/model/api.h"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace drover::sim {

class History
{
public:
    using Past = std::size_t;
    // Called with what is wrong, the invariant first; and with whatever became durable.
    History(std::function<void(std::string)> violation,
            std::function<void(Past, const model::Commit&)> onAppended)
        : m_violation(std::move(violation)), m_onAppended(std::move(onAppended))
    {}

    [[nodiscard]] Past begin(const std::vector<model::Commit>& commits);
    [[nodiscard]] Past fork(Past from, model::Revision upTo);
    // Durable from now on.
    void appended(Past past, const model::Commit& commit);
    // Control is about to publish this, standing on that past.
    void published(Past past, const model::StreamMessage& message);
    void published(Past past, const model::Tick& tick);

    [[nodiscard]] std::size_t pasts() const { return m_pasts.size(); }
    [[nodiscard]] model::Revision head(Past past) const { return m_pasts[past].commits.size(); }
    // Null when that past has no such revision.
    [[nodiscard]] const model::Commit* commit(Past past, model::Revision revision) const;
    // The records of a past at a revision that it has.
    [[nodiscard]] const client::Tables& recordsAt(Past past, model::Revision revision);
    // Null when that stream never had such a message.
    [[nodiscard]] const model::StreamMessage* stateMessage(const model::StreamId& stream,
                                                           std::uint64_t n) const;
    [[nodiscard]] client::Tables factsAt(const model::StreamId& stream, std::uint64_t n) const;
    // How often a past was written to for this reason (a token that a client gave to one request only).
    [[nodiscard]] std::size_t timesWritten(Past past, const std::string& reason) const;

private:
    struct One
    {
        std::vector<model::Commit> commits; // revision 1 first
        std::map<std::string, std::vector<model::Revision>> reasons;
        client::Tables tables; // at `tablesAt`
        model::Revision tablesAt = 0;
    };
    std::function<void(std::string)> m_violation;
    std::function<void(Past, const model::Commit&)> m_onAppended;
    std::vector<One> m_pasts;
    std::map<model::StreamId, std::vector<model::StreamMessage>> m_state; // n = 1 first
};

// Whether two tables hold the same configuration and ledger, or the same actual state.
[[nodiscard]] bool sameRecords(const client::Tables& one, const client::Tables& other);
[[nodiscard]] bool sameFacts(const client::Tables& one, const client::Tables& other);

} // namespace drover::sim
