// advance(): one step of one dataset. The rules are in handover.h.

#include "control/core/decide_ops.h"
#include "control/core/facts.h"
#include "control/core/handover.h"
#include "control/core/liveness.h"
#include "control/core/placement.h"
#include "proto/model/mutation.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

class DatasetAdvance
{
public:
    DatasetAdvance(const ClusterState& state, const DatasetId& id, const Now& now, IdSource& ids)
        : m_state(state), m_id(id), m_now(now), m_ids(ids), m_record(state.dataset(id)),
          m_known(state.ledger(id))
    {
        if (m_known != nullptr)
            m_ledger = *m_known;
    }
    Decision step()
    {
        if (m_known == nullptr) {
            if (m_record == nullptr)
                return {};
            if (m_record->deletion)
                return purgeWhenDue();
            return place();
        }
        if (m_ledger.purgeCommitted) {
            if (auto taken = takeDoomedFromLost(); !taken.empty())
                return taken;
            return finishPurge();
        }
        if (m_record == nullptr || !m_ledger.owner)
            return {};
        if (conflictingClaim(m_state, m_ledger))
            return {};
        if (auto purged = purgeWhenDue(); !purged.empty())
            return purged;
        if (m_ledger.handover)
            return stepHandover();
        if (!m_ledger.everCreated && isReportedMounted(m_state, m_ledger) &&
            !m_state.isLost(*m_ledger.owner)) {
            m_ledger.everCreated = true;
            return put("dataset.created",
                       "its volume is mounted on node " + nodeName(m_state, *m_ledger.owner));
        }
        if (m_state.isLost(*m_ledger.owner))
            return afterLoss();
        if (!isOutOfUse(m_state, *m_record))
            if (auto begun = beginHandover(); !begun.empty())
                return begun;
        return stepRetired();
    }

private:
    // ---- results
    Decision put(const char* verb, const std::string& message)
    {
        std::sort(m_ledger.retired.begin(), m_ledger.retired.end(),
                  [](const auto& a, const auto& b) { return a.copy < b.copy; });
        Decision decision;
        decision.changes.emplace_back(RecordPut{m_ledger});
        decision.log.push_back(entry(verb, message, m_ledger.owner));
        return decision;
    }

    LogEntry entry(const char* verb, const std::string& message, std::optional<NodeId> node) const
    {
        return {m_now.wall, "control", verb, subjectOf(m_state, m_id), m_id, node, message};
    }

    void retire(const CopyId& copy, const PoolId& pool, const NodeId& node, CopyRole role,
                bool purge)
    {
        m_ledger.retired.push_back({copy, pool, node, role, m_now, purge});
    }

    // The one place where an owner and an epoch change.
    void grant(const NodeId& owner, const PoolId& pool, const CopyId& copy, Epoch epoch)
    {
        m_ledger.owner = owner;
        m_ledger.pool = pool;
        m_ledger.copy = copy;
        m_ledger.epoch = epoch;
    }

    std::string named(const NodeId& node) const { return "node " + nodeName(m_state, node); }

    // ---- placement
    Decision place()
    {
        const auto choice = PlacementPlanner(m_state).choose(m_record->spec);
        if (!choice.node)
            return {};
        m_ledger = DatasetLedger{};
        m_ledger.id = m_id;
        // A history that a recovery began may have forgotten an earlier grant, whose copy comes to
        // light later: the term, which recovery puts above all it saw, is above that grant's epoch.
        const auto& history = m_state.history();
        grant(*choice.node, choice.pool, m_ids.make<CopyId>(),
              history.superseded.empty() ? Epoch{1} : Epoch{history.term});
        return put("dataset.placed", "granted to " + named(*choice.node) + ", pool " +
                                         poolName(m_state, choice.pool) + ", at epoch " +
                                         std::to_string(m_ledger.epoch));
    }

    // The owner was declared lost and no hand-over is open.
    Decision afterLoss()
    {
        if (isOutOfUse(m_state, *m_record))
            return {};
        const NodeId lost = *m_ledger.owner;
        if (!m_ledger.everCreated && !isShared(m_state, m_ledger.pool)) {
            const auto choice = PlacementPlanner(m_state).choose(m_record->spec);
            if (!choice.node || *choice.node == lost)
                return {};
            grant(*choice.node, choice.pool, m_ids.make<CopyId>(), m_ledger.epoch + 1);
            return put("dataset.placed", "never existed on lost " + named(lost) + "; granted to " +
                                             named(*choice.node) + " at epoch " +
                                             std::to_string(m_ledger.epoch));
        }
        if (!isShared(m_state, m_ledger.pool) ||
            fenceRemaining(m_state, lost, m_ledger.pool, m_now) > Duration{0})
            return {};
        const auto choice = PlacementPlanner(m_state).chooseIn(m_record->spec, m_ledger.pool);
        if (!choice.node || *choice.node == lost)
            return {};
        grant(*choice.node, m_ledger.pool, m_ledger.copy, m_ledger.epoch + 1);
        return put("dataset.regranted", "taken from lost " + named(lost) + "; granted to " +
                                            named(*choice.node) + " at epoch " +
                                            std::to_string(m_ledger.epoch));
    }

    // ---- hand-over
    Decision beginHandover()
    {
        if (!m_ledger.everCreated || !m_state.leasesOf(m_id).empty())
            return {};
        const auto wish = wishedPlace(m_state, *m_record, m_ledger);
        if (!wish || !*wish)
            return {};
        const Place to = **wish;
        if (!canHandOver(m_state, m_ledger, to))
            return {};
        const NodeId source = *m_ledger.owner;
        if (!m_state.isUsable(source, m_ledger.pool) || !m_state.isUsable(to.node, to.pool))
            return {};
        const bool byDetach = to.pool == m_ledger.pool;
        // Detaching needs only that the source knows its copy; sending starts from a mounted one.
        if (byDetach ? reportedPrimary(m_state, m_ledger) == nullptr
                     : !isReportedMounted(m_state, m_ledger))
            return {};
        const PlacementPlanner planner(m_state);
        if (!byDetach &&
            !planner.fits(m_record->spec, to.node, to.pool, {m_state.committed(to.pool), {}}))
            return {};

        Handover handover;
        handover.id = m_ids.make<OperationId>();
        handover.phase = byDetach ? HandoverPhase::Frozen : HandoverPhase::Copying;
        handover.source = source;
        handover.sourcePool = m_ledger.pool;
        handover.sourceCopy = m_ledger.copy;
        handover.target = to.node;
        handover.targetPool = to.pool;
        handover.targetCopy = byDetach ? m_ledger.copy : m_ids.make<CopyId>();
        if (!byDetach)
            handover.transfer = m_ids.make<TransferId>();
        handover.startedAt = m_now.wall;
        handover.phaseSince = m_now.wall;
        m_ledger.handover = handover;
        if (DROVER_MUTATION("adopt-stale-copy"))
            adoptStale(m_ledger);
        return put(byDetach ? "handover.frozen" : "handover.copying",
                   "from " + named(source) + " to " + named(to.node));
    }

    Decision stepHandover()
    {
        switch (m_ledger.handover->phase) {
        case HandoverPhase::Copying:
            return stepCopying();
        case HandoverPhase::Frozen:
            return stepFrozen();
        case HandoverPhase::Verified:
            return stepVerified();
        case HandoverPhase::Released:
            return stepReleased();
        case HandoverPhase::Granted:
            return stepGranted();
        }
        return {};
    }

    Decision enter(HandoverPhase phase, const char* verb, const std::string& message)
    {
        m_ledger.handover->phase = phase;
        m_ledger.handover->phaseSince = m_now.wall;
        return put(verb, message);
    }

    Decision cancel(const std::string& why)
    {
        const Handover handover = *m_ledger.handover;
        m_ledger.handover.reset();
        // What was received so far never was the dataset: it may go at once.
        if (!isByDetach(handover))
            retire(handover.targetCopy, handover.targetPool, handover.target, CopyRole::Trash,
                   /*purge=*/true);
        return put("handover.cancelled", why + "; it stays on " + named(handover.source));
    }

    Decision stepCopying()
    {
        if (const auto why = whyCancel(m_state, *m_record, m_ledger))
            return cancel(*why);
        const auto& handover = *m_ledger.handover;
        if (!m_state.isUsable(handover.source, handover.sourcePool) ||
            !m_state.isUsable(handover.target, handover.targetPool))
            return {};
        const auto* sent = sentBySource(m_state, handover);
        const auto* target = m_state.copyState(handover.target, handover.targetCopy);
        if (sent == nullptr || !sent->passDone || target == nullptr)
            return {};
        if (sent->lastPassBytes > kSmallPass && sent->pass < kMaximumPasses)
            return {};
        return enter(HandoverPhase::Frozen, "handover.frozen",
                     "its users on " + named(handover.source) + " are stopped for the last pass");
    }

    Decision stepFrozen()
    {
        if (const auto why = whyCancel(m_state, *m_record, m_ledger))
            return cancel(*why);
        const Handover handover = *m_ledger.handover;
        const auto* source = m_state.copyState(handover.source, handover.sourceCopy);
        const auto* targetNode = m_state.nodeState(handover.target);
        const bool targetSilent =
            targetNode == nullptr || targetNode->liveness == Liveness::Unreachable;
        if (isByDetach(handover)) {
            if (targetSilent)
                return cancel(named(handover.target) + " is unreachable");
            const bool down =
                source != nullptr && source->frozen && source->phase == CopyPhase::Created;
            if (!down || !m_state.isUsable(handover.source))
                return {};
            return enter(HandoverPhase::Verified, "handover.verified",
                         "it is detached; its release is ordered");
        }
        // Its users must not wait for a target that is silent. A thaw ends the transfer: what was
        // final is so no more.
        if (targetSilent)
            return thaw("target " + named(handover.target) + " is unreachable");
        const auto* sent = sentBySource(m_state, handover);
        const auto* taken = takenByTarget(m_state, handover);
        if (!m_state.isUsable(handover.source) || !m_state.isUsable(handover.target))
            return {};
        if (!handover.digest.empty())
            return stepSealing(taken);
        if (source == nullptr || !source->frozen || sent == nullptr || !sent->finalDone ||
            sent->digest.empty())
            return {};
        if (taken == nullptr || !taken->finalDone || taken->digest.empty()) {
            // The target spoke anew since and knows nothing of the end that the source saw: it
            // forgot. Times only choose when to repeat the work; the proof is the digest.
            if (targetNode->since > handover.phaseSince)
                return thaw(named(handover.target) + " began anew after the last pass");
            return {};
        }
        if (sent->digest != taken->digest && !DROVER_MUTATION("skip-digest-check"))
            return thaw("the digests of source and target differ");
        m_ledger.handover->digest = sent->digest;
        return put("handover.sealing",
                   named(handover.target) + " has every byte; it is told to take no more");
    }

    // Both ends ended in one digest, and the target was told so. Until it says that it holds just
    // that and is closed, whoever has the source's key, a clone of its machine perhaps, could still
    // replace what was verified; and until then the source has not let go, so all can begin anew.
    Decision stepSealing(const TransferProgress* taken)
    {
        const Handover& handover = *m_ledger.handover;
        const bool same = taken != nullptr && (taken->digest == handover.digest ||
                                               DROVER_MUTATION("skip-digest-check"));
        if (!same || !taken->finalDone)
            return thaw(named(handover.target) + " does not hold what was verified any more");
        if (!taken->sealed)
            return {};
        return enter(HandoverPhase::Verified, "handover.verified",
                     named(handover.target) + " holds every byte; the release is ordered");
    }

    Decision thaw(const std::string& why)
    {
        if (!DROVER_MUTATION("thaw-keeps-transfer"))
            m_ledger.handover->transfer = m_ids.make<TransferId>();
        m_ledger.handover->digest.clear();
        return enter(HandoverPhase::Copying, "handover.thawed", why + "; the copying begins again");
    }

    // The release is ordered; its proof is awaited. The word of a person that the source is dead
    // stands for it: writers were stopped before, and the target has every byte (or the pool's
    // fence has done its part).
    Decision stepVerified()
    {
        const auto& handover = *m_ledger.handover;
        const bool lost = m_state.isLost(handover.source);
        if (lost && isByDetach(handover) &&
            fenceRemaining(m_state, handover.source, handover.sourcePool, m_now) > Duration{0})
            return {};
        if (!lost && !hasReleased(m_state, m_ledger) && !DROVER_MUTATION("grant-before-release"))
            return {};
        if (m_state.isUsable(handover.target, handover.targetPool))
            return grantTarget();
        return enter(HandoverPhase::Released, "handover.released",
                     named(handover.source) + " has let go");
    }

    Decision grantTarget()
    {
        const Handover handover = *m_ledger.handover;
        grant(handover.target, handover.targetPool, handover.targetCopy, m_ledger.epoch + 1);
        return enter(HandoverPhase::Granted, "handover.granted",
                     named(handover.source) + " has let go; granted to " + named(handover.target) +
                         " at epoch " + std::to_string(m_ledger.epoch));
    }

    Decision stepReleased()
    {
        const Handover handover = *m_ledger.handover;
        const auto wish = wishedPlace(m_state, *m_record, m_ledger);
        // A target that has not spoken yet may own it by a control that this store has forgotten.
        const bool wishedBack = wish && !*wish && !isOutOfUse(m_state, *m_record) &&
                                hasSpoken(m_state, handover.target);
        if (m_state.isLost(handover.target) || wishedBack)
            return giveBack(m_ledger.epoch + 2, /*keepTarget=*/true);
        if (m_state.isUsable(handover.target, handover.targetPool))
            return grantTarget();
        return {};
    }

    Decision stepGranted()
    {
        const Handover handover = *m_ledger.handover;
        if (m_state.isLost(handover.target)) {
            if (isByDetach(handover) &&
                fenceRemaining(m_state, handover.target, handover.targetPool, m_now) > Duration{0})
                return {};
            // What the target wrote since the grant is on the lost machine: an orphan when it comes
            // back, never destroyed.
            return giveBack(m_ledger.epoch + 1, /*keepTarget=*/false);
        }
        if (!isReportedMounted(m_state, m_ledger))
            return {};
        m_ledger.everCreated = true;
        m_ledger.handover.reset();
        if (!isByDetach(handover))
            retire(handover.sourceCopy, handover.sourcePool, handover.source, CopyRole::Stale,
                   /*purge=*/false);
        return put("handover.ready", "mounted on " + named(handover.target) + "; moved from " +
                                         named(handover.source));
    }

    // A new grant to the source, if what it released is still there.
    Decision giveBack(Epoch epoch, bool keepTarget)
    {
        const Handover handover = *m_ledger.handover;
        if (!m_state.isUsable(handover.source, handover.sourcePool))
            return {};
        const auto* copy = m_state.copyState(handover.source, handover.sourceCopy);
        const bool there = copy != nullptr && copy->dataset == m_id && copy->epoch < epoch &&
                           (copy->role == CopyRole::Released || copy->role == CopyRole::Primary);
        if (!there && !isByDetach(handover))
            return {};
        m_ledger.handover.reset();
        grant(handover.source, handover.sourcePool, handover.sourceCopy, epoch);
        if (keepTarget && !isByDetach(handover))
            retire(handover.targetCopy, handover.targetPool, handover.target, CopyRole::Stale,
                   /*purge=*/false);
        return put("handover.returned", "granted back to " + named(handover.source) + " at epoch " +
                                            std::to_string(epoch));
    }

    // ---- ends
    Decision purgeWhenDue()
    {
        if (m_record == nullptr || !m_record->deletion || !isOutOfUse(m_state, *m_record))
            return {};
        const auto& deletion = *m_record->deletion;
        if (!gracePassed(m_state, deletion.at, deletion.grace, m_now))
            return {};
        Overlay view(m_state);
        purgeNow(view, *m_record);
        Decision decision;
        decision.changes = view.changes();
        decision.log.push_back(entry("dataset.purge",
                                     "its grace of " + toString(deletion.grace) +
                                         " has passed; its copies are destroyed now",
                                     m_known != nullptr ? m_known->owner : std::nullopt));
        return decision;
    }

    bool gone(const NodeId& holder, const PoolId& pool, const CopyId& copy) const
    {
        const auto keeper = keeperOf(m_state, pool, holder);
        return keeper && m_state.isProvenGone(*keeper, copy);
    }

    // A lost node that held the image of a shared pool will never let go of it: only a grant above its
    // own breaks its lock. Whoever runs the pool's cluster agent owns the image until it is gone.
    Decision takeDoomedFromLost()
    {
        if (!m_ledger.owner || !m_state.isLost(*m_ledger.owner) ||
            !isShared(m_state, m_ledger.pool) ||
            m_state.isProvenGone(*m_ledger.owner, m_ledger.copy) || !ownerLetGo(m_state, m_ledger))
            return {};
        const auto agent = m_state.pool(m_ledger.pool)->agentNode;
        if (!agent || m_state.isLost(*agent))
            return {};
        const NodeId lost = *m_ledger.owner;
        grant(*agent, m_ledger.pool, m_ledger.copy, m_ledger.epoch + 1);
        return put("dataset.regranted", "taken from lost " + named(lost) + " to be destroyed by " +
                                            named(*agent) + ", at epoch " +
                                            std::to_string(m_ledger.epoch));
    }

    Decision finishPurge()
    {
        const std::size_t before = m_ledger.retired.size();
        std::erase_if(m_ledger.retired,
                      [&](const auto& r) { return gone(r.node, r.pool, r.copy); });
        const bool primaryGone =
            !m_ledger.owner || gone(*m_ledger.owner, m_ledger.pool, m_ledger.copy);
        if (primaryGone && m_ledger.retired.empty()) {
            Decision decision;
            decision.changes.emplace_back(RecordRemoved{keyOf(m_id, RecordKind::DatasetLedger)});
            decision.changes.emplace_back(RecordPut{Tombstone{m_id}});
            decision.log.push_back(
                entry("dataset.gone", "every copy is destroyed", m_ledger.owner));
            return decision;
        }
        if (m_ledger.retired.size() == before)
            return {};
        return put("copy.gone", "a copy is destroyed");
    }

    // Copies left behind. The last good one stays while the primary is not seen; one with late
    // writes holds bytes that are nowhere else: only a delete of the dataset ends it.
    Decision stepRetired()
    {
        const std::size_t before = m_ledger.retired.size();
        std::erase_if(m_ledger.retired, [&](const auto& r) {
            return r.purgeCommitted && gone(r.node, r.pool, r.copy);
        });
        if (m_ledger.retired.size() != before)
            return put("copy.gone", "a copy left behind is destroyed");
        if (!m_state.isUsable(*m_ledger.owner) || !isReportedMounted(m_state, m_ledger))
            return {};
        bool due = false;
        for (auto& retired : m_ledger.retired) {
            if (retired.purgeCommitted ||
                !gracePassed(m_state, retired.since, m_state.cluster().retiredCopyGrace, m_now) ||
                !isKnownToBeOld(m_state, retired))
                continue;
            retired.purgeCommitted = true;
            due = true;
        }
        if (!due)
            return {};
        return put("copy.purge", "the grace of a copy left behind has passed; it is destroyed now");
    }

    const ClusterState& m_state;
    const DatasetId m_id;
    const Now m_now;
    IdSource& m_ids;
    const DatasetRecord* m_record;
    const DatasetLedger* m_known;
    DatasetLedger m_ledger; // as it will be
};

} // namespace

Decision advance(const ClusterState& state, const DatasetId& id, const Now& now, IdSource& ids)
{
    return DatasetAdvance(state, id, now, ids).step();
}

} // namespace drover::control::core
