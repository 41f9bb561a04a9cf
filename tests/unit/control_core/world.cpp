#include "tests/unit/control_core/world.h"

#include "control/core/assignments.h"
#include "control/core/facts.h"

#include <algorithm>

namespace drover::control::core::test {

using namespace model;
using namespace std::chrono_literals;

World::World(std::uint64_t seed, bool fenced) : m_random(seed), m_fenced(fenced)
{
    control.ids = CountingIds(seed);
    for (std::uint8_t n = 1; n <= kNodes; ++n) {
        m_machines[n];
        connect(n);
    }
}

World::Chance World::below(Chance bound) { return m_random() % bound; }

void World::fail(const std::string& what) { violations.push_back(what); }

std::vector<PoolState> World::poolsOf(std::uint8_t number) const
{
    return {localPool(number, "default"),
            sharedPool(9, "san", m_fenced ? Fence::Self : Fence::None)};
}

std::optional<DatasetId> World::anyDataset()
{
    const auto& all = control.state.datasets();
    if (all.empty())
        return std::nullopt;
    auto it = all.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(below(all.size())));
    return it->first;
}

Image* World::find(std::uint8_t number, const CopyId& copy, const PoolId& pool)
{
    auto& images = pool == kShared ? m_shared : m_machines[number].disk;
    const auto it = images.find(copy);
    return it == images.end() ? nullptr : &it->second;
}

// ---- events

void World::step()
{
    const std::uint8_t number = anyNode();
    switch (below(20)) {
    case 0:
    case 1:
        return command();
    case 2:
        return fault(number);
    case 3:
        return time(Duration{static_cast<std::int64_t>(below(40)) * 500});
    case 4:
        if (below(10) == 0)
            return time(Duration{std::chrono::hours{static_cast<std::int64_t>(below(26))}});
        if (below(40) == 0) {
            control.restart();
            for (auto& [n, machine] : m_machines)
                disconnect(n);
        }
        return;
    case 5:
    case 6:
        return send(number);
    case 7:
    case 8:
    case 9:
        return deliver(number);
    case 10:
    case 11:
        return order(number);
    case 12:
    case 13:
        return obey(number);
    case 14:
        if (!m_machines[number].session)
            connect(number);
        return write(number);
    default:
        static_cast<void>(act(number));
        return;
    }
}

void World::command()
{
    const auto id = anyDataset();
    if (!id || below(6) == 0)
        return createOne();
    switch (below(14)) {
    case 0:
    case 1:
    case 2:
    case 3:
        return moveOne();
    case 4: {
        const Duration graces[] = {0ms, 1h, 24h};
        static_cast<void>(control.write(DatasetDelete{ref(*id), graces[below(3)], below(3) == 0}));
        return;
    }
    case 5:
    case 6:
        static_cast<void>(control.write(DatasetUndelete{ref(*id), {}}));
        return;
    case 7:
        if (below(4) == 0)
            static_cast<void>(control.write(DatasetPurge{ref(*id)}));
        return;
    case 8:
        static_cast<void>(control.write(DatasetResize{ref(*id), ByteCount{(1 + below(8)) << 30}}));
        return;
    case 9:
        static_cast<void>(
            control.write(DatasetRename{ref(*id), "renamed-" + std::to_string(++m_names)}));
        return;
    case 10:
    case 11:
        return leaseOne();
    case 12:
        static_cast<void>(control.write(NodeCordon{node(anyNode()), below(2) == 0}));
        return;
    default:
        return loseOne();
    }
}

void World::createOne()
{
    if (control.state.datasets().size() >= 5)
        return;
    DatasetCreate verb;
    verb.name = "d-" + std::to_string(++m_names);
    verb.size = ByteCount{1ULL << 30};
    verb.pool = below(2) == 0 ? "san" : "default";
    if (below(3) != 0)
        verb.node = node(anyNode());
    static_cast<void>(control.write(verb));
}

void World::moveOne()
{
    // Mostly the same one again: wishes that change while a hand-over runs are the hard part.
    const auto& all = control.state.datasets();
    const auto id = below(3) != 0 ? std::optional(all.begin()->first) : anyDataset();
    const auto result = control.write(DatasetMove{ref(*id), node(anyNode()), {}, below(4) == 0});
    if (result && !result->changes.empty())
        ++handovers;
}

void World::leaseOne()
{
    const auto id = anyDataset();
    const auto tokens = control.state.leasesOf(*id);
    if (!tokens.empty()) {
        if (below(2) == 0)
            static_cast<void>(control.write(LeaseRelease{tokens.front()}));
        else
            static_cast<void>(control.write(LeaseRenew{tokens.front()}));
        return;
    }
    const std::optional<Duration> ttl = below(2) == 0 ? std::optional<Duration>(20s) : std::nullopt;
    static_cast<void>(control.write(LeaseAcquire{ref(*id), node(anyNode()), "holder", ttl}));
}

// A person declares a silent node lost. Without a fence only after the machine was really switched
// off.
void World::loseOne()
{
    const std::uint8_t number = anyNode();
    const auto* state = control.state.nodeState(nodeId(number));
    if (state == nullptr || state->liveness == Liveness::Alive ||
        state->liveness == Liveness::Syncing)
        return;
    auto& machine = m_machines[number];
    if (!m_fenced || below(2) == 0) {
        machine.powered = false;
        machine.mounted.clear();
        machine.lastWord = -kTerm;
        disconnect(number);
    }
    const auto owned = control.state.datasetsOfNode(nodeId(number));
    if (!control.write(NodeDeclareLost{node(number), "it is off"}))
        return;
    ++losses;
    for (const auto& id : owned)
        m_lossy.insert(id);
}

void World::fault(std::uint8_t number)
{
    auto& machine = m_machines[number];
    switch (below(6)) {
    case 0: // the agent's process dies: mounts stay
        machine.progress.clear();
        machine.frozen.clear();
        return disconnect(number);
    case 1: // the machine restarts
        machine.mounted.clear();
        machine.lastWord = -kTerm;
        machine.progress.clear();
        machine.frozen.clear();
        return disconnect(number);
    case 2:
        if (below(3) == 0)
            machine.connected = false;
        return;
    default:
        machine.powered = true;
        machine.connected = true;
        return;
    }
}

void World::disconnect(std::uint8_t number)
{
    auto& machine = m_machines[number];
    machine.session = false;
    machine.told = false;
    machine.said.clear();
    machine.saidGone.clear();
    machine.outbox.clear();
    machine.inbox.clear();
}

void World::connect(std::uint8_t number)
{
    auto& machine = m_machines[number];
    if (!machine.powered || !machine.connected)
        return;
    disconnect(number);
    const auto result = control.hello(number, poolsOf(number));
    if (result.verdict != HelloVerdict::Accept)
        return fail("a hello was refused: " + result.error.message);
    machine.session = true;
    Message first;
    for (const auto& [copy, state] : view(number)) {
        machine.said.insert_or_assign(copy, state);
        // In two parts, so that control is Syncing in between.
        machine.outbox.push_back({{state}, {}, false});
    }
    first.complete = true;
    machine.outbox.push_back(first);
}

std::map<CopyId, CopyState> World::view(std::uint8_t number)
{
    auto& machine = m_machines[number];
    std::map<CopyId, CopyState> states;
    const auto add = [&](const CopyId& id, const Image& image) {
        CopyState copy;
        copy.dataset = image.dataset;
        copy.copy = id;
        copy.pool = image.pool;
        copy.role = image.role;
        copy.epoch = image.epoch;
        copy.phase = machine.mounted.contains(id) ? CopyPhase::Mounted : CopyPhase::Created;
        copy.frozen = machine.frozen.contains(id);
        if (const auto it = machine.progress.find(id); it != machine.progress.end())
            copy.transfer = it->second;
        const auto order = machine.orders.find({id, false});
        if (order != machine.orders.end()) {
            copy.observedGeneration = order->second.generation;
            const auto& named = order->second.transfer;
            if (copy.transfer && named && order->second.goal == Goal::Receive)
                copy.transfer->sealed = named->id == copy.transfer->id && !named->digest.empty() &&
                                        copy.transfer->finalDone &&
                                        named->digest == copy.transfer->digest;
        }
        states.emplace(id, copy);
    };
    for (const auto& [id, image] : machine.disk)
        add(id, image);
    // Of a shared pool only the cluster agent lists; the others know what they were told about.
    const auto* pool = control.state.pool(kShared);
    const bool agent = pool != nullptr && pool->agentNode == nodeId(number);
    for (const auto& [id, image] : m_shared)
        if (agent || machine.mounted.contains(id) || machine.orders.contains({id, false}))
            add(id, image);
    return states;
}

void World::send(std::uint8_t number)
{
    auto& machine = m_machines[number];
    if (!machine.session || !machine.powered)
        return;
    Message message;
    const auto now = view(number);
    for (const auto& [id, state] : now) {
        machine.saidGone.erase(id);
        const auto said = machine.said.find(id);
        if (said != machine.said.end() && said->second == state)
            continue;
        message.copies.push_back(state);
    }
    for (const auto& [id, state] : machine.said)
        if (!now.contains(id) && machine.saidGone.insert(id).second)
            message.gone.push_back(id);
    for (const auto& [key, order] : machine.orders)
        if (order.goal == Goal::Destroyed && !now.contains(key.copy) &&
            machine.saidGone.insert(key.copy).second)
            message.gone.push_back(key.copy);
    machine.said = now;
    machine.outbox.push_back(std::move(message));
}

void World::deliver(std::uint8_t number)
{
    auto& machine = m_machines[number];
    if (!machine.session || !machine.connected || !machine.powered || machine.outbox.empty())
        return;
    const Message message = std::move(machine.outbox.front());
    machine.outbox.pop_front();
    control.report(number, message.copies, message.gone, message.complete);
}

void World::order(std::uint8_t number)
{
    auto& machine = m_machines[number];
    const auto* state = control.state.nodeState(nodeId(number));
    if (!machine.session || !machine.connected || state == nullptr ||
        state->liveness != Liveness::Alive)
        return;
    Batch batch;
    for (const auto& id : datasetsConcerning(control.state, nodeId(number)))
        for (auto& one : assignmentsOf(control.state, id, nodeId(number)))
            batch.orders.push_back(std::move(one));
    machine.inbox.push_back(std::move(batch));
}

void World::obey(std::uint8_t number)
{
    auto& machine = m_machines[number];
    if (!machine.powered || !machine.connected || machine.inbox.empty())
        return;
    const Batch batch = std::move(machine.inbox.front());
    machine.inbox.pop_front();
    std::map<AssignmentKey, Assignment> orders;
    for (const auto& one : batch.orders)
        orders.insert_or_assign(keyOf(one), one);
    for (const auto& [key, one] : orders) {
        const auto old = machine.orders.find(key);
        // Proven for one order is not proven for the next.
        if (old == machine.orders.end() || old->second != one)
            machine.frozen.erase(key.copy);
        if (one.goal == Goal::Destroyed &&
            (old == machine.orders.end() || old->second.goal != Goal::Destroyed))
            machine.saidGone.erase(key.copy);
    }
    machine.orders = std::move(orders);
    machine.told = true;
    machine.lastWord = control.now.running;
}

void World::stopWriters(std::uint8_t number)
{
    auto& machine = m_machines[number];
    if (!m_fenced || control.now.running < machine.lastWord + kTerm)
        return;
    std::erase_if(machine.mounted, [&](const CopyId& id) { return m_shared.contains(id); });
}

void World::time(Duration duration)
{
    const Duration end = control.now.running + duration;
    while (control.now.running < end) {
        const Duration step =
            std::min<Duration>(end - control.now.running, duration > 1h ? 10min : 2s);
        for (auto& [number, machine] : m_machines) {
            if (!machine.session || !machine.connected || !machine.powered)
                continue;
            control.state.heard(nodeId(number), control.now);
        }
        control.pass(step, /*heartbeats=*/false);
        for (auto& [number, machine] : m_machines) {
            const bool talks = machine.session && machine.connected && machine.powered;
            if (talks) {
                // Words of a session count from its first orders on: before, the agent does not
                // know what it may do.
                if (machine.told)
                    machine.lastWord = control.now.running;
                control.report(number, {}); // a heartbeat: alive again if it was taken for silent
            }
            stopWriters(number);
        }
    }
}

void World::settle()
{
    for (auto& [number, machine] : m_machines) {
        machine.powered = true;
        machine.connected = true;
        connect(number);
    }
    for (int round = 0; round < 400; ++round) {
        bool worked = false;
        const Revision before = control.state.revision();
        for (std::uint8_t n = 1; n <= kNodes; ++n) {
            send(n);
            while (!m_machines[n].outbox.empty())
                deliver(n);
            order(n);
            const auto known = m_machines[n].orders;
            while (!m_machines[n].inbox.empty())
                obey(n);
            worked = worked || m_machines[n].orders != known; // what it says is another now
            for (int i = 0; i < 20 && act(n); ++i)
                worked = true;
        }
        time(1s);
        if (!worked && control.state.revision() == before && round > 10)
            return;
    }
    fail("the cluster does not come to rest");
}

} // namespace drover::control::core::test
