// What goes wrong once in a cluster's life, and what a person does about it: a store that is put back, a second control, a machine that
// is lost, put back from an image, or copied.

#include "tests/sim/run.h"

#include <algorithm>
#include <set>

namespace drover::sim {

namespace {

// Copies of a store are made now and then; the one that is restored is at least so many revisions behind.
constexpr model::Revision kOldEnough = 10;
constexpr bus::Duration kOldStoreStays{20'000};

} // namespace

// The machine is switched off, and a person says so. It may come back long after.
void Simulation::powerOffForGood()
{
    SimNode& node = anyNode();
    if (node.condemned() || m_clone)
        return;
    fault("switched off for good", node.host() + " is switched off for good");
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

// ---- stores

void Simulation::copyStore()
{
    if (m_trueStore)
        return;
    say("-- somebody copies the store");
    m_oldStore = m_control.store();
}

bool Simulation::haveOldStore() const
{
    return !m_trueStore && !m_second.running() && m_oldStore &&
           m_oldStore->disk.head + kOldEnough <= m_control.store().disk.head;
}

StoreDisk Simulation::oldStore()
{
    StoreDisk copy = *m_oldStore;
    m_copyHead = copy.disk.head;
    m_knowBetter.clear();
    for (const auto& node : m_nodes)
        if (node->savedRevision() > copy.disk.head)
            m_knowBetter.insert(node->id());
    copy.past = m_history.fork(copy.past, copy.disk.head);
    copy.disk.full = false;
    return copy;
}

// Somebody puts back an old copy of the store, and after a while, warned by safe mode, the newest one.
void Simulation::restoreOldStore()
{
    if (!haveOldStore())
        return;
    fault("old store", "control starts on an old copy of its store: revision " +
                           std::to_string(m_oldStore->disk.head) + " instead of " +
                           std::to_string(m_control.store().disk.head));
    m_control.crash();
    ++m_era;
    m_trueStore = m_control.store();
    m_control.store() = oldStore();
    m_copyRan = true;
    m_control.start();
    later(kOldStoreStays, [this] { bringBackStore(); });
}

// The store's disk is gone, and nobody has a copy of it. Somebody makes an empty one, with the keys, to be filled by the nodes.
void Simulation::loseStore()
{
    if (m_trueStore || m_second.running() || m_clone)
        return;
    fault("store lost",
          "control's store is lost at revision " + std::to_string(m_control.store().disk.head));
    m_control.crash();
    ++m_era;
    m_trueStore = m_control.store();
    m_oldStore.reset();
    // Of a history before the last recovery nobody will know: a machine that remembers it would be refused for good.
    if (m_recoveries != 0)
        m_images.clear();
    for (model::Record& record : m_firstRecords)
        if (auto* history = std::get_if<model::HistoryRecord>(&record))
            history->history = m_random.make<model::HistoryId>();
    m_control.initialise(m_firstRecords);
    m_control.store().disk.safeMode = {"the store was lost", model::TimePoint{}};
    m_superseded = 0;
    m_copyHead = m_control.store().disk.head;
    m_knowBetter.clear();
    m_copyRan = m_keepsCopy = true;
    m_control.start();
}

void Simulation::bringBackStore()
{
    noticeRecovery();
    if (!m_trueStore || m_keepsCopy)
        return;
    if (m_control.running() && !m_control.service()->safeMode().empty() && m_random.chance(900)) {
        say("-- the newest store is lost: the copy is recovered");
        m_keepsCopy = true;
        return;
    }
    say("-- control starts on the newest copy of its store");
    const StoreDisk copy = m_control.store();
    if (m_control.running() && !m_control.service()->safeMode().empty())
        count("old store found out");
    m_control.crash();
    ++m_era;
    disownWhatOnly(copy, *m_trueStore);
    m_control.store() = *m_trueStore;
    m_trueStore.reset();
    m_safe.reset();
    startAbove(copy);
}

void Simulation::disownWhatOnly(const StoreDisk& one, const StoreDisk& other)
{
    for (const auto& [key, record] : one.disk.records)
        if (const auto* dataset = std::get_if<model::DatasetRecord>(&record);
            dataset != nullptr && !other.disk.records.contains(key))
            m_oracle.disown(dataset->id);
}

// As often as it takes: who saw another store's terms and revisions follows only higher ones.
void Simulation::startAbove(const StoreDisk& other)
{
    m_control.mendStore();
    m_control.start();
    while (m_control.store().term() <= other.term() ||
           m_control.store().disk.head <= other.disk.head) {
        m_control.crash();
        m_control.start();
    }
}

// Somebody starts a second control on an old copy of the store, and the address leads some of those who speak with control there.
// Whoever commands stays with the first: what two histories promise, one of them must break.
void Simulation::startSecondControl()
{
    if (!haveOldStore() || !m_control.running())
        return;
    fault("second control", "a second control starts on a copy of the store: revision " +
                                std::to_string(m_oldStore->disk.head) + " beside " +
                                std::to_string(m_control.store().disk.head));
    m_second.store() = oldStore();
    m_copyRan = true;
    m_second.start();
    std::vector<std::string> hosts;
    for (const auto& node : m_nodes)
        hosts.push_back(node->host());
    for (std::size_t i = 1; i < m_watches.size(); ++i)
        hosts.push_back(m_watches[i]->host());
    for (const std::string& host : hosts) {
        if (m_random.chance(500))
            continue;
        say("-- " + host + " reaches the second control");
        for (const char* port : {":4523", ":4524"})
            m_bus.redirect(host, "control" + std::string(port), m_second.host() + port);
        m_bus.disconnect(host, "control");
    }
    later(kOldStoreStays, [this] { endSecondControl(); });
}

void Simulation::endSecondControl()
{
    if (!m_second.running())
        return;
    say("-- the second control ends");
    if (!m_second.service()->safeMode().empty() ||
        (m_control.running() && !m_control.service()->safeMode().empty()))
        count("second control found out");
    m_second.crash();
    disownWhatOnly(m_second.store(), m_control.store());
    m_secondSafe.reset();
    m_bus.redirectNoMore();
    // Those who saw the second one's term do not follow a lower one, and the first is in safe mode if it heard of it.
    m_control.crash();
    startAbove(m_second.store());
}

// ---- machines

void Simulation::takeImage()
{
    SimNode& node = anyNode();
    say("-- somebody takes an image of " + node.host());
    m_images.insert_or_assign(&node, node.image());
}

// A machine is put back as it was when the image was taken: what only it had since is lost, by a person's deed, but nothing else is.
void Simulation::restoreImage()
{
    SimNode& node = anyNode();
    const auto image = m_images.find(&node);
    // An old store beside an old image that agrees with it: nobody could tell. So never both.
    if (image == m_images.end() || node.condemned() || m_trueStore || m_second.running())
        return;
    m_oldStore.reset();
    fault("old image", node.host() + " is put back as it was on an old image");
    const auto giveUp = [&] {
        for (const Disk* disk : node.disks()) {
            if (disk->marker.shared)
                continue;
            m_oracle.givenUp(*disk);
            for (const auto& [id, copy] : disk->copies)
                m_imaged.insert(copy.identity.dataset);
        }
    };
    giveUp();
    node.restore(image->second);
    giveUp();
}

// A machine is copied, key and all, and the copy is started beside it. Whoever did it finds out after a while.
void Simulation::cloneNode()
{
    SimNode& node = anyNode();
    if (m_clone || !node.running() || !m_control.running() || m_trueStore || m_second.running())
        return;
    // A person who declared the node lost has given its name to whatever machine comes next.
    const auto* known = m_control.service()->state().nodeState(node.id());
    if (known == nullptr || known->liveness != model::Liveness::Alive)
        return;
    fault("cloned node", node.host() + " is cloned, and its clone starts");
    std::vector<Disk*> disks;
    for (Disk* disk : node.disks()) {
        if (disk->marker.shared) {
            disks.push_back(disk);
            continue;
        }
        m_cloneDisks.push_back(std::make_unique<Disk>(*disk));
        disks.push_back(m_cloneDisks.back().get());
    }
    const std::string host = node.host() + "-clone";
    m_clone = node.clone(stepWorld(host), host, std::move(disks));
    m_clone->start();
    later(bus::Duration{m_random.between(5'000, 40'000)}, [this] { endClone(); });
}

void Simulation::endClone()
{
    if (!m_clone)
        return;
    say("-- " + m_clone->host() + " ends");
    m_clone->reboot();
    m_clone.reset();
    m_cloneDisks.clear();
}

// What an old image has not, nobody has: a person deletes the datasets that say so.
void Simulation::deleteWhatImagesLost()
{
    if (!m_control.running())
        return;
    const control::core::ClusterState& state = m_control.service()->state();
    for (const model::DatasetId& id : m_imaged) {
        const model::DatasetStatus* status = state.publishedStatus(id);
        const model::DatasetRecord* record = state.dataset(id);
        if (status == nullptr || record == nullptr || status->sync == model::Sync::InSync)
            continue;
        count("deleted after an old image");
        const model::DatasetRef ref{id, ""};
        for (const model::WriteVerb& verb :
             {model::WriteVerb(model::DatasetDelete{ref, model::Duration{0}, false}),
              model::WriteVerb(model::DatasetPurge{ref})}) {
            foresee(verb, /*dryRun=*/false);
            ask(verb);
        }
    }
}

// What grows at the next unmount is not in sync before: a person restarts its machine.
void Simulation::unmountWhatWaitsToGrow()
{
    if (!m_control.running())
        return;
    const control::core::ClusterState& state = m_control.service()->state();
    std::set<model::NodeId> owners;
    for (const auto& [id, ledger] : state.ledgers()) {
        const model::DatasetStatus* status = state.publishedStatus(id);
        if (status != nullptr && ledger.owner &&
            std::any_of(status->conditions.begin(), status->conditions.end(), [](const auto& c) {
                return c.type == model::ConditionType::GrowAtNextUnmount;
            }))
            owners.insert(*ledger.owner);
    }
    for (const auto& node : m_nodes)
        if (owners.contains(node->id())) {
            count("restarted to grow");
            node->reboot();
            node->start();
        }
}

} // namespace drover::sim
