#include "control/core/status.h"

#include "control/core/decide.h"
#include "control/core/facts.h"
#include "control/core/handover.h"
#include "control/core/liveness.h"
#include "control/core/placement.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

class StatusWriter
{
public:
    StatusWriter(const ClusterState& state, const DatasetId& id, const Now& now)
        : m_state(state), m_id(id), m_now(now), m_record(state.dataset(id)),
          m_ledger(state.ledger(id)), m_published(state.publishedStatus(id))
    {
        m_status.id = id;
    }

    DatasetStatus write()
    {
        if (m_record == nullptr && m_ledger == nullptr)
            writeUnknown();
        else if (m_ledger == nullptr || !m_ledger->owner)
            writeUnplaced();
        else if (m_record == nullptr)
            writePurge();
        else
            writePlaced();
        writeOrphans();
        m_status.sync = m_blocked ? Sync::Blocked : m_converging ? Sync::Converging : Sync::InSync;
        keepSince();
        return std::move(m_status);
    }

private:
    enum class Effect { None, Converging, Blocked };

    Condition& say(ConditionType type, ConditionSeverity severity, const char* reason,
                   std::string message, std::string suggestion, Effect effect)
    {
        Condition condition;
        condition.type = type;
        condition.severity = severity;
        condition.reason = reason;
        condition.message = std::move(message);
        condition.suggestion = std::move(suggestion);
        condition.since = m_now.wall;
        if (m_record != nullptr)
            condition.observedGeneration = m_record->header.generation;
        m_status.conditions.push_back(std::move(condition));
        m_converging = m_converging || effect == Effect::Converging;
        m_blocked = m_blocked || effect == Effect::Blocked;
        return m_status.conditions.back();
    }

    std::string named(const NodeId& id) const { return "node " + nodeName(m_state, id); }
    std::string show() const
    {
        return "drover dataset show " + (m_record ? m_record->header.name : m_id.toString());
    }

    // ---- whole situations

    void writeUnknown()
    {
        m_status.health = Health::Unknown;
        m_blocked = true;
    }

    void writeUnplaced()
    {
        m_status.health = Health::Unavailable;
        if (m_record == nullptr)
            return;
        if (m_record->deletion)
            return writeDeletion();
        const auto choice = PlacementPlanner(m_state).choose(m_record->spec);
        if (choice.node) {
            say(ConditionType::Converging, ConditionSeverity::Info, "Placing",
                "it is being placed on " + named(*choice.node), {}, Effect::Converging);
            return;
        }
        say(ConditionType::WaitingForPlacement, ConditionSeverity::Warning,
            choice.mayFitLater() ? "NodesNotReady" : "NothingFits",
            "no node can take it: " + choice.why(m_state),
            choice.mayFitLater() ? "start the agents of those nodes"
                                 : "change what it asks for, or add a node",
            Effect::Blocked);
    }

    void writePurge()
    {
        m_status.health = Health::Unavailable;
        std::vector<std::pair<NodeId, PoolId>> left;
        if (m_ledger->owner)
            left.emplace_back(*m_ledger->owner, m_ledger->pool);
        for (const auto& retired : m_ledger->retired)
            left.emplace_back(retired.node, retired.pool);
        for (const auto& [node, pool] : left) {
            const auto keeper = keeperOf(m_state, pool, node);
            if (keeper && m_state.isUsable(*keeper, pool)) {
                say(ConditionType::Converging, ConditionSeverity::Info, "Destroying",
                    "its copy in pool " + poolName(m_state, pool) + " on " + named(*keeper) +
                        " is being destroyed",
                    {}, Effect::Converging);
                continue;
            }
            say(ConditionType::WaitingForNode, ConditionSeverity::Warning, "DestroyWaits",
                "its copy in pool " + poolName(m_state, pool) + " is destroyed when " +
                    (keeper ? named(*keeper) + " is back"
                            : std::string("the pool has a cluster agent")),
                keeper ? "start the agent; if the machine is gone for good: `drover node "
                         "declare-lost`, then `forget`"
                       : "",
                Effect::Blocked);
        }
        passOnReports();
    }

    void writeDeletion()
    {
        const auto& deletion = *m_record->deletion;
        const std::string holders = leaseHolders(m_state, m_id);
        if (!holders.empty()) {
            say(ConditionType::WaitingForLease, ConditionSeverity::Warning, "DeleteWaitsForLease",
                "it was deleted and stays in use until its leases end: " + holders,
                "end the leases", Effect::Blocked);
            return;
        }
        std::string message = "deleted by " + deletion.by + "; its data is kept until " +
                              toString(deletion.at.wall + deletion.grace);
        if (m_state.purgesHeld())
            message += "; purges are held since the wall clock stepped";
        say(ConditionType::DeletePending, ConditionSeverity::Info, "Deleted", message,
            "`drover dataset undelete " + m_record->header.name + "` brings it back", Effect::None)
            .since = deletion.at.wall;
    }

    void writePlaced()
    {
        const NodeId owner = *m_ledger->owner;
        const auto* primary = reportedPrimary(m_state, *m_ledger);
        const bool deleted = isOutOfUse(m_state, *m_record);
        if (primary != nullptr && primary->phase == CopyPhase::Mounted) {
            m_status.node = owner;
            m_status.path = primary->path;
            m_status.size = primary->size;
        }
        writeHealth(deleted);
        if (m_record->deletion)
            writeDeletion();
        if (const auto claimant = conflictingClaim(m_state, *m_ledger)) {
            m_status.health = Health::Unknown;
            say(ConditionType::OrphanCopy, ConditionSeverity::Error, "ConflictingPrimary",
                named(*claimant) + " claims to hold it as well as " + named(owner) + " at epoch " +
                    std::to_string(m_ledger->epoch),
                "look at both copies and stop the agent of the wrong one; nothing is decided until "
                "then",
                Effect::Blocked);
        }
        const bool ownerFine =
            writeNode(owner, m_ledger->pool, "OwnerNotReady", /*essential=*/true);
        if (m_ledger->handover)
            writeHandover(*m_ledger->handover);
        else if (deleted)
            writeTrash(ownerFine);
        else {
            writeMount(ownerFine, primary);
            writeWish();
        }
        passOnReports();
        writeSize(owner);
    }

    void writeHealth(bool deleted)
    {
        const auto* node = m_state.nodeState(*m_ledger->owner);
        const auto* primary = reportedPrimary(m_state, *m_ledger);
        m_status.health = Health::Unavailable;
        if (deleted)
            return;
        if (m_state.isLost(*m_ledger->owner))
            return;
        if (node == nullptr || node->liveness != Liveness::Alive) {
            m_status.health = Health::Unknown;
            return;
        }
        if (primary == nullptr || primary->phase != CopyPhase::Mounted ||
            !m_state.isUsable(*m_ledger->owner, m_ledger->pool))
            return;
        const bool troubled =
            std::any_of(primary->conditions.begin(), primary->conditions.end(),
                        [](const Condition& c) { return c.severity == ConditionSeverity::Error; });
        m_status.health = troubled ? Health::Degraded : Health::Healthy;
    }

    // Says why a node (and pool there) is not ready; true when it is.
    bool writeNode(const NodeId& id, const PoolId& pool, const char* reason, bool essential)
    {
        const Effect effect = essential ? Effect::Blocked : Effect::Converging;
        const auto* ledger = m_state.nodeLedger(id);
        if (ledger == nullptr) {
            say(ConditionType::WaitingForNode, ConditionSeverity::Error, reason,
                named(id) + " is not known", {}, effect);
            return false;
        }
        if (ledger->lost)
            return writeLost(id, pool, *ledger->lost);
        const auto* node = m_state.nodeState(id);
        const std::string start = "start the agent on " + ledger->hostname;
        if (node == nullptr || node->liveness == Liveness::Unreachable ||
            node->liveness == Liveness::Lost) {
            auto& condition = say(ConditionType::NodeUnreachable, ConditionSeverity::Warning,
                                  reason, named(id) + " is unreachable; what is shown of it is old",
                                  start + ", or look at its network", effect);
            if (node != nullptr)
                condition.since = node->since;
            return false;
        }
        if (node->liveness == Liveness::Evasive) {
            say(ConditionType::NodeUnreachable, ConditionSeverity::Warning, "MissedHeartbeats",
                named(id) + " missed heartbeats", {}, Effect::Converging)
                .since = node->since;
            return false;
        }
        if (node->liveness == Liveness::Syncing) {
            say(ConditionType::WaitingForNode, ConditionSeverity::Info, "NodeSyncing",
                named(id) + " is reporting what it has", {}, Effect::Converging)
                .since = node->since;
            return false;
        }
        if (m_state.isUsable(id, pool))
            return true;
        const auto* state = m_state.poolState(id, pool);
        std::string why = "the agent does not report it";
        std::string act = "look at the pool's folder on " + ledger->hostname;
        if (state != nullptr && !state->conditions.empty()) {
            why = state->conditions.front().message;
            if (!state->conditions.front().suggestion.empty())
                act = state->conditions.front().suggestion;
        }
        m_saidPool = true;
        say(ConditionType::WaitingForPool, ConditionSeverity::Error, "PoolUnavailable",
            "pool " + poolName(m_state, pool) + " on " + named(id) + " is unavailable: " + why, act,
            effect);
        return false;
    }

    bool writeLost(const NodeId& id, const PoolId& pool, const LostMark& mark)
    {
        const std::string who = named(id) + ", which " + mark.by + " declared lost";
        if (!isShared(m_state, pool)) {
            say(ConditionType::SourceLost, ConditionSeverity::Error, "OwnerLost",
                "its data is on " + who,
                "bring the machine back, or delete the dataset and restore it from a backup",
                Effect::Blocked)
                .since = mark.at;
            return false;
        }
        const Duration wait = fenceRemaining(m_state, id, pool, m_now);
        std::string message = "it was on " + who;
        std::string act;
        if (wait > Duration{0})
            message += "; its fence ends in " + toString(wait);
        else {
            const auto choice = PlacementPlanner(m_state).chooseIn(m_record->spec, pool);
            message += "; no other node can take it: " + choice.why(m_state);
            act = "move it: `drover dataset move " + m_record->header.name + " --to NODE`";
        }
        // The fence ends by itself.
        const bool waits = wait > Duration{0};
        say(ConditionType::NodeLost, waits ? ConditionSeverity::Warning : ConditionSeverity::Error,
            "OwnerLost", message, act, waits ? Effect::Converging : Effect::Blocked)
            .since = mark.at;
        return false;
    }

    void writeTrash(bool ownerFine)
    {
        const auto* copy = m_state.copyState(*m_ledger->owner, m_ledger->copy);
        const bool up = copy != nullptr &&
                        (copy->phase == CopyPhase::Mounted || copy->phase == CopyPhase::Attached);
        if (ownerFine && up)
            say(ConditionType::Converging, ConditionSeverity::Info, "Unmounting",
                "it is being taken down", {}, Effect::Converging);
    }

    void writeMount(bool ownerFine, const CopyState* primary)
    {
        if (!ownerFine)
            return;
        const bool mounted = primary != nullptr && primary->phase == CopyPhase::Mounted;
        const auto* copy = m_state.copyState(*m_ledger->owner, m_ledger->copy);
        if (mounted && growsLater(*primary)) {
            m_converging = true; // in the agent's words
            return;
        }
        const bool small = mounted && isSmall(m_state, *m_ledger, *m_record, *primary);
        if (mounted && !small && primary->observedGeneration >= m_record->header.generation)
            return;
        const std::string doing =
            copy != nullptr && !copy->step.empty() ? copy->step : "the agent works on it";
        say(ConditionType::Converging, ConditionSeverity::Info,
            small                   ? "Growing"
            : mounted               ? "Applying"
            : m_ledger->everCreated ? "Mounting"
                                    : "Creating",
            named(*m_ledger->owner) + ": " + doing, {}, Effect::Converging);
    }

    // What keeps a wished move from beginning.
    void writeWish()
    {
        if (m_record->deletion)
            return;
        const auto wish = wishedPlace(m_state, *m_record, *m_ledger);
        if (!wish) {
            say(ConditionType::WaitingForPlacement, ConditionSeverity::Error, "NoSuchPool",
                wish.error().message, wish.error().hint, Effect::Blocked);
            return;
        }
        if (!*wish || m_state.isLost(*m_ledger->owner))
            return;
        const Place to = **wish;
        if (const auto possible = canHandOver(m_state, *m_ledger, to); !possible) {
            say(ConditionType::WaitingForPlacement, ConditionSeverity::Error, "MoveNotPossible",
                possible.error().message, possible.error().hint, Effect::Blocked);
            return;
        }
        if (const std::string holders = leaseHolders(m_state, m_id); !holders.empty()) {
            say(ConditionType::WaitingForLease, ConditionSeverity::Warning, "MoveWaitsForLease",
                "it moves to " + named(to.node) + " when its leases end: " + holders,
                "end the leases", Effect::Blocked);
            return;
        }
        if (!m_ledger->everCreated) {
            say(ConditionType::Converging, ConditionSeverity::Info, "MoveWaitsForCreation",
                "it moves to " + named(to.node) + " when its volume exists", {},
                Effect::Converging);
            return;
        }
        if (!writeNode(to.node, to.pool, "TargetNotReady", /*essential=*/true))
            return;
        const auto fit = PlacementPlanner(m_state).fits(m_record->spec, to.node, to.pool,
                                                        {m_state.committed(to.pool), {}});
        if (to.pool != m_ledger->pool && !fit) {
            say(ConditionType::WaitingForPlacement, ConditionSeverity::Warning, "TargetFull",
                fit.error().message, fit.error().hint, Effect::Blocked);
            return;
        }
        say(ConditionType::Converging, ConditionSeverity::Info, "MoveBegins",
            "it moves to " + named(to.node), {}, Effect::Converging);
    }

    void writeHandover(const Handover& handover)
    {
        m_converging = true;
        const auto* source = m_state.copyState(handover.source, handover.sourceCopy);
        const auto* target = m_state.copyState(handover.target, handover.targetCopy);
        if (source != nullptr && source->transfer && source->transfer->id == handover.transfer)
            m_status.transfer = source->transfer;
        else if (target != nullptr && target->transfer && target->transfer->id == handover.transfer)
            m_status.transfer = target->transfer;

        const bool granted = handover.phase == HandoverPhase::Granted;
        // The owner was looked at already; the other end now.
        if (granted) {
            if (m_state.isLost(handover.target)) {
                say(ConditionType::SourceLost, ConditionSeverity::Error, "TargetLost",
                    named(handover.target) + " was declared lost after it was granted the dataset",
                    "it is granted back to " + named(handover.source) + " as soon as that is ready",
                    Effect::Blocked);
            }
        } else {
            writeNode(handover.target, handover.targetPool, "TargetNotReady", /*essential=*/true);
        }
        const auto phase = [&](ConditionType type, const char* reason, const std::string& message) {
            say(type, ConditionSeverity::Info, reason, message, {}, Effect::Converging).since =
                handover.phaseSince;
        };
        switch (handover.phase) {
        case HandoverPhase::Copying:
            return phase(ConditionType::Converging, "Copying",
                         "it is in use on " + named(handover.source) + " while it is copied to " +
                             named(handover.target));
        case HandoverPhase::Frozen:
            return phase(ConditionType::Converging, "Frozen",
                         "its users on " + named(handover.source) +
                             (source != nullptr && source->frozen ? " are stopped"
                                                                  : " have to let go of it") +
                             " for the last part of the move to " + named(handover.target));
        case HandoverPhase::Verified:
            return phase(ConditionType::WaitingForRelease, "Releasing",
                         named(handover.source) +
                             " has to prove that it let go, then it is mounted on " +
                             named(handover.target));
        case HandoverPhase::Released:
            return phase(ConditionType::WaitingForNode, "TargetAwaited",
                         named(handover.source) + " has let go; it is granted to " +
                             named(handover.target) + " when that is ready");
        case HandoverPhase::Granted:
            return phase(ConditionType::Converging, "Mounting",
                         "it is being mounted on " + named(handover.target));
        }
    }

    // What the agents themselves say of its copies.
    void passOnReports()
    {
        for (const auto& key : m_state.copiesOf(m_id)) {
            const auto* copy = m_state.copyState(key.node, key.copy);
            const bool essential =
                m_ledger != nullptr &&
                (key.copy == m_ledger->copy ||
                 (m_ledger->handover && (key.copy == m_ledger->handover->sourceCopy ||
                                         key.copy == m_ledger->handover->targetCopy)));
            for (Condition condition : copy->conditions) {
                // A volume that never was made, and is not wanted any more, is not missing.
                if (condition.type == ConditionType::DataMissing && m_ledger != nullptr &&
                    !m_ledger->everCreated &&
                    (m_record == nullptr || isOutOfUse(m_state, *m_record)))
                    continue;
                // Said already, with the pool's own words.
                if (condition.type == ConditionType::PoolUnavailable && m_saidPool)
                    continue;
                condition.message = named(key.node) + ": " + condition.message;
                m_blocked =
                    m_blocked || (essential && condition.severity == ConditionSeverity::Error);
                m_converging =
                    m_converging || (essential && condition.severity != ConditionSeverity::Info);
                m_status.conditions.push_back(std::move(condition));
            }
        }
    }

    void writeSize(const NodeId& owner)
    {
        const auto* pool = m_state.poolState(owner, m_ledger->pool);
        if (!m_record->spec.size || pool == nullptr || pool->capabilities.sizes)
            return;
        say(ConditionType::SizeNotEnforced, ConditionSeverity::Info, "SizeNotEnforced",
            "pool " + pool->name + " cannot limit it to " + toString(*m_record->spec.size), {},
            Effect::None);
    }

    void writeOrphans()
    {
        for (const auto& key : m_state.copiesOf(m_id)) {
            const auto* copy = m_state.copyState(key.node, key.copy);
            if (isAccountedFor(m_state, m_ledger, key, *copy) || isStaleReport(m_state, key, *copy))
                continue;
            say(ConditionType::OrphanCopy, ConditionSeverity::Warning, "OrphanCopy",
                "copy " + key.copy.toString() + " in pool " + poolName(m_state, copy->pool) +
                    " on " + named(key.node) + " (" + toString(copy->role) + ", epoch " +
                    std::to_string(copy->epoch) + ") is in no record; it is kept and not used",
                "look at it on " + named(key.node) + "; remove it there when it is not needed",
                Effect::None);
        }
    }

    void keepSince()
    {
        if (m_published == nullptr)
            return;
        for (auto& condition : m_status.conditions)
            for (const auto& old : m_published->conditions)
                if (old.type == condition.type && old.reason == condition.reason &&
                    old.since < condition.since)
                    condition.since = old.since;
    }

    const ClusterState& m_state;
    const DatasetId m_id;
    const Now m_now;
    const DatasetRecord* m_record;
    const DatasetLedger* m_ledger;
    const DatasetStatus* m_published;
    DatasetStatus m_status;
    bool m_converging = false;
    bool m_blocked = false;
    bool m_saidPool = false; // a pool that is unavailable was told of
};

} // namespace

DatasetStatus statusOf(const ClusterState& state, const DatasetId& id, const Now& now)
{
    return StatusWriter(state, id, now).write();
}

} // namespace drover::control::core
