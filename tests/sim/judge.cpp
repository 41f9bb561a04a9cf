// What must hold: all the while, and at the end.

#include "control/core/apply.h"
#include "control/core/invariants.h"
#include "control/core/overlay.h"
#include "tests/sim/run.h"

#include <algorithm>
#include <set>

namespace drover::sim {

namespace {

// No grace of a run's cluster is longer; what ends later was prolonged by a clock that stepped.
constexpr model::Duration kLongestGrace{120'000};

} // namespace

void Simulation::lookAround()
{
    if (m_control.buryIfFatal())
        fault("append failed", "control ended: its store failed");
    noticeRecovery();
    const StoreDisk& store = m_trueStore ? *m_trueStore : m_control.store();
    if (store.disk.head < m_acknowledged)
        m_oracle.violation("5.1: the store is at revision " + std::to_string(store.disk.head) +
                           ", acknowledged was " + std::to_string(m_acknowledged));
    if (!m_control.running())
        return;
    if (m_second.running())
        lookAtOldStore(m_second, m_secondSafe);
    if (m_trueStore)
        lookAtOldStore(m_control, m_safe);
    else if (!m_second.running() && !m_control.service()->safeMode().empty() && !m_copyRan)
        m_oracle.violation("5.10: safe mode: " + m_control.service()->safeMode());
    lookAtSafeMode();
    for (const std::string& broken : control::core::checkInvariants(m_control.service()->state()))
        m_oracle.violation("core: " + broken);
}

void Simulation::lookAtCommit(History::Past past, const model::Commit& commit)
{
    for (const model::Change& change : commit.changes) {
        const auto* put = std::get_if<model::RecordPut>(&change);
        const auto* ledger =
            put != nullptr ? std::get_if<model::DatasetLedger>(&put->record) : nullptr;
        if (ledger != nullptr && ledger->handover &&
            ledger->handover->phase == model::HandoverPhase::Granted &&
            m_granted.insert(ledger->handover->id).second)
            lookAtGrant(past, *ledger);
    }
}

// The target is granted what the source has let go of: not as control believes, but as it is on the source's disk.
void Simulation::lookAtGrant(History::Past past, const model::DatasetLedger& ledger)
{
    const model::Handover& handover = *ledger.handover;
    const StoreDisk& store = m_second.store().past == past ? m_second.store() : m_control.store();
    const auto source = store.disk.records.find(
        control::core::keyOf(handover.source, model::RecordKind::NodeLedger));
    // A person's word stands for the release, and a person's image takes it back.
    if (source == store.disk.records.end() || std::get<model::NodeLedger>(source->second).lost ||
        m_imaged.contains(ledger.id))
        return;
    for (const auto& disk : m_disks) {
        const auto copy = disk->copies.find(handover.sourceCopy);
        if (disk->marker.pool != handover.sourcePool || copy == disk->copies.end())
            continue;
        const model::CopyIdentity& identity = copy->second.identity;
        if (identity.role != model::CopyRole::Released || identity.epoch + 1 != ledger.epoch)
            m_oracle.violation("5.3: epoch " + std::to_string(ledger.epoch) + " of dataset " +
                               ledger.id.toString() + " is granted while its source's copy is " +
                               model::toString(identity.role) + " at epoch " +
                               std::to_string(identity.epoch));
    }
}

// An agent takes down what it has no assignment for. Where control has one all the while, it was
// never taken back.
void Simulation::lookAtTakingDown(const model::NodeId& node, const agent::core::Step& step)
{
    if (!m_control.running() || m_trueStore || m_second.running())
        return;
    const auto* ledger = m_control.service()->state().ledger(step.dataset);
    if (ledger == nullptr || ledger->handover || ledger->owner != node || ledger->copy != step.copy)
        return;
    for (const auto& disk : m_disks) {
        const auto copy = disk->copies.find(step.copy);
        if (disk->marker.pool == step.pool && copy != disk->copies.end() &&
            copy->second.identity.epoch != ledger->epoch)
            return; // granted anew since
    }
    for (const auto& one : m_nodes) {
        if (one->id() != node || !one->running())
            continue;
        count("taken down");
        if (one->service()->core().assignments().ofCopy(step.dataset, step.copy) == nullptr)
            m_oracle.violation("5.1: " + one->host() + " takes down copy " + step.copy.toString() +
                               " for want of an assignment that control never took back");
    }
}

// Control runs on a store that is older than the cluster: once it has found out it must change
// nothing but keys, until it is recovered.
void Simulation::lookAtOldStore(ControlHost& control, std::optional<SafeMode>& safe)
{
    const model::Term term = control.service()->state().history().term;
    const bool isSafe = !control.service()->safeMode().empty();
    if (safe && safe->term != term)
        safe.reset();
    if (isSafe && !safe)
        safe = SafeMode{term, control.store().disk.head};
    const auto& commits = control.store().disk.commits;
    const bool mustFindOut = mostKnowBetter(control);
    for (auto commit = commits.rbegin();
         mustFindOut && commit != commits.rend() && commit->revision > m_copyHead; ++commit)
        for (const model::Change& change : commit->changes)
            if (keyOf(change).kind == model::RecordKind::DatasetLedger)
                m_oracle.violation("5.10: " + control.host() +
                                   " stands on an old store and decided about a dataset");
    for (auto commit = commits.rbegin();
         safe && commit != commits.rend() && commit->revision > safe->head; ++commit)
        for (const model::Change& change : commit->changes)
            if (keyOf(change).kind != model::RecordKind::Key &&
                keyOf(change).kind != model::RecordKind::History)
                m_oracle.violation("5.10: " + control.host() + " wrote a " +
                                   toString(keyOf(change).kind) + " in safe mode");
    if (safe && !isSafe)
        m_oracle.violation("5.10: " + control.host() + " left safe mode by itself");
}

// Than the copy that control stands on: then one of the half that control waits for tells it before anything is decided.
bool Simulation::mostKnowBetter(const ControlHost& control) const
{
    std::size_t known = 0, better = 0;
    for (const auto& [id, node] : control.service()->state().nodeLedgers()) {
        if (node.lost)
            continue;
        ++known;
        better += m_knowBetter.contains(id) ? 1 : 0;
    }
    return 2 * better > known;
}

void Simulation::lookAtBytes() { m_oracle.checkAllThere(disks(), /*atTheEnd=*/false); }

std::vector<const Disk*> Simulation::disks() const
{
    std::vector<const Disk*> all;
    for (const auto& disk : m_disks)
        all.push_back(disk.get());
    return all;
}

// Whether a grace that ends then, by the wall clock, ends in this run: a clock that stepped
// lengthens graces, or holds all of them.
bool Simulation::endsInThisRun(model::TimePoint graceEnds) const
{
    const control::core::ClusterState& state = m_control.service()->state();
    return !state.purgesHeld() && graceEnds <= state.now().wall + kLongestGrace;
}

bool Simulation::isAwaited(const model::DatasetRecord& record) const
{
    return record.deletion && endsInThisRun(record.deletion->at.wall + record.deletion->grace);
}

bool Simulation::isAwaited(const model::DatasetLedger& ledger) const
{
    const model::Duration grace = m_control.service()->state().cluster().retiredCopyGrace;
    // Copies that were left behind by a dataset that is deleted now go with it, or when it is back
    // in use.
    const model::DatasetRecord* record = m_control.service()->state().dataset(ledger.id);
    const bool deleted = record != nullptr && record->deletion;
    return ledger.handover || ledger.purgeCommitted ||
           std::any_of(ledger.retired.begin(), ledger.retired.end(), [&](const auto& r) {
               return r.purgeCommitted || (!deleted && endsInThisRun(r.since.wall + grace));
           });
}

// Everything is as wished, and nothing is still to come: no hand-over, no end of a grace.
bool Simulation::converged() const
{
    const auto settled = [](const auto& watch) {
        return watch->running() && watch->client().inFlight() == 0 && watch->mirror().live();
    };
    // A store that is yet to be recovered has little to wish for.
    if (m_trueStore || !m_control.running() ||
        std::any_of(m_nodes.begin(), m_nodes.end(),
                    [](const auto& node) { return node->worksOnACopy(); }) ||
        !std::all_of(m_watches.begin(), m_watches.end(), settled))
        return false;
    const control::core::ClusterState& state = m_control.service()->state();
    const bool wished =
        std::all_of(state.datasets().begin(), state.datasets().end(), [&](const auto& entry) {
            const model::DatasetStatus* status = state.publishedStatus(entry.first);
            return status != nullptr && status->sync == model::Sync::InSync &&
                   !isAwaited(entry.second);
        });
    return wished && std::none_of(state.ledgers().begin(), state.ledgers().end(),
                                  [&](const auto& entry) { return isAwaited(entry.second); });
}

std::string Simulation::explain(const model::DatasetId& id) const
{
    const model::DatasetStatus* status = m_control.service()->state().publishedStatus(id);
    if (status == nullptr)
        return "without a status";
    std::string why = model::toString(status->sync);
    for (const model::Condition& condition : status->conditions)
        why += std::string(" [") + model::toString(condition.type) + " " + condition.reason + ": " +
               condition.message + "]";
    return why;
}

void Simulation::judge()
{
    if (!m_control.running())
        return m_oracle.violation("5.7: control does not run at the end");
    const control::core::ClusterState& state = m_control.service()->state();
    m_oracle.checkAllThere(disks(), /*atTheEnd=*/true);
    judgeDatasets(state);
    judgeCopies(state);
    judgePicture(state);
    judgeGhosts(state);
    judgeReplay(state);
    judgeMirrors(state);
}

void Simulation::judgeDatasets(const control::core::ClusterState& state)
{
    // Nothing is broken any more and nothing forbids anything: whatever was wished is possible.
    for (const auto& [id, record] : state.datasets()) {
        const model::DatasetStatus* status = state.publishedStatus(id);
        if (status == nullptr || status->sync != model::Sync::InSync || isAwaited(record))
            m_oracle.violation("5.7: dataset " + record.header.name + " (" + id.toString() +
                               ") did not converge: " + explain(id));
        if (status != nullptr && status->sync != model::Sync::InSync && status->conditions.empty())
            m_oracle.violation("5.8: dataset " + record.header.name +
                               " does not say what it waits for");
    }
    for (const auto& [id, ledger] : state.ledgers()) {
        const std::string name = "dataset " + id.toString();
        if (ledger.handover)
            m_oracle.violation("5.7: the hand-over of " + name + " does not end: " + explain(id));
        else if (ledger.purgeCommitted)
            m_oracle.violation("5.7: the purge of " + name + " does not end: " + explain(id));
        else if (isAwaited(ledger))
            m_oracle.violation("5.7: retired copies of " + name +
                               " are never destroyed: " + explain(id));
    }
}

// Every copy on a disk is one that control knows of, and mounted exactly where it is granted.
void Simulation::judgeCopies(const control::core::ClusterState& state)
{
    for (const auto& disk : m_disks)
        for (const auto& [id, copy] : disk->copies) {
            const std::string name = "copy " + id.toString() + " of dataset " +
                                     copy.identity.dataset.toString() + " in pool " + disk->name;
            const model::DatasetLedger* ledger = state.ledger(copy.identity.dataset);
            const bool retired =
                ledger != nullptr &&
                std::any_of(ledger->retired.begin(), ledger->retired.end(),
                            [&, copyId = id](const auto& r) { return r.copy == copyId; });
            if (retired)
                continue;
            if (ledger == nullptr || ledger->copy != id) {
                if (m_recoveries == 0 && !m_oracle.mayBeOrphan(copy.identity.dataset))
                    m_oracle.violation("5.7: " + name + " is left behind in no record");
                continue;
            }
            for (const auto& node : m_nodes) {
                const model::DatasetRecord* record = state.dataset(copy.identity.dataset);
                const bool owner =
                    ledger->owner == node->id() && record != nullptr && !record->deletion;
                if (node->machine().mounted.contains(id) != owner)
                    m_oracle.violation(
                        "5.7: " + name +
                        (owner ? " is not mounted on its owner " : " is mounted on ") +
                        node->host());
            }
        }
}

// What control shows of a node is what is there; of a shared image, where it is in use.
void Simulation::judgePicture(const control::core::ClusterState& state)
{
    const auto describe = [](model::CopyRole role, model::Epoch epoch, model::CopyPhase phase) {
        return std::string(model::toString(role)) + " at epoch " + std::to_string(epoch) + ", " +
               model::toString(phase);
    };
    for (const auto& node : m_nodes)
        for (const Disk* disk : node->disks())
            for (const auto& [id, copy] : disk->copies) {
                const model::DatasetLedger* ledger = state.ledger(copy.identity.dataset);
                const bool owner =
                    ledger != nullptr && ledger->owner == node->id() && ledger->copy == id;
                const bool inUse = node->machine().attached.contains(id);
                if (disk->marker.shared && !(owner && inUse))
                    continue;
                const model::DatasetRecord* record = state.dataset(copy.identity.dataset);
                if (owner && inUse && disk->block && record != nullptr && record->spec.size &&
                    copy.size < record->spec.size)
                    m_oracle.violation("5.7: dataset " + record->header.name + " has " +
                                       toString(copy.size.value_or(model::ByteCount{})) + " of " +
                                       toString(*record->spec.size) + " and is called in sync");
                const model::LocalCopy is = look(*disk, copy, node->machine());
                const model::CopyState* shown = state.copyState(node->id(), id);
                const std::string there = describe(is.identity.role, is.identity.epoch, is.phase);
                const std::string told = shown == nullptr
                                             ? "nothing"
                                             : describe(shown->role, shown->epoch, shown->phase);
                if (there != told)
                    m_oracle.violation("5.7: control shows " + told + " where " + node->host() +
                                       " has copy " + id.toString() + ": " + there);
            }
    for (const auto& node : m_nodes)
        for (const model::CopyKey& key : state.copiesOn(node->id())) {
            const model::CopyState* shown = state.copyState(key.node, key.copy);
            const bool there =
                std::any_of(node->disks().begin(), node->disks().end(), [&](const Disk* disk) {
                    return disk->marker.pool == shown->pool &&
                           (disk->marker.shared || disk->copies.contains(key.copy));
                });
            if (!there && shown->epoch != 0)
                m_oracle.violation("5.7: control shows copy " + key.copy.toString() + " on " +
                                   node->host() + ", where there is none");
        }
}

// Nothing is shown of a dataset of which nothing is left.
void Simulation::judgeGhosts(const control::core::ClusterState& state)
{
    for (const auto& [id, status] : state.publishedStatuses()) {
        const bool onDisk = std::any_of(m_disks.begin(), m_disks.end(), [&](const auto& disk) {
            return std::any_of(disk->copies.begin(), disk->copies.end(), [&](const auto& copy) {
                return copy.second.identity.dataset == id;
            });
        });
        if (state.dataset(id) == nullptr && state.ledger(id) == nullptr && !onDisk)
            m_oracle.violation("5.7: a status is shown of dataset " + id.toString() +
                               ", of which nothing is left: " + explain(id));
    }
}

void Simulation::judgeReplay(const control::core::ClusterState& state)
{
    std::vector<model::Record> records;
    for (const auto& [key, record] : m_control.store().disk.records)
        records.push_back(record);
    const control::core::ClusterState again =
        control::core::stateOf(records, m_control.store().disk.head, {});
    if (again.datasets() != state.datasets() || again.ledgers() != state.ledgers() ||
        again.nodes() != state.nodes() || again.leases() != state.leases() ||
        again.pools() != state.pools() || again.revision() != state.revision())
        m_oracle.violation("5.6: what is in the store is not what control has in memory");
}

void Simulation::judgeMirrors(const control::core::ClusterState& state)
{
    for (const auto& watch : m_watches) {
        const std::string name = "stream: the mirror of " + watch->host();
        if (!watch->running() || !watch->mirror().live()) {
            m_oracle.violation(name + " is not live at the end: " +
                               (watch->running() ? watch->mirror().staleReason() : "it is down"));
            continue;
        }
        const client::ClusterMirror& mirror = watch->mirror();
        const client::Tables& tables = mirror.tables();
        const auto compare = [&](const char* what, bool same) {
            if (!same)
                m_oracle.violation(name + " differs from control in its " + what + " at revision " +
                                   std::to_string(mirror.revision()) + " of " +
                                   std::to_string(state.revision()));
        };
        compare("datasets", tables.datasets() == state.datasets());
        compare("dataset ledgers", tables.datasetLedgers() == state.ledgers());
        compare("nodes", tables.nodes() == state.nodes());
        compare("node ledgers", tables.nodeLedgers() == state.nodeLedgers());
        compare("leases", tables.leases() == state.leases());
        compare("pool ledgers", tables.poolLedgers() == state.pools());
        for (const auto& [id, record] : state.datasets()) {
            const auto mirrored = tables.datasetStatuses().find(id);
            const model::DatasetStatus* status = state.publishedStatus(id);
            if (status &&
                (mirrored == tables.datasetStatuses().end() || mirrored->second != *status))
                compare(("status of dataset " + record.header.name).c_str(), false);
        }
    }
}

} // namespace drover::sim
