#include "tests/sim/history.h"

#include <algorithm>
#include <set>

namespace drover::sim {

namespace {

// Of `moved to n2 (#17)`: `#17`. Empty = the entry is not of such a request.
std::string reasonOf(const model::LogEntry& entry)
{
    const auto begin = entry.message.rfind("(#");
    const auto end = begin == std::string::npos ? begin : entry.message.find(')', begin);
    return end == std::string::npos ? std::string()
                                    : entry.message.substr(begin + 1, end - begin - 1);
}

} // namespace

History::Past History::begin(const std::vector<model::Commit>& commits)
{
    m_pasts.emplace_back();
    for (const model::Commit& commit : commits)
        appended(m_pasts.size() - 1, commit);
    return m_pasts.size() - 1;
}

History::Past History::fork(Past from, model::Revision upTo)
{
    One copy = m_pasts[from];
    copy.commits.resize(upTo);
    copy.tables = {};
    copy.tablesAt = 0;
    for (auto& [reason, revisions] : copy.reasons)
        std::erase_if(revisions, [&](model::Revision revision) { return revision > upTo; });
    m_pasts.push_back(std::move(copy));
    return m_pasts.size() - 1;
}

void History::appended(Past past, const model::Commit& commit)
{
    One& one = m_pasts[past];
    if (commit.revision != one.commits.size() + 1)
        m_violation("5.6: revision " + std::to_string(commit.revision) + " was appended after " +
                    std::to_string(one.commits.size()));
    one.commits.push_back(commit);
    std::set<std::string> reasons;
    for (const model::LogEntry& entry : commit.log)
        reasons.insert(reasonOf(entry));
    reasons.erase("");
    for (const std::string& reason : reasons) {
        auto& revisions = one.reasons[reason];
        revisions.push_back(commit.revision);
        if (revisions.size() > 1)
            m_violation("5.1: request " + reason + " was executed at revision " +
                        std::to_string(revisions.front()) + " and again at " +
                        std::to_string(commit.revision));
    }
    m_onAppended(past, commit);
}

void History::published(Past past, const model::StreamMessage& message)
{
    const std::string name =
        std::string(model::topicOf(message.stream)) + " " + std::to_string(message.n);
    if (message.stream == model::Stream::State) {
        auto& messages = m_state[message.streamId];
        if (message.n != messages.size() + 1)
            m_violation("stream: " + name + " was published after " +
                        std::to_string(messages.size()));
        messages.push_back(message);
        return;
    }
    const model::Commit* stored = commit(past, message.n);
    if (stored == nullptr)
        m_violation("stream: " + name + " was published and is not in the store");
    else if (message.stream == model::Stream::Config && message.commit &&
             message.commit->changes != stored->changes)
        m_violation("stream: " + name + " is not what the store has at that revision");
}

// A tick is a bookmark: whoever has everything up to it has everything.
void History::published(Past past, const model::Tick& tick)
{
    for (const model::Tick::Position& position : tick.positions) {
        const auto state = m_state.find(position.streamId);
        const std::uint64_t last = position.stream != model::Stream::State ? head(past)
                                   : state == m_state.end()                ? 0
                                                                           : state->second.size();
        if (position.n != last)
            m_violation("stream: a tick says that " + std::string(model::topicOf(position.stream)) +
                        " is at " + std::to_string(position.n) + ", it is at " +
                        std::to_string(last));
    }
}

const model::Commit* History::commit(Past past, model::Revision revision) const
{
    const auto& commits = m_pasts[past].commits;
    return revision == 0 || revision > commits.size() ? nullptr : &commits[revision - 1];
}

const client::Tables& History::recordsAt(Past past, model::Revision revision)
{
    One& one = m_pasts[past];
    if (revision < one.tablesAt) {
        one.tables = {};
        one.tablesAt = 0;
    }
    for (; one.tablesAt < revision; ++one.tablesAt)
        for (const model::Change& change : one.commits[one.tablesAt].changes)
            one.tables.apply(change);
    return one.tables;
}

const model::StreamMessage* History::stateMessage(const model::StreamId& stream,
                                                  std::uint64_t n) const
{
    const auto found = m_state.find(stream);
    const bool there = found != m_state.end() && n > 0 && n <= found->second.size();
    return there ? &found->second[n - 1] : nullptr;
}

client::Tables History::factsAt(const model::StreamId& stream, std::uint64_t n) const
{
    client::Tables tables;
    for (std::uint64_t i = 1; i <= n; ++i)
        if (const model::StreamMessage* message = stateMessage(stream, i))
            for (const model::StateChange& fact : message->facts)
                tables.apply(fact);
    return tables;
}

std::size_t History::timesWritten(Past past, const std::string& reason) const
{
    const auto found = m_pasts[past].reasons.find(reason);
    return found == m_pasts[past].reasons.end() ? 0 : found->second.size();
}

bool sameRecords(const client::Tables& one, const client::Tables& other)
{
    return one.cluster() == other.cluster() && one.datasets() == other.datasets() &&
           one.nodes() == other.nodes() && one.keys() == other.keys() &&
           one.history() == other.history() && one.datasetLedgers() == other.datasetLedgers() &&
           one.nodeLedgers() == other.nodeLedgers() && one.poolLedgers() == other.poolLedgers() &&
           one.leases() == other.leases() && one.tombstones() == other.tombstones();
}

bool sameFacts(const client::Tables& one, const client::Tables& other)
{
    return one.nodeStates() == other.nodeStates() && one.copyStates() == other.copyStates() &&
           one.datasetStatuses() == other.datasetStatuses();
}

} // namespace drover::sim
