#pragma once

// A machine and a control to try the agent's core against, with an oracle that watches the disk: it
// knows what was ordered, and writes down every act that nobody asked for. Deterministic by its
// seed.

#include "tests/unit/agent_core/fixture.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace drover::agent::core::test {

// How far control is with one dataset; what it orders follows from it.
enum class Wish { None, Mounted, Frozen, Released, Elsewhere, Leaving, Receiving, Trashed, Purged };

struct Ledger
{
    model::DatasetId id;
    Wish wish = Wish::None;
    model::PoolId pool;
    model::CopyId copy;                    // here
    std::optional<model::CopyId> leftover; // of an earlier stay here, stale
    model::Epoch epoch = 0;
    bool here = false; // this node holds the grant
    bool everCreated = false;
    model::TransferId transfer;
    std::uint64_t generation = 1;
};

class FakeWorld
{
public:
    explicit FakeWorld(std::uint64_t seed) : m_random(seed)
    {
        for (std::uint8_t i = 0; i < 5; ++i) {
            Ledger ledger;
            ledger.id = idOf<model::DatasetId>(static_cast<std::uint8_t>(10 + i));
            ledger.pool = i % 2 == 0 ? kFolderPool : kBlockPool;
            m_ledgers.push_back(ledger);
        }
        startAgent();
    }

    void faults(bool on) { m_faults = on; }
    // One thing happens: a step ends, time passes, control decides, something breaks.
    void happen()
    {
        const auto dice = pick(100);
        if (m_faults && dice < 2)
            return crash(/*reboot=*/dice == 0);
        if (m_faults && dice == 2)
            return toggleSession();
        if (m_faults && dice == 3) {
            auto& available = m_available[pick(2) == 0 ? kFolderPool : kBlockPool];
            available = !available;
            return;
        }
        if (dice < 10)
            return decide();
        if (dice < 20)
            return exchange();
        if (!m_running.empty() && dice < 85)
            return endStep();
        pass();
    }
    // Nothing breaks any more; true when everything ordered is so.
    bool settle(int rounds)
    {
        m_faults = false;
        m_available[kFolderPool] = m_available[kBlockPool] = true;
        if (!m_session)
            toggleSession();
        for (int i = 0; i < rounds; ++i) {
            // a served transfer is at once served again
            for (int j = 0; j < 20 && !m_running.empty(); ++j)
                endStep();
            exchange();
            if (settled())
                return true;
            pass();
        }
        return settled();
    }
    [[nodiscard]] const std::vector<std::string>& violations() const { return m_violations; }
    [[nodiscard]] const std::map<std::string, int>& acts() const { return m_acts; }
    [[nodiscard]] std::string describe() const
    {
        std::string text;
        for (const auto& ledger : m_ledgers) {
            text += "\n" + ledger.id.toString().substr(34) + " wish " +
                    std::to_string(static_cast<int>(ledger.wish)) + " epoch " +
                    std::to_string(ledger.epoch);
            if (const auto it = m_view.copies.find(ledger.copy); it != m_view.copies.end()) {
                text += std::string(" is ") + toString(it->second.role) + "/" +
                        toString(it->second.phase) + " " + it->second.step;
                for (const auto& c : it->second.conditions)
                    text += " " + c.reason + ": " + c.message;
            }
        }
        return text;
    }

private:
    struct Running
    {
        Step step;
        bool cancelled = false;
        bool hung = false;
    };

    std::uint32_t pick(std::uint32_t n) { return static_cast<std::uint32_t>(m_random() % n); }
    bool chance(std::uint32_t percent) { return m_faults && pick(100) < percent; }
    template <class AnyId>
    AnyId newId()
    {
        AnyId id;
        ++m_ids;
        id.value.bytes[1] = static_cast<std::uint8_t>(m_ids >> 8U);
        id.value.bytes[2] = static_cast<std::uint8_t>(m_ids);
        id.value.bytes[0] = 0xee;
        return id;
    }
    model::Now now() const { return at(m_time); }
    void violate(const std::string& what) { m_violations.push_back(what); }

    // ---- the agent process

    void startAgent()
    {
        CoreSetup setup;
        setup.pools = {{kFolderPool, "folder", "directory", false, model::Fence::None},
                       {kBlockPool, "block", "loopback", false, model::Fence::None}};
        setup.seed = m_random();
        m_core = std::make_unique<AgentCore>(setup);
        m_running.clear();
        m_session = false;
        feed(ClusterKnown{kCluster});
        if (!m_notes.empty())
            feed(NotesLoaded{m_notes});
        feed(AssignmentsSaved{asChanges(m_saved, {}), /*current=*/false});
        toggleSession();
    }
    void crash(bool reboot)
    {
        // Each call that was under way happened in part: all of it or nothing of it.
        for (auto& [id, running] : m_running) {
            if (pick(2) == 0)
                static_cast<void>(act(running.step));
        }
        if (reboot) {
            for (auto& [place, copy] : m_disk) {
                copy.phase = model::CopyPhase::Created;
                copy.publishedName.clear();
            }
        }
        startAgent();
    }
    void toggleSession()
    {
        m_session = !m_session;
        m_snapshot = m_complete = false;
        if (m_session) {
            feed(SessionOpened{kCluster, kTerm});
        } else {
            feed(SessionLost{});
        }
    }
    void feed(const Input& input)
    {
        auto out = m_core->handle(input, now());
        for (const auto id : out.cancel)
            m_running.at(id).cancelled = true;
        for (auto& [id, step] : out.start) {
            ++m_acts[toString(step.kind)];
            if (step.kind == StepKind::SendPass && step.final && diskUp(step.copy))
                violate("final pass of a copy that is up");
            m_running.emplace(id, Running{step, false, false});
        }
        if (out.notesChanged)
            m_notes = m_core->notes();
        if (m_session && m_complete)
            m_reports.push_back(out.report);
        m_wake = out.wake;
    }
    void pass()
    {
        const auto wake = m_wake ? m_wake->count() - at(0).running.count() : m_time + 1000;
        m_time = std::max<std::int64_t>(m_time + 1, std::min<std::int64_t>(wake, m_time + 20'000));
        feed(Tick{});
    }

    // ---- control

    // Reports reach control, what follows from them is ordered, and the order is saved by the
    // agent: each perhaps later.
    void exchange()
    {
        if (!m_session)
            return;
        if (!m_complete) {
            if (!m_core->discoveredAll())
                return;
            m_complete = true;
            m_view = m_core->fullReport(now());
            m_reports.clear();
        }
        for (auto& report : m_reports) {
            for (auto& [id, copy] : report.copies)
                m_view.copies.insert_or_assign(id, copy);
            for (const auto& id : report.gone) {
                m_view.copies.erase(id);
                m_view.gone.insert(id);
            }
        }
        m_reports.clear();
        feed(ControlHeard{now().running});
        for (auto& ledger : m_ledgers)
            advance(ledger);
        if (m_snapshot && chance(50))
            return; // the orders are late
        m_saved = orders();
        m_snapshot = true;
        feed(AssignmentsSaved{changesTo(m_saved), /*current=*/true});
    }
    AssignmentChanges changesTo(const std::vector<model::Assignment>& list) const
    {
        auto changes = asChanges(list, {});
        for (const auto& [key, dataset] : m_core->assignments().datasetOf)
            if (!changes.upserts.contains(key))
                changes.unassign.insert(key);
        return changes;
    }
    const model::CopyState* seen(const model::CopyId& copy) const
    {
        const auto it = m_view.copies.find(copy);
        return it == m_view.copies.end() ? nullptr : &it->second;
    }
    bool gone(const model::CopyId& copy) const
    {
        return seen(copy) == nullptr && m_view.gone.contains(copy);
    }
    void advance(Ledger& l)
    {
        const auto* copy = seen(l.copy);
        const bool finalDone = copy != nullptr && copy->transfer &&
                               copy->transfer->id == l.transfer && copy->transfer->finalDone;
        if (l.here && copy != nullptr && copy->role == model::CopyRole::Primary &&
            copy->epoch == l.epoch && copy->phase == model::CopyPhase::Mounted)
            l.everCreated = true;
        if (l.wish == Wish::Frozen && finalDone && copy->frozen)
            l.wish = Wish::Released;
        if (l.wish == Wish::Released && copy != nullptr &&
            copy->role == model::CopyRole::Released && copy->epoch == l.epoch) {
            if (diskUp(l.copy))
                violate("reported released while it is up");
            ++l.epoch; // granted elsewhere
            l.here = false;
            l.wish = Wish::Leaving;
        }
        if (l.wish == Wish::Leaving && copy != nullptr && copy->role == model::CopyRole::Stale) {
            l.leftover = l.copy;
            l.wish = Wish::Elsewhere;
        }
        if (l.leftover && gone(*l.leftover))
            l.leftover.reset();
        if (l.wish == Wish::Receiving && finalDone) {
            ++l.epoch;
            l.here = true;
            l.wish = Wish::Mounted;
        }
        if (l.wish == Wish::Purged && gone(l.copy)) {
            // A purged id is never used again; the slot becomes another dataset's.
            const auto pool = l.pool;
            l = {};
            l.id = newId<model::DatasetId>();
            l.pool = pool;
        }
    }
    // What a person wishes next.
    void decide()
    {
        auto& l = m_ledgers[pick(static_cast<std::uint32_t>(m_ledgers.size()))];
        ++l.generation;
        switch (l.wish) {
        case Wish::None:
            l.copy = newId<model::CopyId>();
            l.epoch = 1;
            l.here = true;
            l.wish = Wish::Mounted;
            break;
        case Wish::Mounted:
            if (!l.everCreated)
                break;
            l.wish = pick(2) == 0 ? Wish::Trashed : Wish::Frozen;
            if (l.wish == Wish::Frozen)
                l.transfer = newId<model::TransferId>();
            break;
        case Wish::Frozen:
            l.wish = Wish::Mounted;
            break; // thawed: the move was cancelled
        case Wish::Trashed:
            l.wish = pick(3) == 0 ? Wish::Purged : Wish::Mounted;
            break;
        case Wish::Elsewhere:
            l.copy = newId<model::CopyId>();
            l.transfer = newId<model::TransferId>();
            l.wish = Wish::Receiving;
            break;
        case Wish::Released:
        case Wish::Leaving:
        case Wish::Receiving:
        case Wish::Purged:
            break;
        }
    }
    std::vector<model::Assignment> orders() const
    {
        std::vector<model::Assignment> list;
        for (const auto& l : m_ledgers) {
            auto a = assignment(model::Goal::Mounted, l.pool, l.epoch);
            a.dataset = l.id;
            a.copy = l.copy;
            a.name = "d" + l.id.toString().substr(30) + (l.generation % 7 == 0 ? "-renamed" : "");
            a.generation = l.generation;
            a.mayCreate = !l.everCreated && l.epoch == 1;
            if (l.leftover) {
                auto old = a;
                old.copy = *l.leftover;
                old.goal = model::Goal::Destroyed;
                list.push_back(old);
            }
            a.transfer = order(model::TransferDirection::Send);
            a.transfer->id = l.transfer;
            switch (l.wish) {
            case Wish::None:
            case Wish::Elsewhere:
                continue;
            case Wish::Mounted:
                a.transfer.reset();
                break;
            case Wish::Frozen:
                a.goal = model::Goal::Frozen;
                break;
            case Wish::Released:
                a.goal = model::Goal::Released;
                break;
            case Wish::Leaving:
                a.goal = model::Goal::Retired;
                break;
            case Wish::Receiving:
                a.goal = model::Goal::Receive;
                a.transfer->direction = model::TransferDirection::Receive;
                break;
            case Wish::Trashed:
                a.goal = model::Goal::Retired;
                a.retiredRole = model::CopyRole::Trash;
                break;
            case Wish::Purged:
                a.goal = model::Goal::Destroyed;
                break;
            }
            list.push_back(a);
        }
        return list;
    }
    bool settled() const
    {
        for (const auto& l : m_ledgers) {
            const auto it = m_disk.find({l.pool, l.copy});
            const bool there = it != m_disk.end();
            if (l.wish == Wish::Mounted &&
                !(there && it->second.phase == model::CopyPhase::Mounted))
                return false;
            // One that was deleted before it was ever made primary keeps its role; it is down, and
            // kept.
            if (l.wish == Wish::Trashed &&
                !(there && it->second.identity.role != model::CopyRole::Primary && !diskUp(l.copy)))
                return false;
            if (l.wish == Wish::Frozen || l.wish == Wish::Released || l.wish == Wish::Leaving ||
                l.wish == Wish::Receiving || l.wish == Wish::Purged)
                return false;
            if (l.leftover)
                return false;
        }
        return true;
    }
    Ledger* ledgerOf(const model::DatasetId& id)
    {
        for (auto& l : m_ledgers) {
            if (l.id == id)
                return &l;
        }
        return nullptr;
    }

    // ---- the machine

    bool diskUp(const model::CopyId& id) const
    {
        for (const auto& [place, copy] : m_disk) {
            if (place.copy == id && copy.phase != model::CopyPhase::Created)
                return true;
        }
        return false;
    }
    void endStep()
    {
        auto it = m_running.begin();
        std::advance(it, pick(static_cast<std::uint32_t>(m_running.size())));
        const auto id = it->first;
        auto running = it->second;
        if (running.hung || !chance(2)) {
            m_running.erase(it);
        } else {
            it->second.hung = true;
            StepOutcome outcome;
            outcome.hung = true;
            outcome.error = model::Error{model::ErrorCode::Timeout, "hangs", {}, {}};
            feed(StepDone{id, outcome});
            return;
        }
        StepOutcome outcome;
        const bool available = m_available[running.step.pool];
        const bool works = !(running.cancelled && pick(2) == 0) && !chance(15);
        if (available && (works || pick(2) == 0))
            outcome = act(running.step);
        if (!works || !available) {
            outcome.error = model::Error{
                available ? model::ErrorCode::Io : model::ErrorCode::Unavailable, "broken", {}, {}};
            outcome.pass.reset();
        }
        if (running.hung)
            return feed(StepReturned{id});
        look(running.step, available && !chance(5), outcome);
        feed(StepDone{id, outcome});
    }
    void look(const Step& step, bool works, StepOutcome& outcome)
    {
        if (isPoolStep(step.kind)) {
            outcome.error.reset();
            outcome.pool = poolFacts(step.pool, false, step.pool == kBlockPool).state;
            outcome.pool->available = m_available[step.pool];
            if (step.kind == StepKind::Probe || !works || !outcome.pool->available)
                return;
            outcome.copies.emplace();
            for (const auto& [place, copy] : m_disk) {
                if (place.pool == step.pool)
                    outcome.copies->push_back(copy);
            }
            return;
        }
        if (!works)
            return;
        const auto it = m_disk.find({step.pool, step.copy});
        outcome.absent = it == m_disk.end();
        if (!outcome.absent)
            outcome.found = it->second;
    }
    // Does what the step says, watched by the oracle.
    StepOutcome act(const Step& step)
    {
        using model::CopyPhase;
        using model::CopyRole;
        StepOutcome outcome;
        const auto failed = [&](const char* why) {
            outcome.error = model::Error{model::ErrorCode::FailedState, why, {}, {}};
            return outcome;
        };
        const CopyPlace place{step.pool, step.copy};
        auto it = m_disk.find(place);
        auto* l = ledgerOf(step.dataset);
        if (isPoolStep(step.kind) || step.kind == StepKind::Inspect)
            return outcome;
        if (l == nullptr && step.kind != StepKind::Unmount && step.kind != StepKind::Detach)
            violate(std::string(toString(step.kind)) + " for a purged dataset");
        if (step.kind == StepKind::Create) {
            if (it != m_disk.end())
                return outcome;
            if (step.identity->role == CopyRole::Primary &&
                !m_created.insert(step.dataset).second && l != nullptr && l->everCreated)
                violate("an empty volume in the place of data");
            model::LocalCopy copy;
            copy.identity = *step.identity;
            copy.size = step.identity->spec.size;
            copy.createdWhole = step.identity->role == CopyRole::Primary;
            m_disk.emplace(place, copy);
            return outcome;
        }
        if (it == m_disk.end())
            return failed("not there");
        auto& copy = it->second;
        switch (step.kind) {
        case StepKind::SetIdentity:
            if (step.identity->epoch < copy.identity.epoch)
                violate("an epoch fell");
            if (copy.identity.role == CopyRole::Released &&
                step.identity->role == CopyRole::Primary &&
                step.identity->epoch == copy.identity.epoch)
                violate("released was taken back");
            if (step.identity->role != CopyRole::Primary && copy.phase == CopyPhase::Mounted)
                violate("a mounted copy lost its role");
            copy.identity = *step.identity;
            break;
        case StepKind::Attach:
            copy.phase = copy.filesystem.empty() ? CopyPhase::Attached : CopyPhase::Formatted;
            break;
        case StepKind::Format:
            if (!copy.filesystem.empty())
                violate("formatted twice");
            copy.filesystem = "ext4";
            copy.phase = CopyPhase::Formatted;
            break;
        case StepKind::Mount:
            if (copy.identity.role != CopyRole::Primary || !copy.createdWhole)
                violate("mounted what is no whole primary");
            if (l != nullptr && (!l->here || l->epoch != copy.identity.epoch))
                violate("mounted without the grant");
            if (step.pool == kBlockPool && copy.phase == CopyPhase::Created)
                return failed("not attached");
            copy.phase = CopyPhase::Mounted;
            copy.publishedName = copy.identity.name;
            break;
        case StepKind::Unmount:
            if (chance(20))
                return failed("busy");
            copy.phase = step.pool == kBlockPool ? CopyPhase::Formatted : CopyPhase::Created;
            copy.publishedName.clear();
            break;
        case StepKind::Detach:
            if (copy.phase == CopyPhase::Mounted)
                return failed("mounted");
            copy.phase = CopyPhase::Created;
            break;
        case StepKind::ProveReleased:
            if (copy.phase != CopyPhase::Created)
                return failed("still up");
            break;
        case StepKind::Destroy: {
            const bool ordered = l != nullptr && (l->wish == Wish::Purged ||
                                                  (l->leftover && *l->leftover == step.copy));
            if (!ordered)
                violate("destroyed what nobody gave up");
            if (copy.phase != CopyPhase::Created)
                violate("destroyed what is up");
            m_disk.erase(it);
            break;
        }
        case StepKind::SendPass:
        case StepKind::ReceivePass: {
            if (step.kind == StepKind::SendPass && step.final && copy.phase != CopyPhase::Created)
                violate("final pass while up");
            if (step.kind == StepKind::ReceivePass && copy.identity.role != CopyRole::Receiving)
                violate("received into something else");
            model::TransferProgress pass;
            pass.id = step.transfer->id;
            pass.pass = std::max<std::uint32_t>(step.pass, 1);
            pass.passDone = true;
            pass.finalDone = step.final || (step.kind == StepKind::ReceivePass && pick(2) == 0);
            if (pass.finalDone)
                pass.digest = "d";
            if (step.kind == StepKind::ReceivePass) {
                copy.createdWhole = pass.finalDone;
                if (pass.finalDone && step.pool == kBlockPool)
                    copy.filesystem = "ext4";
            }
            outcome.pass = pass;
            break;
        }
        default:
            break;
        }
        return outcome;
    }

    std::mt19937_64 m_random;
    bool m_faults = true;
    std::uint32_t m_ids = 0;
    std::int64_t m_time = 0;
    std::optional<model::Duration> m_wake;
    std::map<model::PoolId, bool> m_available{{kFolderPool, true}, {kBlockPool, true}};
    std::map<CopyPlace, model::LocalCopy> m_disk;
    std::set<model::DatasetId> m_created;
    std::unique_ptr<AgentCore> m_core;
    std::map<StepId, Running> m_running;
    std::vector<std::pair<CopyPlace, model::TransferProgress>> m_notes; // on disk
    std::vector<model::Assignment> m_saved;                             // on disk
    bool m_session = false;
    bool m_snapshot = false;
    bool m_complete = false;
    std::deque<ReportChanges> m_reports; // on the way
    ReportChanges m_view;                // what control knows
    std::vector<Ledger> m_ledgers;
    std::vector<std::string> m_violations;
    std::map<std::string, int> m_acts;
};

} // namespace drover::agent::core::test
