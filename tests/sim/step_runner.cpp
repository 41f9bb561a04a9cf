#include "tests/sim/step_runner.h"

#include "proto/model/mutation.h"

#include <algorithm>

namespace drover::sim {

using agent::core::Step;
using agent::core::StepId;
using agent::core::StepKind;
using agent::core::StepOutcome;
using model::Error;
using model::ErrorCode;

namespace {

constexpr bus::Duration kStepDeadline{60'000};

Error refused(std::string message)
{
    return Error{ErrorCode::FailedState, std::move(message), {}, {}};
}
Error unavailable(std::string message)
{
    return Error{ErrorCode::Unavailable, std::move(message), {}, {}};
}

} // namespace

SimStepRunner::SimStepRunner(StepWorld world, Machine& machine)
    : m_world(std::move(world)), m_machine(machine)
{}

SimStepRunner::~SimStepRunner()
{
    for (const auto& [id, running] : m_running)
        if (running.step.kind == StepKind::ReceivePass)
            m_world.rendezvous->receivers.erase({m_world.bulkEndpoint, running.step.transfer->id});
}

void SimStepRunner::start(StepId id, const Step& step)
{
    m_running[id].step = step;
    if (step.kind == StepKind::Unmount && m_world.takesDown)
        m_world.takesDown(m_machine.node, step);
    begin(id, /*firstHalf=*/true);
}

void SimStepRunner::cancel(StepId id)
{
    const auto found = m_running.find(id);
    if (found == m_running.end())
        return;
    found->second.cancelled = true;
    const Step step = found->second.step;
    // short ones simply end
    if (step.kind != StepKind::ReceivePass && step.kind != StepKind::SendPass)
        return;
    if (step.kind == StepKind::ReceivePass)
        m_world.rendezvous->receivers.erase({m_world.bulkEndpoint, step.transfer->id});
    found->second.timer = m_world.executor->after(bus::Duration{1}, [this, id, step] {
        finish(id, lookAgain(step, unavailable("cancelled")));
    });
}

// Every step has two halves in time; the effect is at the end of the first (or, for a creation, in
// both).
void SimStepRunner::begin(StepId id, bool firstHalf)
{
    Running& running = m_running.at(id);
    Random& random = *m_world.random;
    if (running.step.kind == StepKind::SendPass && firstHalf)
        return send(id);
    if (running.step.kind == StepKind::ReceivePass && firstHalf)
        return receive(id);
    bus::Duration delay{random.between(0, 40)};
    if (firstHalf && random.chance(m_world.faults->hang) &&
        !agent::core::isPoolStep(running.step.kind)) {
        running.timer = m_world.executor->after(kStepDeadline, [this, id] {
            StepOutcome outcome;
            outcome.error = unavailable("the call did not return in time");
            outcome.hung = true;
            m_world.count("fault step hung");
            Running& late = m_running.at(id);
            late.timer = m_world.executor->after(bus::Duration{m_world.random->between(1, 90'000)},
                                                 [this, id] {
                                                     if (!m_running.at(id).cancelled)
                                                         (void)perform(m_running.at(id).step);
                                                     m_running.erase(id);
                                                     m_events.returned(id);
                                                 });
            m_events.done(id, std::move(outcome));
        });
        return;
    }
    running.timer = m_world.executor->after(delay, [this, id] { takeEffect(id); });
}

void SimStepRunner::takeEffect(StepId id)
{
    Running& running = m_running.at(id);
    const Step step = running.step;
    Random& random = *m_world.random;
    std::optional<Error> error;
    StepOutcome outcome;
    const bool failBefore = random.chance(m_world.faults->failBefore);
    if (failBefore)
        m_world.count("fault step failed");
    bus::Duration rest{random.between(0, 20)};
    if (step.kind == StepKind::Discover || step.kind == StepKind::Probe) {
        outcome = discover(step);
        if (random.chance(m_world.faults->slowLook)) {
            m_world.count("fault look slow");
            rest = bus::Duration{random.between(500, 10'000)};
        }
        if (failBefore) {
            outcome = StepOutcome{};
            outcome.error = Error{ErrorCode::Io, "input/output error (injected)", {}, {}};
        }
    } else {
        error = failBefore ? Error{ErrorCode::Io, "input/output error (injected before)", {}, {}}
                           : perform(step);
        if (!error && random.chance(m_world.faults->failAfter)) {
            m_world.count("fault step misreport");
            error = Error{ErrorCode::Io, "input/output error (injected after)", {}, {}};
        }
        const Disk* disk = m_world.disk(step.pool);
        const bool hasLock = disk != nullptr && disk->marker.shared &&
                             (step.kind == StepKind::Attach || step.kind == StepKind::Detach);
        if (!error && hasLock) {
            running.timer = m_world.executor->after(rest, [this, id] { takeSecondEffect(id); });
            return;
        }
        outcome = lookAgain(step, std::move(error));
    }
    running.timer = m_world.executor->after(rest, [this, id, outcome] { finish(id, outcome); });
}

// Of a shared image: first the lock and then the device, or the other way round. A death in between leaves the lock, and so does an
// error.
void SimStepRunner::takeSecondEffect(StepId id)
{
    const Step step = m_running.at(id).step;
    Random& random = *m_world.random;
    std::optional<Error> error;
    Disk* disk = m_world.disk(step.pool);
    const auto copy = disk->seen().find(step.copy);
    if (random.chance(m_world.faults->failBefore * 2)) {
        m_world.count("fault step half-way");
        error = Error{ErrorCode::Io, "input/output error (half-way)", {}, {}};
    } else if (copy != disk->seen().end()) {
        if (step.kind == StepKind::Attach)
            m_machine.attached.insert(step.copy);
        else if (copy->second.isLockedBy(m_machine.node))
            copy->second.lock->released = true;
    }
    m_running.at(id).timer = m_world.executor->after(
        bus::Duration{random.between(0, 20)},
        [this, id, outcome = lookAgain(step, std::move(error))] { finish(id, outcome); });
}

void SimStepRunner::finish(StepId id, StepOutcome outcome)
{
    const StepKind kind = m_running.at(id).step.kind;
    const std::string text =
        std::string("step ") + (outcome.error ? "failed " : "done ") + agent::core::toString(kind);
    m_world.count(text);
    if (!agent::core::isPoolStep(kind))
        m_world.say(text + " copy " + m_running.at(id).step.copy.toString() +
                    (outcome.error ? ": " + outcome.error->message : ""));
    m_running.erase(id);
    m_events.done(id, std::move(outcome));
}

StepOutcome SimStepRunner::discover(const Step& step) const
{
    StepOutcome outcome;
    const Disk* disk = m_world.disk(step.pool);
    if (!disk) {
        outcome.error = unavailable("no such pool on this machine");
        return outcome;
    }
    outcome.pool = disk->probe();
    if (step.kind == StepKind::Probe)
        return outcome;
    if (!disk->usable()) {
        outcome.error = unavailable("the pool has no marker");
        return outcome;
    }
    std::vector<model::LocalCopy> copies;
    for (const auto& [id, copy] : disk->seen()) {
        const bool mine = m_machine.attached.contains(id) || m_machine.mounted.contains(id) ||
                          copy.isLockedBy(m_machine.node);
        if (!step.mineOnly || mine)
            copies.push_back(look(*disk, copy, m_machine));
    }
    outcome.copies = std::move(copies);
    return outcome;
}

StepOutcome SimStepRunner::lookAgain(const Step& step, std::optional<Error> error) const
{
    StepOutcome outcome;
    outcome.error = std::move(error);
    const Disk* disk = m_world.disk(step.pool);
    if (!disk || !disk->usable()) {
        if (!outcome.error)
            outcome.error = unavailable("the pool has no marker");
        return outcome;
    }
    const auto found = disk->seen().find(step.copy);
    if (found == disk->seen().end()) {
        outcome.absent = true;
        if (!outcome.error && step.kind != StepKind::Destroy && step.kind != StepKind::Inspect)
            outcome.error = Error{ErrorCode::NotFound, "no such copy", {}, {}};
    } else {
        outcome.found = look(*disk, found->second, m_machine);
    }
    return outcome;
}

std::optional<Error> SimStepRunner::perform(const Step& step)
{
    Disk* disk = m_world.disk(step.pool);
    if (!disk || !disk->usable())
        return unavailable("the pool has no marker");
    const auto found = disk->seen().find(step.copy);
    if (step.kind == StepKind::Create) {
        if (found != disk->seen().end())
            return std::nullopt;
        if (disk->block &&
            disk->used().value + step.identity->spec.size.value_or(model::ByteCount{}).value >
                disk->capacity.value)
            return Error{ErrorCode::StoreFull, "no space left in the pool", {}, {}};
        DiskCopy copy;
        copy.identity = *step.identity;
        copy.size = copy.identity.spec.size;
        // A creation becomes visible in one moment; what an interrupted one leaves is a draft that
        // nobody lists.
        if (m_world.random->chance(m_world.faults->failBefore * 4)) {
            m_world.count("fault step half-way");
            return Error{ErrorCode::Io, "input/output error (half-way)", {}, {}};
        }
        copy.whole = copy.identity.role != model::CopyRole::Receiving;
        if (copy.whole && m_world.made(copy.identity.dataset))
            m_world.oracle->violation("5.5: an empty volume is made for dataset " +
                                      copy.identity.dataset.toString() + ", which has existed");
        disk->seen().emplace(step.copy, copy);
        return std::nullopt;
    }
    if (found == disk->seen().end())
        return step.kind == StepKind::Destroy || step.kind == StepKind::Inspect
                   ? std::nullopt
                   : std::optional<Error>(Error{ErrorCode::NotFound, "no such copy", {}, {}});
    DiskCopy& copy = found->second;
    switch (step.kind) {
    case StepKind::SetIdentity:
        if (step.identity->epoch < copy.identity.epoch && !DROVER_MUTATION("skip-epoch-check"))
            return refused("the epoch would go back");
        if (copy.identity.role == model::CopyRole::Released &&
            step.identity->role == model::CopyRole::Primary &&
            step.identity->epoch == copy.identity.epoch)
            return refused("released at this epoch");
        if (copy.isLockedAgainst(m_machine.node, step.identity->epoch) &&
            !DROVER_MUTATION("skip-epoch-check"))
            return refused("the image is locked by node " + copy.lock->node.toString());
        m_world.oracle->identified(copy, *step.identity);
        copy.identity = *step.identity;
        return std::nullopt;
    case StepKind::Attach:
        if (!disk->marker.shared)
            m_machine.attached.insert(step.copy);
        else if (copy.isLockedAgainst(m_machine.node, copy.identity.epoch) &&
                 !DROVER_MUTATION("skip-epoch-check"))
            return refused("the image is locked by node " + copy.lock->node.toString());
        else // the device comes in the second half
            copy.lock = DiskLock{m_machine.node, copy.identity.epoch, /*released=*/false};
        return std::nullopt;
    case StepKind::Format:
        if (!m_machine.attached.contains(step.copy))
            return refused("not attached");
        copy.formatted = true;
        return std::nullopt;
    case StepKind::Mount:
        if (copy.identity.role != model::CopyRole::Primary || copy.identity.epoch != step.epoch)
            return refused("not primary at this epoch");
        if (!copy.whole)
            return refused("not whole");
        if (disk->block && (!copy.formatted || !m_machine.attached.contains(step.copy)))
            return refused("not attached or not formatted");
        if (m_machine.mounted.emplace(step.copy, step.epoch).second)
            m_world.oracle->mounted(m_machine, copy);
        return std::nullopt;
    case StepKind::Unmount:
        if (m_machine.busy.contains(step.copy))
            return refused("busy: process 4711 writes");
        m_machine.mounted.erase(step.copy);
        m_world.oracle->unmounted(m_machine, step.copy);
        return std::nullopt;
    case StepKind::Detach:
        if (m_machine.mounted.contains(step.copy))
            return refused("still mounted");
        m_machine.attached.erase(step.copy); // the lock goes in the second half
        return std::nullopt;
    case StepKind::ProveReleased:
        if (m_machine.mounted.contains(step.copy) || m_machine.attached.contains(step.copy))
            return refused("still attached");
        return std::nullopt;
    case StepKind::Grow:
        // Some filesystems grow in use and some do not; which, goes by the copy.
        if (m_machine.mounted.contains(step.copy) && step.copy.value.bytes.back() % 2 != 0) {
            m_world.count("growth waits for an unmount");
            return Error{ErrorCode::Unsupported, "cannot grow while mounted", {}, {}};
        }
        copy.size = std::max(copy.size.value_or(model::ByteCount{}), step.size);
        return std::nullopt;
    case StepKind::Destroy:
        if (m_machine.mounted.contains(step.copy))
            return refused("still mounted");
        if (copy.isLockedAgainst(m_machine.node, copy.identity.epoch))
            return refused("the image is locked by node " + copy.lock->node.toString());
        m_world.oracle->destroyed(copy, m_world.executor->now());
        m_machine.attached.erase(step.copy);
        disk->seen().erase(found);
        return std::nullopt;
    case StepKind::Inspect:
        return std::nullopt;
    case StepKind::Discover:
    case StepKind::Probe:
    case StepKind::Create:
    case StepKind::SendPass:
    case StepKind::ReceivePass:
        break;
    }
    return Error{ErrorCode::Internal, "not a copy step", {}, {}};
}

void SimStepRunner::receive(StepId id)
{
    const Step step = m_running.at(id).step;
    Rendezvous::Waiting waiting;
    waiting.node = m_machine.node;
    waiting.copy = step.copy;
    waiting.disk = [this, pool = step.pool] { return m_world.disk(pool); };
    waiting.finish = [this, alive = std::weak_ptr(m_alive), id,
                      step](const model::TransferProgress& progress) {
        // the receiver's process died meanwhile, or was told to stop
        if (alive.expired() || !m_running.contains(id))
            return;
        StepOutcome outcome = lookAgain(step, std::nullopt);
        outcome.pass = progress;
        finish(id, std::move(outcome));
    };
    m_world.rendezvous->receivers[{m_world.bulkEndpoint, step.transfer->id}] = std::move(waiting);
}

void SimStepRunner::send(StepId id)
{
    Running& running = m_running.at(id);
    running.timer = m_world.executor->after(bus::Duration{m_world.random->between(5, 400)}, [this,
                                                                                             id] {
        const Step step = m_running.at(id).step;
        const auto fail = [&](const std::string& why) {
            finish(id, lookAgain(step, unavailable(why)));
        };
        const auto found =
            m_world.rendezvous->receivers.find({step.transfer->peerEndpoint, step.transfer->id});
        if (found == m_world.rendezvous->receivers.end())
            return fail("the receiver is not there");
        if (!m_world.reachable(m_machine.node, found->second.node))
            return fail("the receiver cannot be reached");
        if (m_world.random->chance(m_world.faults->failBefore))
            return fail("the connection broke (injected)");
        Disk* source = m_world.disk(step.pool);
        Disk* target = found->second.disk();
        if (!source || !source->usable() || !target || !target->usable())
            return fail("a pool is unavailable");
        const auto from = source->seen().find(step.copy);
        const auto to = target->seen().find(found->second.copy);
        if (from == source->seen().end() || to == target->seen().end())
            return fail("a copy is not there");
        if (to->second.identity.role != model::CopyRole::Receiving)
            return fail("the target is not receiving");
        const std::size_t before = to->second.data.size();
        to->second.data = from->second.data;
        if (source->block && target->block)
            to->second.size = from->second.size;
        if (!to->second.data.empty() && m_world.random->chance(m_world.faults->corrupt)) {
            m_world.count("fault transfer corrupted");
            to->second.data.pop_back();
        }
        // what is received into a block kind gets a filesystem first
        to->second.formatted = to->second.formatted || target->block;
        if (step.final)
            to->second.whole = true;
        model::TransferProgress progress;
        progress.id = step.transfer->id;
        progress.pass = step.pass;
        progress.passDone = true;
        progress.finalDone = step.final;
        progress.lastPassBytes =
            model::ByteCount{(std::max(before, from->second.data.size()) - before) * (4ULL << 20)};
        progress.bytesDone = progress.bytesTotal = progress.lastPassBytes;
        if (step.final)
            progress.digest = digestOf(from->second.data);
        model::TransferProgress received = progress;
        if (step.final)
            received.digest = digestOf(to->second.data);
        // The receiver's word comes first; the sender may die before it hears it.
        const auto receiver = std::move(found->second.finish);
        m_world.rendezvous->receivers.erase(found);
        m_world.executor->post([receiver, received] { receiver(received); });
        StepOutcome outcome = lookAgain(step, std::nullopt);
        outcome.pass = progress;
        m_running.at(id).timer =
            m_world.executor->after(bus::Duration{m_world.random->between(0, 10)},
                                    [this, id, outcome] { finish(id, outcome); });
    });
}

bool SimStepRunner::worksOnACopy() const
{
    return std::any_of(m_running.begin(), m_running.end(), [](const auto& entry) {
        return !agent::core::isPoolStep(entry.second.step.kind);
    });
}

} // namespace drover::sim
