#pragma once

// A Store in front of another that fails on command: for tests of what control does when its disk
// does not do as it should.

#include "control/store/store.h"

namespace drover::control::store {

enum class StoreFault {
    Full,       // StoreFull; nothing was written
    FailBefore, // Io; nothing was written
    // Io; everything was written: what a crash between the write and the answer leaves behind
    FailAfter
};

class FaultyStore : public Store
{
public:
    // The store behind must outlive this one.
    explicit FaultyStore(Store& behind) : m_behind(&behind) {}

    // The n-th append from now on (1 = the next one) fails like this; those before and after it do
    // not.
    void failAppend(std::uint64_t n, StoreFault fault) { m_fault = {m_appends + n, fault}; }
    // What was to fail and has not yet, does not.
    void failNoAppend() { m_fault.reset(); }
    // Until it is called with false, every append is refused with StoreFull.
    void setFull(bool full) { m_full = full; }
    [[nodiscard]] std::uint64_t appends() const { return m_appends; }

    [[nodiscard]] model::Result<Loaded> load() override { return m_behind->load(); }
    [[nodiscard]] model::Result<model::Commit> raiseTerm(const model::Uuid& nonce,
                                                         model::TimePoint at) override;
    [[nodiscard]] model::Result<void> markSafeMode(const SafeModeMark& mark) override;
    [[nodiscard]] model::Result<void> recover(const std::vector<model::Commit>& commits,
                                              const std::vector<Outcome>& outcomes) override;
    [[nodiscard]] model::Result<void> append(const std::vector<model::Commit>& commits,
                                             const std::vector<Outcome>& outcomes) override;
    [[nodiscard]] model::Result<std::optional<Outcome>>
    findOutcome(std::string_view user, std::string_view requestId) override
    {
        return m_behind->findOutcome(user, requestId);
    }
    [[nodiscard]] model::Result<std::vector<model::Commit>>
    commitsAfter(model::Revision after, std::uint32_t limit) override
    {
        return m_behind->commitsAfter(after, limit);
    }
    [[nodiscard]] model::Result<std::vector<model::Commit>>
    history(model::Revision before, std::uint32_t limit,
            const std::optional<model::DatasetId>& dataset) override
    {
        return m_behind->history(before, limit, dataset);
    }
    [[nodiscard]] model::Result<std::vector<model::Record>>
    configurationPage(model::Revision revision, const std::optional<model::RecordKey>& after,
                      std::uint32_t limit) override
    {
        return m_behind->configurationPage(revision, after, limit);
    }
    [[nodiscard]] model::Result<model::Revision> oldestKept() override
    {
        return m_behind->oldestKept();
    }
    [[nodiscard]] model::Result<bool> compact(model::Revision keepFrom, model::TimePoint keepSince,
                                              model::TimePoint outcomesBefore,
                                              std::uint32_t limit) override
    {
        return m_behind->compact(keepFrom, keepSince, outcomesBefore, limit);
    }

private:
    struct Planned
    {
        std::uint64_t at = 0;
        StoreFault fault = StoreFault::Full;
    };

    Store* m_behind;
    std::optional<Planned> m_fault;
    bool m_full = false;
    std::uint64_t m_appends = 0;
};

} // namespace drover::control::store
