#pragma once

// A Store in memory, for tests and simulation: same contract as the durable one.

#include "control/store/store.h"

#include <map>
#include <utility>

namespace drover::control::store {

// What a MemoryStore writes to. Outlives it, so that a control process can end and the next one
// open what it left.
struct MemoryDisk
{
    model::Revision head = 0;
    model::Revision base = 0;           // commits up to here were forgotten
    std::vector<model::Commit> commits; // base + 1 .. head
    std::map<model::RecordKey, model::Record> records;
    // Each configuration record at each revision that changed it; nothing = removed there.
    std::map<model::RecordKey, std::map<model::Revision, std::optional<model::Record>>> versions;
    std::map<std::pair<std::string, std::string>, Outcome, std::less<>> outcomes;
    std::uint64_t syncs = 0; // how often something was made durable
    bool full = false;       // while set, every write is refused with StoreFull
    std::string behind;      // what load() shall say of being behind
    core::Lineage terms;     // each that was raised
    std::optional<SafeModeMark> safeMode;

    // What initialising a durable store does: the records of a new cluster become revision 1.
    static MemoryDisk initialised(const std::vector<model::Record>& records, model::TimePoint at);
};

class MemoryStore : public Store
{
public:
    // The disk must outlive the store.
    explicit MemoryStore(MemoryDisk& disk) : m_disk(&disk) {}

    [[nodiscard]] model::Result<Loaded> load() override;
    [[nodiscard]] model::Result<model::Commit> raiseTerm(const model::Uuid& nonce,
                                                         model::TimePoint at) override;
    [[nodiscard]] model::Result<void> markSafeMode(const SafeModeMark& mark) override;
    [[nodiscard]] model::Result<void> recover(const std::vector<model::Commit>& commits,
                                              const std::vector<Outcome>& outcomes) override;
    [[nodiscard]] model::Result<void> append(const std::vector<model::Commit>& commits,
                                             const std::vector<Outcome>& outcomes) override;
    [[nodiscard]] model::Result<std::optional<Outcome>>
    findOutcome(std::string_view user, std::string_view requestId) override;
    [[nodiscard]] model::Result<std::vector<model::Commit>>
    commitsAfter(model::Revision after, std::uint32_t limit) override;
    [[nodiscard]] model::Result<std::vector<model::Commit>>
    history(model::Revision before, std::uint32_t limit,
            const std::optional<model::DatasetId>& dataset) override;
    [[nodiscard]] model::Result<std::vector<model::Record>>
    configurationPage(model::Revision revision, const std::optional<model::RecordKey>& after,
                      std::uint32_t limit) override;
    [[nodiscard]] model::Result<model::Revision> oldestKept() override;
    [[nodiscard]] model::Result<bool> compact(model::Revision keepFrom, model::TimePoint keepSince,
                                              model::TimePoint outcomesBefore,
                                              std::uint32_t limit) override;

private:
    MemoryDisk* m_disk;
    std::optional<model::Term> m_term; // set by raiseTerm
};

} // namespace drover::control::store
