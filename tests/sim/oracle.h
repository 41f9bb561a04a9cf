#pragma once

// The oracle knows every byte that a writer wrote and was told is written, and who could write
// when. It watches the fake disks, not the records and reports of the system under test.

#include "bus/transport/ports.h"
#include "tests/sim/disk.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace drover::sim {

class Oracle
{
public:
    // Appends what is wrong, with the invariant's number (DESIGN.md section 5), to violations().
    void mounted(const Machine& machine, const DiskCopy& copy);
    void unmounted(const Machine& machine, const model::CopyId& copy);
    // A writer on this machine writes one token; called for a mounted copy only.
    void wrote(DiskCopy& copy, Token token);
    // A copy's identity is about to be rewritten: an epoch that a disk has seen is never taken back.
    void identified(const DiskCopy& was, const model::CopyIdentity& will);
    // A copy's bytes are about to be destroyed.
    void destroyed(const DiskCopy& copy, bus::MonotonicTime now);
    // A person is about to say that the machine with this disk is lost: what only it had may be
    // lost, and may come back as an orphan. (Two writers at once are not excused: the machine is
    // off, as the person says.)
    void givenUp(const Disk& disk);
    [[nodiscard]] bool mayBeOrphan(const model::DatasetId& dataset) const
    {
        return m_givenUp.contains(dataset) || m_disowned.contains(dataset);
    }
    // The dataset was made by a control on an old store, whose word does not count any more.
    void disown(const model::DatasetId& dataset) { m_disowned.insert(dataset); }
    // A delete of the dataset was asked for (accepted or not known to be refused); until the end of
    // its grace its bytes must stay.
    void deleteAsked(const model::DatasetId& dataset, bus::MonotonicTime graceEnds)
    {
        const auto known = m_deleteAsked.emplace(dataset, graceEnds).first;
        known->second = std::min(known->second, graceEnds);
    }
    // The store was recovered: what lies in the trash stays for a full new grace, and nobody knows how long a person had wanted it to.
    void gracesAnew(bus::MonotonicTime ends)
    {
        for (auto& [dataset, graceEnds] : m_deleteAsked)
            graceEnds = std::min(graceEnds, ends);
    }
    // A person wants to keep this copy of a dataset, since there is no better one any more. Fine with what was deleted.
    void leftover(const DiskCopy& copy)
    {
        if (!m_deleteAsked.contains(copy.identity.dataset))
            return;
        m_givenUp.insert(copy.identity.dataset);
        m_written.try_emplace(copy.identity.dataset);
    }
    // Whether the sum of disks still holds everything; at the end, and whenever the run wants.
    // Of what a person gave up it is only known at the end what is left.
    void checkAllThere(const std::vector<const Disk*>& disks, bool atTheEnd);

    void violation(std::string text) { m_violations.push_back(std::move(text)); }
    [[nodiscard]] const std::vector<std::string>& violations() const { return m_violations; }
    [[nodiscard]] std::uint64_t writes() const { return m_writes; }
    [[nodiscard]] const std::map<model::DatasetId, std::vector<Token>>& written() const
    {
        return m_written;
    }

private:
    struct Open
    {
        model::NodeId node;
        model::BootId boot; // of the machine: a clone speaks for the same node
        model::CopyId copy;
        model::Epoch epoch = 0;
    };
    std::map<model::DatasetId, std::vector<Token>> m_written; // in order
    std::map<model::DatasetId, std::vector<Open>> m_open;
    std::set<model::DatasetId> m_givenUp;
    std::set<model::DatasetId> m_disowned;
    // with the earliest end of a grace
    std::map<model::DatasetId, bus::MonotonicTime> m_deleteAsked;
    std::vector<std::string> m_violations;
    std::uint64_t m_writes = 0;
};

} // namespace drover::sim
