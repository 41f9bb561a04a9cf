#include "agent/backend/fake/faulty_backend.h"

#include <optional>

namespace drover::agent::backend {

using model::CopyId;
using model::Error;
using model::ErrorCode;
using model::Result;

void FaultyBackend::injectAt(std::uint64_t n, Fault fault)
{
    const std::scoped_lock lock(m_mutex);
    m_faults[m_calls + n] = fault;
}

void FaultyBackend::release()
{
    {
        const std::scoped_lock lock(m_mutex);
        ++m_generation;
    }
    m_changed.notify_all();
}

std::uint64_t FaultyBackend::calls() const
{
    const std::scoped_lock lock(m_mutex);
    return m_calls;
}

void FaultyBackend::waitUntilHanging()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_hanging > 0; });
}

template <class Call>
auto FaultyBackend::guard(Call call) -> decltype(call())
{
    std::optional<Fault> fault;
    {
        std::unique_lock lock(m_mutex);
        ++m_calls;
        if (const auto found = m_faults.find(m_calls); found != m_faults.end()) {
            fault = found->second;
            m_faults.erase(found);
        }
        if (fault == Fault::Hang) {
            const std::uint64_t generation = m_generation;
            ++m_hanging;
            m_changed.notify_all();
            m_changed.wait(lock, [&] { return m_generation != generation; });
            --m_hanging;
        }
    }
    const Error injected{ErrorCode::Io, "an injected fault", {}, {}};
    if (fault == Fault::FailBefore)
        return injected;
    auto outcome = call();
    if (fault == Fault::FailAfter)
        return injected;
    return outcome;
}

// never fails, so nothing is injected
model::PoolState FaultyBackend::probe() { return m_inner.probe(); }
Result<std::vector<model::LocalCopy>> FaultyBackend::list(bool mineOnly)
{
    return guard([&] { return m_inner.list(mineOnly); });
}
Result<model::LocalCopy> FaultyBackend::inspect(const CopyId& copy)
{
    return guard([&] { return m_inner.inspect(copy); });
}
Result<void> FaultyBackend::create(const model::CopyIdentity& identity)
{
    return guard([&] { return m_inner.create(identity); });
}
Result<void> FaultyBackend::setIdentity(const model::CopyIdentity& identity)
{
    return guard([&] { return m_inner.setIdentity(identity); });
}
Result<void> FaultyBackend::attach(const CopyId& copy)
{
    return guard([&] { return m_inner.attach(copy); });
}
Result<void> FaultyBackend::format(const CopyId& copy)
{
    return guard([&] { return m_inner.format(copy); });
}
Result<void> FaultyBackend::detach(const CopyId& copy)
{
    return guard([&] { return m_inner.detach(copy); });
}
Result<std::string> FaultyBackend::mount(const CopyId& copy, model::Epoch epoch)
{
    return guard([&] { return m_inner.mount(copy, epoch); });
}
Result<void> FaultyBackend::unmount(const CopyId& copy)
{
    return guard([&] { return m_inner.unmount(copy); });
}
Result<void> FaultyBackend::proveReleased(const CopyId& copy)
{
    return guard([&] { return m_inner.proveReleased(copy); });
}
Result<void> FaultyBackend::grow(const CopyId& copy, model::ByteCount size)
{
    return guard([&] { return m_inner.grow(copy, size); });
}
Result<PassResult> FaultyBackend::sendPass(const CopyId& copy, bool final, ByteChannel& channel,
                                           const ProgressSink& progress, const Canceller& cancel)
{
    return guard([&] { return m_inner.sendPass(copy, final, channel, progress, cancel); });
}
Result<PassResult> FaultyBackend::receivePass(const CopyId& copy, bool final, ByteChannel& channel,
                                              const ProgressSink& progress, const Canceller& cancel)
{
    return guard([&] { return m_inner.receivePass(copy, final, channel, progress, cancel); });
}
Result<void> FaultyBackend::destroy(const CopyId& copy)
{
    return guard([&] { return m_inner.destroy(copy); });
}

} // namespace drover::agent::backend
