#pragma once

// Puts faults between a caller and any backend: a call that fails before it does anything, one that
// does everything and fails nevertheless (as a crash right before the answer looks), one that hangs
// until it is let go.
//
// Calls are counted over all verbs from 1, in the order in which they begin. Thread-safe.

#include "agent/backend/backend.h"

#include <condition_variable>
#include <map>
#include <mutex>

namespace drover::agent::backend {

enum class Fault { FailBefore, FailAfter, Hang };

class FaultyBackend final : public StorageBackend
{
public:
    // `inner` must outlive it.
    explicit FaultyBackend(StorageBackend& inner) : m_inner(inner) {}
    ~FaultyBackend() override { release(); }

    // The `n`-th call from now gets the fault; 1 = the next.
    void injectAt(std::uint64_t n, Fault fault);
    // Lets all hanging calls go on (they then do what they were asked).
    void release();
    [[nodiscard]] std::uint64_t calls() const;
    // Blocks until a call hangs.
    void waitUntilHanging();

    [[nodiscard]] model::PoolState probe() override;
    [[nodiscard]] model::Result<std::vector<model::LocalCopy>> list(bool mineOnly) override;
    [[nodiscard]] model::Result<model::LocalCopy> inspect(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<void> create(const model::CopyIdentity& identity) override;
    [[nodiscard]] model::Result<void> setIdentity(const model::CopyIdentity& identity) override;
    [[nodiscard]] model::Result<void> attach(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<void> format(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<void> detach(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<std::string> mount(const model::CopyId& copy,
                                                   model::Epoch epoch) override;
    [[nodiscard]] model::Result<void> unmount(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<void> proveReleased(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<void> grow(const model::CopyId& copy,
                                           model::ByteCount size) override;
    [[nodiscard]] model::Result<PassResult> sendPass(const model::CopyId& copy, bool final,
                                                     ByteChannel& channel,
                                                     const ProgressSink& progress,
                                                     const Canceller& cancel) override;
    [[nodiscard]] model::Result<PassResult> receivePass(const model::CopyId& copy, bool final,
                                                        ByteChannel& channel,
                                                        const ProgressSink& progress,
                                                        const Canceller& cancel) override;
    [[nodiscard]] model::Result<void> destroy(const model::CopyId& copy) override;

private:
    template <class Call>
    auto guard(Call call) -> decltype(call());

    StorageBackend& m_inner;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<std::uint64_t, Fault> m_faults;
    std::uint64_t m_calls = 0;
    std::uint64_t m_hanging = 0;
    std::uint64_t m_generation = 0; // grows with each release()
};

} // namespace drover::agent::backend
