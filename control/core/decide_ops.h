#pragma once

// Inside of decide(): what every verb works with, and one function per verb. Private to this
// folder.

#include "control/core/decide.h"
#include "control/core/overlay.h"

#include <string>

namespace drover::control::core {

struct DecideContext
{
    // before the batch: nodes, pools and what they report do not change in it
    const ClusterState& state;
    Overlay& view; // with the operations before this one
    const Actor& actor;
    const model::Now& now;
    model::IdSource& ids;
    const PastConfiguration& past;
    const std::string& reason; // of the write
    model::Revision revision;  // that the batch will have
    Decision& out;             // log, warnings, renewed

    // Adds to the timeline.
    void log(const char* verb, const std::string& subject, const std::string& message,
             const std::optional<model::DatasetId>& dataset = {},
             const std::optional<model::NodeId>& node = {});
    // A desired field changed.
    void bump(model::Header& header) const;
};

using OperationOutcome = model::Result<model::OperationResult>;

OperationOutcome decideOne(DecideContext& context, const model::DatasetCreate& verb);
OperationOutcome decideOne(DecideContext& context, const model::DatasetMove& verb);
OperationOutcome decideOne(DecideContext& context, const model::DatasetResize& verb);
OperationOutcome decideOne(DecideContext& context, const model::DatasetSetMetadata& verb);
OperationOutcome decideOne(DecideContext& context, const model::DatasetRename& verb);
OperationOutcome decideOne(DecideContext& context, const model::DatasetDelete& verb);
OperationOutcome decideOne(DecideContext& context, const model::DatasetUndelete& verb);
OperationOutcome decideOne(DecideContext& context, const model::DatasetPurge& verb);
OperationOutcome decideOne(DecideContext& context, const model::NodeLabel& verb);
OperationOutcome decideOne(DecideContext& context, const model::NodeCordon& verb);
OperationOutcome decideOne(DecideContext& context, const model::NodeDeclareLost& verb);
OperationOutcome decideOne(DecideContext& context, const model::NodeForget& verb);
OperationOutcome decideOne(DecideContext& context, const model::LeaseAcquire& verb);
OperationOutcome decideOne(DecideContext& context, const model::LeaseRenew& verb);
OperationOutcome decideOne(DecideContext& context, const model::LeaseRelease& verb);
OperationOutcome decideOne(DecideContext& context, const model::ClusterSet& verb);
OperationOutcome decideOne(DecideContext& context, const model::KeyAdd& verb);
OperationOutcome decideOne(DecideContext& context, const model::KeyRemove& verb);
OperationOutcome decideOne(DecideContext& context, const model::Rollback& verb);
OperationOutcome decideOne(DecideContext& context, const model::Apply& verb);
// Refuses: a recovery is no operation among others; see recover.h.
OperationOutcome decideOne(DecideContext& context, const model::Recover& verb);

// ---- shared by several verbs

[[nodiscard]] model::Error refuse(model::ErrorCode code, std::string message,
                                  std::string subject = {}, std::string hint = {});
// The error with this object, where it names none: of a check that knows only the value.
[[nodiscard]] model::Error about(model::Error error, const std::string& subject);
[[nodiscard]] std::string datasetSubject(const std::string& name);
[[nodiscard]] model::Result<model::DatasetId>
resolveIn(const Overlay& view, const model::DatasetRef& ref, bool evenDeleted);
// The living dataset that is meant; FailedState when it is deleted.
[[nodiscard]] model::Result<model::DatasetRecord> livingOne(const Overlay& view,
                                                            const model::DatasetRef& ref);
// A node on which something new may be put: known, not lost, not cordoned.
[[nodiscard]] model::Result<model::NodeId> openNode(const DecideContext& context,
                                                    const model::NodeRef& ref);
// `a, b, c`; of many, the first, and how many more.
[[nodiscard]] std::string listed(const std::vector<std::string>& names);
// `n1/docker-7, n1/backup`; empty = none.
[[nodiscard]] std::string holdersOf(const Overlay& view, const model::DatasetId& id);
// A hand-over of it is so far that size and filesystem are fixed.
[[nodiscard]] bool isFrozen(const model::DatasetLedger* ledger);
// Bytes that others have in the pool, as far as this dataset is concerned.
[[nodiscard]] model::ByteCount othersIn(const DecideContext& context, const model::PoolId& pool,
                                        const model::DatasetRecord* self);
// A grace or time to live that sums cannot overflow.
inline constexpr model::Duration kMaximumDuration{std::chrono::hours{24 * 3650}};
[[nodiscard]] model::Result<void> checkDuration(const char* what, model::Duration duration);
// Puts `record` with its header bumped.
void putChanged(DecideContext& context, model::DatasetRecord record);
// Ends a dataset for good: record removed, destruction of every copy committed, or the tombstone at
// once if there never was one.
void purgeNow(Overlay& view, const model::DatasetRecord& record);

// A dataset that was deleted while leased stays in use until its last lease ends; its grace begins
// only then.
void restartGraceWhenFree(Overlay& view, const model::DatasetId& id, const model::Now& now);

} // namespace drover::control::core
