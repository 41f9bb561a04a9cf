// What goes wrong, and how it ends.

#include "tests/sim/run.h"

#include <utility>

namespace drover::sim {

namespace {

constexpr bus::Duration kRestart{25'000}; // between two restarts of a machine by its person
constexpr bus::Duration kLastCommandsDone{35'000}; // longer than a call's deadline
constexpr model::ByteCount kCapacity{1ULL << 40};

} // namespace

// One fault, or the end of one.
void Simulation::mishap()
{
    if (m_calm)
        return;
    struct Kind
    {
        unsigned weight;
        void (Simulation::*act)();
    };
    static constexpr Kind kKinds[] = {
        {2, &Simulation::crashControl}, {4, &Simulation::startControl},
        {2, &Simulation::crashAgent},   {2, &Simulation::losePower},
        {4, &Simulation::startAgents},  {2, &Simulation::cutLink},
        {4, &Simulation::healLinks},    {2, &Simulation::disconnect},
        {2, &Simulation::cutOneWay},    {2, &Simulation::swizzle},
        {2, &Simulation::pauseProcess}, {2, &Simulation::stepClock},
        {2, &Simulation::hidePool},     {2, &Simulation::fillPool},
        {4, &Simulation::fillStore},    {2, &Simulation::powerOffForGood},
        {2, &Simulation::copyStore},    {1, &Simulation::restoreOldStore},
        {2, &Simulation::failAppend},   {2, &Simulation::crashWatch},
        {1, &Simulation::pauseWatch},   {1, &Simulation::startSecondControl},
        {2, &Simulation::takeImage},    {1, &Simulation::restoreImage},
        {1, &Simulation::cloneNode},    {1, &Simulation::loseStore},
    };
    unsigned sum = 0;
    for (const Kind& kind : kKinds)
        sum += kind.weight;
    std::uint64_t dice = m_random.below(sum);
    for (const Kind& kind : kKinds) {
        if (dice < kind.weight)
            return (this->*kind.act)();
        dice -= kind.weight;
    }
}

void Simulation::fault(const std::string& kind, const std::string& text)
{
    say("-- " + text);
    count("fault " + kind);
    ++m_report.faults;
}

SimNode& Simulation::anyNode() { return *m_random.pick(m_nodes); }

std::string Simulation::anyHost() { return m_random.chance(500) ? "control" : anyNode().host(); }

std::string Simulation::anyPeer()
{
    return m_random.chance(300) ? anyWatch().host() : anyNode().host();
}

Watch& Simulation::anyWatch() { return *m_random.pick(m_watches); }

// A process that watches ends; another one begins from nothing.
void Simulation::crashWatch()
{
    Watch& watch = anyWatch();
    if (!watch.running() || &watch == m_watches.front().get())
        return;
    fault("watch crash", "the watch of " + watch.host() + " crashes");
    watch.crash();
    later(bus::Duration{m_random.between(100, 8'000)}, [&watch] { watch.start(); });
}

void Simulation::pauseWatch()
{
    Watch& watch = anyWatch();
    const bus::Duration pause{m_random.between(500, 10'000)};
    fault("watch pause", watch.host() + " pauses for " + std::to_string(pause.count()) + " ms");
    watch.pause(pause);
}

void Simulation::failAppend()
{
    if (!m_control.running())
        return;
    using control::store::StoreFault;
    const bool written = m_random.chance(500);
    say(std::string("-- the next append fails, ") + (written ? "written" : "not written"));
    m_control.failAppend(written ? StoreFault::FailAfter : StoreFault::FailBefore);
}

void Simulation::crashControl()
{
    if (!m_control.running())
        return;
    fault("control crash", "control crashes");
    m_control.crash();
}

void Simulation::startControl()
{
    say("-- control starts");
    m_control.start();
}

void Simulation::crashAgent()
{
    SimNode& node = anyNode();
    if (!node.running())
        return;
    fault("agent crash", "agent of " + node.host() + " crashes");
    node.crash();
}

void Simulation::losePower()
{
    SimNode& node = anyNode();
    fault("power loss", node.host() + " loses power");
    node.reboot();
}

void Simulation::startAgents()
{
    say("-- agents start");
    for (const auto& node : m_nodes)
        if (!node->condemned())
            node->start();
}

void Simulation::cutLink()
{
    const std::string one = anyPeer();
    const std::string other = anyHost();
    fault("cut", "cut between " + one + " and " + other);
    m_bus.partition(one, other);
}

void Simulation::healLinks()
{
    say("-- the network heals");
    m_bus.healAll();
}

void Simulation::disconnect()
{
    const std::string host = anyPeer();
    fault("disconnect", "disconnect of " + host);
    m_bus.disconnect(host, "control");
}

void Simulation::cutOneWay()
{
    std::string from = anyPeer();
    std::string to = anyHost();
    if (m_random.chance(500))
        std::swap(from, to);
    fault("one-way cut", "cut from " + from + " to " + to + ", this way only");
    bus::LinkFaults faults = m_bus.faults(from, to);
    faults.cut = true;
    m_bus.setFaults(from, to, faults);
}

void Simulation::pauseProcess()
{
    const bus::Duration pause{m_random.between(500, 20'000)};
    SimNode& node = anyNode();
    const bool control = m_random.chance(300);
    if (control ? !m_control.running() : !node.running())
        return;
    fault(control ? "control pause" : "pause", (control ? "control" : node.host()) +
                                                   " pauses for " + std::to_string(pause.count()) +
                                                   " ms");
    return control ? m_control.pause(pause) : node.pause(pause);
}

void Simulation::stepClock()
{
    // Most are small enough not to hold purges.
    const std::int64_t most = m_random.chance(700) ? 200'000 : 3'600'000;
    const model::Duration step{
        static_cast<std::int64_t>(m_random.below(static_cast<std::uint64_t>(2 * most))) - most};
    SimNode& node = anyNode();
    const bool control = m_random.chance(500);
    fault("clock step", "the wall clock of " + (control ? "control" : node.host()) + " steps by " +
                            std::to_string(step.count()) + " ms");
    return control ? m_control.stepWall(step) : node.clock().stepWall(step);
}

Disk& Simulation::anyDisk(const SimNode& node)
{
    return *node.disks()[m_random.below(node.disks().size())];
}

void Simulation::hidePool()
{
    SimNode& node = anyNode();
    Disk& disk = anyDisk(node);
    disk.markerThere = !disk.markerThere;
    if (disk.markerThere)
        return say("-- marker of a pool on " + node.host() + " is back");
    fault("pool marker", "marker of a pool on " + node.host() + " is gone");
}

void Simulation::fillPool()
{
    SimNode& node = anyNode();
    Disk& disk = anyDisk(node);
    if (disk.capacity != kCapacity) {
        disk.capacity = kCapacity;
        return say("-- a pool on " + node.host() + " has room");
    }
    fault("pool full", "a pool on " + node.host() + " is almost full");
    disk.capacity = model::ByteCount{disk.used().value + (100ULL << 20)};
}

void Simulation::fillStore()
{
    bool& full = m_control.store().disk.full;
    full = !full;
    if (!full)
        return say("-- the store's disk has room");
    fault("store full", "the store's disk is full");
}

// Cuts off one after the other, and lets them back in another order (FoundationDB's swizzle-clogging).
void Simulation::swizzle()
{
    fault("swizzle", "swizzle");
    std::vector<std::string> hosts;
    for (const auto& node : m_nodes)
        hosts.push_back(node->host());
    for (const auto& watch : m_watches)
        hosts.push_back(watch->host());
    std::erase_if(hosts, [&](const std::string&) { return m_random.chance(300); });
    const auto shuffle = [&] {
        for (std::size_t i = hosts.size(); i > 1; --i)
            std::swap(hosts[i - 1], hosts[m_random.below(i)]);
    };
    bus::Duration at{0};
    const auto next = [&] { return at += bus::Duration{m_random.between(100, 4'000)}; };
    shuffle();
    for (const std::string& host : hosts)
        later(next(), [this, host] { m_bus.partition(host, "control"); });
    shuffle();
    for (const std::string& host : hosts)
        later(next(), [this, host] { m_bus.heal(host, "control"); });
}

void Simulation::stopFaults()
{
    say("-- the faults stop");
    m_calm = true;
    m_faults = StepFaults{};
    m_laters.clear();
    std::vector<std::string> hosts{"control"};
    for (const auto& watch : m_watches) {
        hosts.push_back(watch->host());
        watch->start();
    }
    for (const auto& node : m_nodes)
        hosts.push_back(node->host());
    for (const std::string& from : hosts)
        for (const std::string& to : hosts)
            m_bus.setFaults(from, to, bus::LinkFaults{});
    m_bus.setDefaultFaults(bus::LinkFaults{});
    endClone();
    bringBackStore();
    endSecondControl();
    m_control.mendStore();
    static_cast<void>(m_control.buryIfFatal());
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
    later(kLastCommandsDone, [this] {
        takeBackObstacles();
        deleteWhatImagesLost();
        repeat(kRestart, kRestart, &Simulation::unmountWhatWaitsToGrow);
    });
}

} // namespace drover::sim
