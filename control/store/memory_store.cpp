#include "control/store/memory_store.h"

#include "control/store/store_rules.h"

#include <algorithm>

namespace drover::control::store {

using namespace model;

namespace {

void write(MemoryDisk& disk, const Commit& commit)
{
    for (const Change& change : commit.changes) {
        const RecordKey key = keyOf(change);
        const auto* put = std::get_if<RecordPut>(&change);
        if (put != nullptr)
            disk.records.insert_or_assign(key, put->record);
        else
            disk.records.erase(key);
        if (isConfiguration(key.kind))
            disk.versions[key][commit.revision] =
                put != nullptr ? std::optional{put->record} : std::nullopt;
    }
    disk.commits.push_back(commit);
    disk.head = commit.revision;
}

} // namespace

MemoryDisk MemoryDisk::initialised(const std::vector<Record>& records, TimePoint at)
{
    MemoryDisk disk;
    write(disk, firstCommit(records, at));
    return disk;
}

Result<Loaded> MemoryStore::load()
{
    Loaded loaded;
    loaded.revision = m_disk->head;
    for (const auto& [key, record] : m_disk->records)
        loaded.records.push_back(record);
    loaded.behind = m_disk->behind;
    loaded.terms = m_disk->terms;
    loaded.safeMode = m_disk->safeMode;
    return loaded;
}

Result<Commit> MemoryStore::raiseTerm(const Uuid& nonce, TimePoint at)
{
    if (m_disk->full)
        return fullError();
    const auto found = m_disk->records.find(RecordKey{RecordKind::History, {}});
    if (found == m_disk->records.end())
        return Error{ErrorCode::Io, "the store holds no history record", "store",
                     "bring back the store from a backup"};
    Commit commit = termCommit(std::get<HistoryRecord>(found->second), m_disk->head + 1, nonce, at);
    write(*m_disk, commit);
    m_disk->terms.push_back({commit.term, nonce, commit.revision});
    ++m_disk->syncs;
    m_term = commit.term;
    return commit;
}

Result<void> MemoryStore::markSafeMode(const SafeModeMark& mark)
{
    if (m_disk->full)
        return fullError();
    if (!m_disk->safeMode)
        m_disk->safeMode = mark;
    ++m_disk->syncs;
    return {};
}

Result<void> MemoryStore::recover(const std::vector<Commit>& commits,
                                  const std::vector<Outcome>& outcomes)
{
    if (!m_term)
        return notBegunError();
    const auto before = m_disk->records.find(RecordKey{RecordKind::History, {}});
    const auto history =
        checkRecovery(commits, m_disk->head, std::get<HistoryRecord>(before->second));
    if (!history)
        return history.error();
    if (m_disk->full)
        return fullError();
    for (const Commit& commit : commits)
        write(*m_disk, commit);
    for (const Outcome& outcome : outcomes)
        m_disk->outcomes.insert_or_assign({outcome.user, outcome.requestId}, outcome);
    m_disk->terms.push_back({history->term, history->nonce, commits.front().revision});
    m_disk->safeMode.reset();
    m_disk->behind.clear();
    ++m_disk->syncs;
    m_term.reset();
    return {};
}

Result<void> MemoryStore::append(const std::vector<Commit>& commits,
                                 const std::vector<Outcome>& outcomes)
{
    if (!m_term)
        return notBegunError();
    if (auto fits = checkSequence(commits, m_disk->head, *m_term); !fits)
        return fits;
    if (m_disk->full)
        return fullError();
    for (const Commit& commit : commits)
        write(*m_disk, commit);
    for (const Outcome& outcome : outcomes)
        m_disk->outcomes.insert_or_assign({outcome.user, outcome.requestId}, outcome);
    ++m_disk->syncs;
    return {};
}

Result<std::optional<Outcome>> MemoryStore::findOutcome(std::string_view user,
                                                        std::string_view requestId)
{
    const auto found = m_disk->outcomes.find(std::pair{std::string{user}, std::string{requestId}});
    if (found == m_disk->outcomes.end())
        return std::optional<Outcome>{};
    return std::optional{found->second};
}

Result<std::vector<Commit>> MemoryStore::commitsAfter(Revision after, std::uint32_t limit)
{
    if (after < m_disk->base)
        return compactedError(after + 1, m_disk->base + 1);
    std::vector<Commit> commits;
    for (Revision r = after + 1; r <= m_disk->head && commits.size() < limit; ++r)
        commits.push_back(m_disk->commits[r - m_disk->base - 1]);
    return commits;
}

Result<std::vector<Commit>> MemoryStore::history(Revision before, std::uint32_t limit,
                                                 const std::optional<DatasetId>& dataset)
{
    std::vector<Commit> commits;
    const Revision end = before == 0 || before > m_disk->head ? m_disk->head + 1 : before;
    for (Revision r = end - 1; r > m_disk->base && commits.size() < limit; --r) {
        const Commit& commit = m_disk->commits[r - m_disk->base - 1];
        if (!dataset || touchedDatasets(commit).contains(*dataset))
            commits.push_back(commit);
    }
    return commits;
}

Result<std::vector<Record>> MemoryStore::configurationPage(Revision revision,
                                                           const std::optional<RecordKey>& after,
                                                           std::uint32_t limit)
{
    if (revision > m_disk->head)
        return aheadError(revision, m_disk->head);
    if (revision < m_disk->base)
        return compactedError(revision, m_disk->base);
    std::vector<Record> records;
    const auto& all = m_disk->versions;
    for (auto it = after ? all.upper_bound(*after) : all.begin();
         it != all.end() && records.size() < limit; ++it) {
        const auto& versions = it->second;
        auto later = versions.upper_bound(revision);
        if (later == versions.begin())
            continue;
        if (const auto& record = std::prev(later)->second)
            records.push_back(*record);
    }
    return records;
}

Result<Revision> MemoryStore::oldestKept() { return m_disk->base + 1; }

Result<bool> MemoryStore::compact(Revision keepFrom, TimePoint keepSince, TimePoint outcomesBefore,
                                  std::uint32_t limit)
{
    if (m_disk->full)
        return fullError();
    const auto forgettable = [&] {
        return !m_disk->commits.empty() && (m_disk->commits.front().revision < keepFrom ||
                                            m_disk->commits.front().at < keepSince);
    };
    std::uint32_t forgotten = 0;
    for (; forgotten < limit && forgettable(); ++forgotten) {
        m_disk->commits.erase(m_disk->commits.begin());
        ++m_disk->base;
    }
    // What was true at the base stays known: the newest version at or below it of each record,
    // unless that is its removal.
    for (auto record = m_disk->versions.begin(); record != m_disk->versions.end();) {
        auto& versions = record->second;
        auto later = versions.upper_bound(m_disk->base);
        if (later != versions.begin())
            versions.erase(versions.begin(), std::prev(later));
        if (!versions.empty() && versions.begin()->first <= m_disk->base &&
            !versions.begin()->second)
            versions.erase(versions.begin());
        record = versions.empty() ? m_disk->versions.erase(record) : std::next(record);
    }
    std::uint32_t dropped = 0;
    const auto old = [&](const auto& entry) { return entry.second.at < outcomesBefore; };
    for (auto it = m_disk->outcomes.begin(); it != m_disk->outcomes.end() && dropped < limit;) {
        if (old(*it)) {
            it = m_disk->outcomes.erase(it);
            ++dropped;
        } else {
            ++it;
        }
    }
    return forgettable() || std::any_of(m_disk->outcomes.begin(), m_disk->outcomes.end(), old);
}

} // namespace drover::control::store
