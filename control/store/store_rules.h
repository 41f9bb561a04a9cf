#pragma once

// What every implementation of Store must agree on, in one place.

#include "control/store/store.h"

#include <set>

namespace drover::control::store {

// Whether these commits may follow `head` in `term`: revisions without gaps, all of that term.
// Conflict says which does not fit.
[[nodiscard]] model::Result<void> checkSequence(const std::vector<model::Commit>& commits,
                                                model::Revision head, model::Term term);

// Whether these commits may end safe mode: they follow `head`, are all of one term above the store's,
// and the first puts the record of a history that the store did not have. Returns that record;
// Conflict says what does not fit.
[[nodiscard]] model::Result<model::HistoryRecord>
checkRecovery(const std::vector<model::Commit>& commits, model::Revision head,
              const model::HistoryRecord& before);

// The datasets that a commit touches: by their record, ledger, tombstone or lease, or by a log
// entry.
[[nodiscard]] std::set<model::DatasetId> touchedDatasets(const model::Commit& commit);

// Revision 1 of a new store: puts these records, and says so in the log.
[[nodiscard]] model::Commit firstCommit(const std::vector<model::Record>& records,
                                        model::TimePoint at);
// The first commit of a new term: puts `before` with term + 1 and the nonce.
[[nodiscard]] model::Commit termCommit(const model::HistoryRecord& before, model::Revision revision,
                                       const model::Uuid& nonce, model::TimePoint at);

// The errors that all implementations word alike.
[[nodiscard]] model::Error notBegunError();
[[nodiscard]] model::Error fullError();
[[nodiscard]] model::Error compactedError(model::Revision asked, model::Revision oldestKept);
[[nodiscard]] model::Error aheadError(model::Revision asked, model::Revision head);

} // namespace drover::control::store
