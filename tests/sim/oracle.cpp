#include "tests/sim/oracle.h"

#include <algorithm>

namespace drover::sim {

namespace {

std::string nameOf(const DiskCopy& copy)
{
    return "dataset " + copy.identity.name + " (" + copy.identity.dataset.toString() + ") copy " +
           copy.identity.copy.toString() + " epoch " + std::to_string(copy.identity.epoch);
}

bool isEarlier(const std::vector<Token>& earlier, const std::vector<Token>& later)
{
    return earlier.size() <= later.size() &&
           std::equal(earlier.begin(), earlier.end(), later.begin());
}

} // namespace

void Oracle::givenUp(const Disk& disk)
{
    for (const auto& [id, copy] : disk.copies) {
        m_givenUp.insert(copy.identity.dataset);
        m_written.try_emplace(copy.identity.dataset);
    }
}

void Oracle::mounted(const Machine& machine, const DiskCopy& copy)
{
    auto& open = m_open[copy.identity.dataset];
    for (const Open& other : open) {
        if (other.boot != machine.boot)
            violation("5.2: " + nameOf(copy) + " is mounted on node " + machine.node.toString() +
                      " while node " + other.node.toString() + " has copy " +
                      other.copy.toString() + " mounted at epoch " + std::to_string(other.epoch));
        if (other.boot == machine.boot && other.copy != copy.identity.copy)
            violation("5.2: " + nameOf(copy) + " is a second mounted copy on one node");
    }
    if (copy.identity.role != model::CopyRole::Primary)
        violation("5.2: " + nameOf(copy) + " is mounted as " + model::toString(copy.identity.role));
    const auto written = m_written.find(copy.identity.dataset);
    const bool excused =
        m_givenUp.contains(copy.identity.dataset) && isEarlier(copy.data, written->second);
    if (excused)
        written->second = copy.data;
    else if (written != m_written.end() && written->second != copy.data)
        violation("5.1: " + nameOf(copy) + " is mounted with " + std::to_string(copy.data.size()) +
                  " of " + std::to_string(written->second.size()) + " writes");
    open.push_back({machine.node, machine.boot, copy.identity.copy, copy.identity.epoch});
}

void Oracle::unmounted(const Machine& machine, const model::CopyId& copy)
{
    for (auto& [dataset, open] : m_open)
        std::erase_if(open,
                      [&](const Open& o) { return o.boot == machine.boot && o.copy == copy; });
}

void Oracle::wrote(DiskCopy& copy, Token token)
{
    copy.data.push_back(token);
    m_written[copy.identity.dataset].push_back(token);
    ++m_writes;
}

void Oracle::identified(const DiskCopy& was, const model::CopyIdentity& will)
{
    if (will.epoch < was.identity.epoch)
        violation("5.2: " + nameOf(was) + " goes back to epoch " + std::to_string(will.epoch));
}

void Oracle::destroyed(const DiskCopy& copy, bus::MonotonicTime now)
{
    const auto written = m_written.find(copy.identity.dataset);
    if (written == m_written.end() || written->second.empty() || copy.data != written->second)
        return;
    const model::CopyRole role = copy.identity.role;
    if (role != model::CopyRole::Primary && role != model::CopyRole::Trash &&
        role != model::CopyRole::Released)
        return;
    const auto asked = m_deleteAsked.find(copy.identity.dataset);
    if (asked == m_deleteAsked.end())
        violation("5.4: " + nameOf(copy) + " was destroyed and nobody asked for it");
    else if (now < asked->second)
        violation("5.4: " + nameOf(copy) + " was destroyed before its grace had passed");
}

void Oracle::checkAllThere(const std::vector<const Disk*>& disks, bool atTheEnd)
{
    for (const auto& [dataset, tokens] : m_written) {
        if (m_deleteAsked.contains(dataset) || (!atTheEnd && m_givenUp.contains(dataset)))
            continue;
        const bool found = std::any_of(
            disks.begin(), disks.end(), [&, &id = dataset, &all = tokens](const Disk* disk) {
                return std::any_of(
                    disk->copies.begin(), disk->copies.end(), [&](const auto& entry) {
                        return entry.second.identity.dataset == id && entry.second.data == all;
                    });
            });
        if (!found)
            violation("5.1: no disk has all " + std::to_string(tokens.size()) +
                      " writes of dataset " + dataset.toString());
    }
}

} // namespace drover::sim
