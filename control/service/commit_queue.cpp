#include "control/service/commit_queue.h"

#include "proto/codec/store_codec.h"
#include "proto/model/crash_point.h"

namespace drover::control::service {

using namespace model;

namespace {

// A commit of so few changes is below the frame limit whatever they are: the largest record is
// below 100 KiB.
constexpr std::size_t kSurelySmall = 8;
// Room for the envelope around a commit in a message.
constexpr std::size_t kEnvelope = 4096;

} // namespace

Revision CommitQueue::commit(core::Decision decision, core::Touched& touched)
{
    for (const LeaseToken& token : decision.renewed)
        m_state->renew(token);
    if (decision.changes.empty())
        return m_state->revision();
    const Now now = m_clock->now();
    Entry entry;
    Commit& commit = entry.commit;
    commit.revision = m_state->revision() + 1;
    commit.term = m_state->history().term;
    commit.at = now.wall;
    commit.changes = std::move(decision.changes);
    commit.log = std::move(decision.log);
    if (now.running - m_state->history().running >= kRunningTimeLag) {
        HistoryRecord history = m_state->history();
        history.running = now.running;
        commit.changes.push_back(RecordPut{history});
    }
    for (const Change& change : commit.changes)
        core::touch(touched, *m_state, change);
    entry.inverses = core::apply(*m_state, commit);
    m_entries.push_back(std::move(entry));
    return m_state->revision();
}

Result<void> CommitQueue::fits(const core::Decision& decision) const
{
    if (decision.changes.size() <= kSurelySmall && decision.log.size() <= kSurelySmall)
        return {};
    Commit commit;
    commit.changes = decision.changes;
    commit.log = decision.log;
    const std::size_t size = codec::encodeCommit(commit).size();
    if (size + kEnvelope <= kMaximumFrame)
        return {};
    return Error{ErrorCode::TooLarge,
                 "the change is one record of " + std::to_string(size) + " bytes; at most " +
                     std::to_string(kMaximumFrame - kEnvelope) + " are possible",
                 {},
                 "split it into several writes"};
}

void CommitQueue::remember(store::Outcome outcome)
{
    std::pair key{outcome.user, outcome.requestId};
    m_outcomes.insert_or_assign(std::move(key), std::move(outcome));
}

const store::Outcome* CommitQueue::findOutcome(const std::string& user,
                                               const std::string& requestId) const
{
    const auto found = m_outcomes.find({user, requestId});
    return found == m_outcomes.end() ? nullptr : &found->second;
}

CommitQueue::Appended CommitQueue::append()
{
    if (m_entries.empty() && m_outcomes.empty())
        return take();
    std::vector<Commit> commits;
    commits.reserve(m_entries.size());
    for (const Entry& entry : m_entries)
        commits.push_back(entry.commit);
    std::vector<store::Outcome> outcomes;
    outcomes.reserve(m_outcomes.size());
    for (const auto& [key, outcome] : m_outcomes)
        outcomes.push_back(outcome);
    DROVER_CRASH_POINT("append.before");
    auto written = m_store->append(commits, outcomes);
    DROVER_CRASH_POINT("append.after");
    Appended appended = take();
    appended.result = std::move(written);
    if (!appended.result && appended.result.error().code == ErrorCode::StoreFull)
        undo(appended);
    return appended;
}

CommitQueue::Appended CommitQueue::abandon(const Error& reason)
{
    Appended appended = take();
    appended.result = reason;
    undo(appended);
    return appended;
}

CommitQueue::Appended CommitQueue::take()
{
    m_outcomes.clear();
    return Appended{{}, std::exchange(m_entries, {}), std::exchange(m_waiting, {})};
}

void CommitQueue::undo(Appended& appended)
{
    for (auto entry = appended.entries.rbegin(); entry != appended.entries.rend(); ++entry)
        core::undo(*m_state, entry->inverses);
    appended.entries.clear();
}

} // namespace drover::control::service
