// What goes wrong, and how it ends.

#include "tests/sim/run.h"

namespace drover::sim {

namespace {

// Copies of a store are made now and then; the one that is restored is at least so many revisions
// behind.
constexpr model::Revision kOldEnough = 10;
constexpr bus::Duration kLastCommandsDone{35'000}; // longer than a call's deadline
constexpr bus::Duration kOldStoreStays{20'000};
constexpr model::ByteCount kCapacity{1ULL << 40};

model::Term termOf(const control::store::MemoryDisk& store)
{
    for (const auto& [key, record] : store.records)
        if (const auto* history = std::get_if<model::HistoryRecord>(&record))
            return history->term;
    return 0;
}

} // namespace

// One fault, or the end of one.
void Simulation::mishap()
{
    if (m_calm)
        return;
    ++m_report.faults;
    SimNode& node = *m_random.pick(m_nodes);
    const std::string other = m_random.chance(500) ? "control" : m_random.pick(m_nodes)->host();
    switch (m_random.below(22)) {
    case 0:
        say("-- control crashes");
        count("fault control crash");
        return m_control.crash();
    case 1:
    case 2:
        say("-- control starts");
        return m_control.start();
    case 3:
        say("-- agent of " + node.host() + " crashes");
        count("fault agent crash");
        return node.crash();
    case 4:
        say("-- " + node.host() + " loses power");
        count("fault power loss");
        return node.reboot();
    case 5:
    case 6:
        say("-- agents start");
        for (const auto& each : m_nodes)
            if (!each->condemned())
                each->start();
        return;
    case 7:
        say("-- cut between " + node.host() + " and " + other);
        count("fault cut");
        return m_bus.partition(node.host(), other);
    case 8:
    case 9:
        say("-- the network heals");
        return m_bus.healAll();
    case 10:
        say("-- disconnect of " + node.host());
        count("fault disconnect");
        return m_bus.disconnect(node.host(), "control");
    case 11: {
        Disk& disk = *node.disks()[m_random.below(node.disks().size())];
        disk.markerThere = !disk.markerThere;
        count("fault pool marker");
        return say("-- marker of a pool on " + node.host() +
                   (disk.markerThere ? " is back" : " is gone"));
    }
    case 12:
    case 13:
        m_control.disk().full = !m_control.disk().full;
        count("fault store full");
        return say(m_control.disk().full ? "-- the store's disk is full"
                                         : "-- the store's disk has room");
    case 14: {
        Disk& disk = *node.disks()[m_random.below(node.disks().size())];
        disk.capacity = disk.capacity == kCapacity
                            ? model::ByteCount{disk.used().value + (100ULL << 20)}
                            : kCapacity;
        count("fault pool full");
        return say("-- a pool on " + node.host() +
                   (disk.capacity == kCapacity ? " has room" : " is almost full"));
    }
    case 15:
        if (m_random.chance(500))
            return cutOneWay(node.host(), other);
        return cutOneWay(other, node.host());
    case 16:
        return swizzle();
    case 17: {
        const bus::Duration pause{m_random.between(500, 20'000)};
        const bool control = m_random.chance(300);
        count("fault pause");
        say("-- " + (control ? "control" : node.host()) + " pauses for " +
            std::to_string(pause.count()) + " ms");
        return control ? m_control.pause(pause) : node.pause(pause);
    }
    case 18: {
        // Most are small enough not to hold purges.
        const std::int64_t most = m_random.chance(700) ? 200'000 : 3'600'000;
        const model::Duration step{
            static_cast<std::int64_t>(m_random.below(static_cast<std::uint64_t>(2 * most))) - most};
        const bool control = m_random.chance(500);
        count("fault clock step");
        say("-- the wall clock of " + (control ? "control" : node.host()) + " steps by " +
            std::to_string(step.count()) + " ms");
        return control ? m_control.stepWall(step) : node.clock().stepWall(step);
    }
    case 19:
        return powerOffForGood(node);
    case 20:
        if (m_trueStore)
            return;
        say("-- somebody copies the store");
        m_oldStore = m_control.disk();
        return;
    default:
        if (m_random.chance(300))
            return restoreOldStore();
        return;
    }
}

void Simulation::cutOneWay(const std::string& from, const std::string& to)
{
    say("-- cut from " + from + " to " + to + ", this way only");
    count("fault one-way cut");
    bus::LinkFaults faults = m_bus.faults(from, to);
    faults.cut = true;
    m_bus.setFaults(from, to, faults);
}

// Cuts off the nodes one after the other, and lets them back in another order.
void Simulation::swizzle()
{
    say("-- swizzle");
    count("fault swizzle");
    for (const auto& node : m_nodes) {
        if (m_random.chance(300))
            continue;
        const auto cutAt = m_random.below(5'000);
        const auto healAt = m_random.between(5'000, 15'000);
        later(bus::Duration{cutAt},
              [this, host = node->host()] { m_bus.partition(host, "control"); });
        later(bus::Duration{healAt}, [this, host = node->host()] { m_bus.heal(host, "control"); });
    }
}

// The machine is switched off, and a person says so. It may come back long after.
void Simulation::powerOffForGood(SimNode& node)
{
    if (node.condemned())
        return;
    say("-- " + node.host() + " is switched off for good");
    count("fault switched off");
    node.reboot();
    node.condemn(true);
    later(bus::Duration{m_random.between(15'000, 40'000)}, [this, &node] {
        if (m_calm)
            return;
        // From here on a person's word stands for what only this machine had.
        for (const Disk* disk : node.disks())
            if (!disk->marker.shared)
                m_oracle.givenUp(*disk);
        ask(model::NodeDeclareLost{{node.id(), ""}, "the machine is off"});
    });
    later(bus::Duration{m_random.between(75'000, 110'000)}, [&node] { node.condemn(false); });
}

// Somebody puts back an old copy of the store, and after a while, warned by safe mode, the newest
// one.
void Simulation::restoreOldStore()
{
    if (m_trueStore || !m_oldStore || m_oldStore->head + kOldEnough > m_control.disk().head)
        return;
    say("-- control starts on an old copy of its store: revision " +
        std::to_string(m_oldStore->head) + " instead of " + std::to_string(m_control.disk().head));
    count("fault old store");
    m_control.crash();
    m_trueStore = m_control.disk();
    m_control.disk() = *m_oldStore;
    m_control.disk().full = false;
    m_control.start();
    later(kOldStoreStays, [this] { bringBackStore(); });
}

void Simulation::bringBackStore()
{
    if (!m_trueStore)
        return;
    say("-- control starts on the newest copy of its store");
    const model::Term copysTerm = termOf(m_control.disk());
    if (m_control.running() && !m_control.service()->safeMode().empty())
        count("old store found out");
    m_control.crash();
    m_control.disk() = *m_trueStore;
    m_control.disk().full = false;
    m_trueStore.reset();
    m_safe.reset();
    m_control.start();
    // As often as it takes: who saw the copy's terms follows only a higher one.
    while (termOf(m_control.disk()) <= copysTerm) {
        m_control.crash();
        m_control.start();
    }
}

void Simulation::stopFaults()
{
    say("-- the faults stop");
    m_calm = true;
    m_faults = StepFaults{};
    m_laters.clear();
    std::vector<std::string> hosts{"control", "client"};
    for (const auto& node : m_nodes)
        hosts.push_back(node->host());
    for (const std::string& from : hosts)
        for (const std::string& to : hosts)
            m_bus.setFaults(from, to, bus::LinkFaults{});
    m_bus.setDefaultFaults(bus::LinkFaults{});
    bringBackStore();
    m_control.disk().full = false;
    m_control.mendClock();
    for (const auto& disk : m_disks) {
        disk->markerThere = true;
        disk->capacity = kCapacity;
    }
    m_control.start();
    for (const auto& node : m_nodes) {
        node->condemn(false);
        node->machine().busy.clear();
        node->start();
    }
    takeBackObstacles();
    // what was asked for last may have been done meanwhile
    later(kLastCommandsDone, [this] { takeBackObstacles(); });
}

} // namespace drover::sim
