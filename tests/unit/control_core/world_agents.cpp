// What the agents of the world do with their orders: one small step at a time, in any order, as far
// as the rules allow it.

#include "tests/unit/control_core/world.h"

#include <algorithm>

namespace drover::control::core::test {

using namespace model;

bool World::act(std::uint8_t number)
{
    auto& machine = m_machines[number];
    if (!machine.powered)
        return false;
    std::vector<Assignment> orders;
    for (const auto& [key, one] : machine.orders)
        orders.push_back(one);
    std::shuffle(orders.begin(), orders.end(), m_random);
    if (machine.told) {
        // A copy without an order is taken down once control has said so in this session.
        for (const auto& id : std::set<CopyId>(machine.mounted)) {
            if (machine.orders.contains({id, false}))
                continue;
            takeDown(number, id);
            return true;
        }
    }
    for (const auto& one : orders)
        if (carryOut(number, one))
            return true;
    return false;
}

void World::takeDown(std::uint8_t number, const CopyId& copy)
{
    m_machines[number].mounted.erase(copy);
}

bool World::carryOut(std::uint8_t number, const Assignment& order)
{
    auto& machine = m_machines[number];
    Image* image = find(number, order.copy, order.pool);
    const bool up = machine.mounted.contains(order.copy);
    switch (order.goal) {
    case Goal::Mounted:
        if (up && image != nullptr && image->epoch == order.epoch && order.transfer)
            return transfer(number, order, false);
        return mount(number, order);
    case Goal::Frozen:
        if (image == nullptr)
            return false;
        if (up) {
            takeDown(number, order.copy);
            return true;
        }
        if (!machine.frozen.contains(order.copy)) {
            machine.frozen.insert(order.copy);
            return true;
        }
        return order.transfer && transfer(number, order, true);
    case Goal::Released:
        if (image == nullptr)
            return false;
        if (up) {
            takeDown(number, order.copy);
            return true;
        }
        if ((image->role == CopyRole::Released && image->epoch >= order.epoch) ||
            image->epoch > order.epoch)
            return false;
        image->role = CopyRole::Released;
        image->epoch = order.epoch;
        return true;
    case Goal::Receive:
        if (image != nullptr)
            return false;
        machine.disk[order.copy] =
            Image{order.dataset, order.pool, CopyRole::Receiving, order.epoch, false, 0};
        return true;
    case Goal::Retired: {
        if (image == nullptr)
            return false;
        if (up) {
            takeDown(number, order.copy);
            return true;
        }
        const bool done =
            image->role == order.retiredRole ||
            (order.retiredRole == CopyRole::Trash && image->role != CopyRole::Primary);
        if (done)
            return false;
        image->role = order.retiredRole;
        return true;
    }
    case Goal::Destroyed:
        return destroy(number, order);
    case Goal::Present:
        if (image != nullptr || !order.mayCreate)
            return false;
        if (m_truth[order.dataset] != 0 && !m_lossy.contains(order.dataset))
            fail("an empty image was made for data that existed");
        m_shared[order.copy] =
            Image{order.dataset, order.pool, CopyRole::Primary, order.epoch, true, 0};
        return true;
    }
    return false;
}

bool World::mount(std::uint8_t number, const Assignment& order)
{
    auto& machine = m_machines[number];
    // Making a mount needs control, or the same boot within the ownership term.
    if (control.now.running >= machine.lastWord + kTerm)
        return false;
    Image* image = find(number, order.copy, order.pool);
    if (image == nullptr) {
        if (!order.mayCreate || order.pool == kShared || !machine.told)
            return false;
        if (m_truth[order.dataset] != 0 && !m_lossy.contains(order.dataset))
            fail("an empty volume was made for data that existed");
        machine.disk[order.copy] =
            Image{order.dataset, order.pool, CopyRole::Primary, order.epoch, true, 0};
        return true;
    }
    if (image->epoch > order.epoch || !image->whole)
        return false;
    if (image->role != CopyRole::Primary || image->epoch != order.epoch) {
        const bool sameTrash = image->role == CopyRole::Trash;
        if (image->epoch == order.epoch && !sameTrash)
            return false; // released at this epoch, for ever
        takeDown(number, order.copy);
        image->role = CopyRole::Primary;
        image->epoch = order.epoch;
        return true;
    }
    if (machine.mounted.contains(order.copy))
        return false;
    if (image->bytes != m_truth[order.dataset]) {
        if (!m_lossy.contains(order.dataset))
            fail("n" + std::to_string(number) + " mounts content " + std::to_string(image->bytes) +
                 " of a dataset whose content is " + std::to_string(m_truth[order.dataset]));
        m_truth[order.dataset] = image->bytes;
    }
    machine.mounted.insert(order.copy);
    ++mounts;
    return true;
}

void World::write(std::uint8_t number)
{
    auto& machine = m_machines[number];
    for (const auto& copy : machine.mounted) {
        Image* image = find(number, copy, m_shared.contains(copy) ? kShared : PoolId{});
        if (image == nullptr) {
            fail("a mounted copy was destroyed");
            continue;
        }
        for (auto& [other, peer] : m_machines) {
            if (other == number || !peer.powered)
                continue;
            for (const auto& up : peer.mounted) {
                const Image* theirs = find(other, up, m_shared.contains(up) ? kShared : PoolId{});
                if (theirs == nullptr || theirs->dataset != image->dataset)
                    continue;
                const bool lost =
                    control.state.isLost(nodeId(number)) || control.state.isLost(nodeId(other));
                const bool fenced = m_fenced && image->pool == kShared && theirs->pool == kShared;
                if (!lost || fenced)
                    fail("n" + std::to_string(number) + " and n" + std::to_string(other) +
                         " write to one dataset");
            }
        }
        // What a node declared lost writes is what the person who declared it gave up.
        image->bytes = ++m_bytes;
        if (!control.state.isLost(nodeId(number)))
            m_truth[image->dataset] = image->bytes;
        ++writes;
    }
}

bool World::transfer(std::uint8_t number, const Assignment& order, bool final)
{
    auto& machine = m_machines[number];
    TransferProgress sent;
    if (const auto it = machine.progress.find(order.copy);
        it != machine.progress.end() && it->second.id == order.transfer->id)
        sent = it->second;
    if (final ? sent.finalDone : sent.passDone && (sent.lastPassBytes.value == 0 || sent.pass >= 3))
        return false;
    auto& peer = m_machines[order.transfer->peer.value.bytes[15]];
    if (!peer.powered || below(4) == 0)
        return false;
    for (const auto& [key, theirs] : peer.orders) {
        if (theirs.goal != Goal::Receive || theirs.transfer->id != order.transfer->id ||
            !theirs.transfer->digest.empty())
            continue;
        const auto image = peer.disk.find(theirs.copy);
        if (image == peer.disk.end())
            return false;
        const Image* source = find(number, order.copy, order.pool);
        image->second.bytes = source->bytes;
        image->second.whole = final;
        sent.id = order.transfer->id;
        ++sent.pass;
        sent.passDone = true;
        sent.lastPassBytes = ByteCount{below(2) == 0 ? 0 : 1ULL << 30};
        if (final) {
            sent.finalDone = true;
            sent.digest = "x" + std::to_string(source->bytes);
        }
        machine.progress[order.copy] = sent;
        peer.progress[theirs.copy] = sent;
        return true;
    }
    return false;
}

bool World::destroy(std::uint8_t number, const Assignment& order)
{
    auto& machine = m_machines[number];
    Image* image = find(number, order.copy, order.pool);
    if (machine.mounted.contains(order.copy)) {
        takeDown(number, order.copy);
        return true;
    }
    if (image == nullptr || (order.pool == kShared && !order.clusterAgent) ||
        image->epoch > order.epoch)
        return false;
    const auto* record = control.state.dataset(image->dataset);
    const auto* ledger = control.state.ledger(image->dataset);
    if (record != nullptr && ledger != nullptr && ledger->copy == order.copy &&
        !m_lossy.contains(image->dataset))
        fail("the primary of a dataset that is not purged was destroyed");
    for (auto& [other, peer] : m_machines)
        if (other != number && peer.mounted.contains(order.copy) &&
            !control.state.isLost(nodeId(other)))
            fail("an image was destroyed that another node has mounted");
    if (order.pool == kShared)
        m_shared.erase(order.copy);
    else
        machine.disk.erase(order.copy);
    return true;
}

} // namespace drover::control::core::test
