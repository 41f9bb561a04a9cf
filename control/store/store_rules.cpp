#include "control/store/store_rules.h"

namespace drover::control::store {

using namespace model;

Result<void> checkSequence(const std::vector<Commit>& commits, Revision head, Term term)
{
    Revision expected = head;
    for (const Commit& commit : commits) {
        ++expected;
        if (commit.revision != expected)
            return Error{ErrorCode::Conflict,
                         "revision " + std::to_string(commit.revision) +
                             " cannot be appended where " + std::to_string(expected) + " is next",
                         "store",
                         {}};
        if (commit.term != term)
            return Error{ErrorCode::Conflict,
                         "a commit of term " + std::to_string(commit.term) +
                             " cannot be appended in term " + std::to_string(term),
                         "store",
                         {}};
    }
    return {};
}

Result<HistoryRecord> checkRecovery(const std::vector<Commit>& commits, Revision head,
                                    const HistoryRecord& before)
{
    const Error noHistory{ErrorCode::Conflict,
                          "a recovery begins a new history at a higher term, and this one does not",
                          "store",
                          {}};
    if (commits.empty())
        return noHistory;
    const Term term = commits.front().term;
    if (auto fits = checkSequence(commits, head, term); !fits)
        return fits.error();
    for (const Change& change : commits.front().changes) {
        const auto* put = std::get_if<RecordPut>(&change);
        const auto* history = put != nullptr ? std::get_if<HistoryRecord>(&put->record) : nullptr;
        if (history != nullptr && history->history != before.history && history->term == term &&
            term > before.term)
            return *history;
    }
    return noHistory;
}

namespace {

void addTouched(std::set<DatasetId>& touched, const RecordKey& key)
{
    const bool byDataset = key.kind == RecordKind::Dataset ||
                           key.kind == RecordKind::DatasetLedger ||
                           key.kind == RecordKind::Tombstone;
    if (!byDataset || key.id.size() != Uuid{}.bytes.size())
        return;
    DatasetId id;
    for (std::size_t i = 0; i < key.id.size(); ++i)
        id.value.bytes[i] = static_cast<std::uint8_t>(key.id[i]);
    touched.insert(id);
}

} // namespace

std::set<DatasetId> touchedDatasets(const Commit& commit)
{
    std::set<DatasetId> touched;
    for (const Change& change : commit.changes) {
        addTouched(touched, keyOf(change));
        // A lease that is put names its dataset; one that is removed does not, its log entry does.
        if (const auto* put = std::get_if<RecordPut>(&change))
            if (const auto* lease = std::get_if<LeaseRecord>(&put->record))
                touched.insert(lease->dataset);
    }
    for (const LogEntry& entry : commit.log)
        if (entry.dataset)
            touched.insert(*entry.dataset);
    return touched;
}

Commit firstCommit(const std::vector<Record>& records, TimePoint at)
{
    Commit commit;
    commit.revision = 1;
    commit.at = at;
    LogEntry entry;
    entry.at = at;
    entry.actor = "control";
    entry.verb = "store.create";
    entry.subject = "cluster";
    std::size_t keys = 0;
    for (const Record& record : records) {
        commit.changes.push_back(RecordPut{record});
        if (const auto* cluster = std::get_if<ClusterRecord>(&record))
            entry.subject += " " + cluster->header.name;
        keys += std::holds_alternative<KeyRecord>(record) ? 1U : 0U;
    }
    entry.message = "first start: a new store, " + std::to_string(keys) +
                    (keys == 1 ? " accepted key" : " accepted keys");
    commit.log.push_back(std::move(entry));
    return commit;
}

Commit termCommit(const HistoryRecord& before, Revision revision, const Uuid& nonce, TimePoint at)
{
    HistoryRecord history = before;
    ++history.term;
    history.nonce = nonce;
    Commit commit;
    commit.revision = revision;
    commit.term = history.term;
    commit.at = at;
    LogEntry entry;
    entry.at = at;
    entry.actor = "control";
    entry.verb = "control.start";
    entry.subject = "cluster";
    entry.message = "control started, term " + std::to_string(history.term);
    commit.log.push_back(std::move(entry));
    commit.changes.push_back(RecordPut{history});
    return commit;
}

Error fullError()
{
    return Error{ErrorCode::StoreFull, "the disk under the store is full", "store",
                 "free some space; control goes on by itself"};
}

Error notBegunError()
{
    return Error{
        ErrorCode::FailedState, "nothing may be appended before a term has begun", "store", {}};
}

Error compactedError(Revision asked, Revision oldestKept)
{
    return Error{ErrorCode::Compacted,
                 "revision " + std::to_string(asked) +
                     " is not kept any more; the oldest kept is " + std::to_string(oldestKept),
                 "revision " + std::to_string(asked), "see `drover history`"};
}

Error aheadError(Revision asked, Revision head)
{
    return Error{ErrorCode::NotFound,
                 "there is no revision " + std::to_string(asked) + " yet; the newest is " +
                     std::to_string(head),
                 "revision " + std::to_string(asked), "see `drover history`"};
}

} // namespace drover::control::store
