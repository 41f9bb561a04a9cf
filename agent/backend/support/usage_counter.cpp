#include "agent/backend/support/usage_counter.h"

#include "agent/backend/support/depth.h"
#include "agent/backend/support/file_ops.h"

#include <atomic>

#include <fcntl.h>
#include <sys/stat.h>

namespace drover::agent::backend {

namespace {

constexpr auto kFresh = std::chrono::minutes(1);
constexpr std::uint64_t kBlock = 512; // the unit of st_blocks, stat(2)

// Absent: it cannot be counted (the folder is gone or closed to us, or too deep).
std::optional<std::uint64_t> countTree(int dir, std::size_t depth, std::set<ino_t>& linked,
                                       const std::function<bool()>& stop)
{
    if (depth > kMaximumDepth)
        return std::nullopt;
    struct stat st = {};
    if (::fstat(dir, &st) != 0)
        return std::nullopt;
    std::uint64_t sum = static_cast<std::uint64_t>(st.st_blocks) * kBlock;
    const auto entries = listFolder(dir);
    if (!entries)
        return std::nullopt;
    for (const DirEntry& entry : *entries) {
        if (stop())
            return std::nullopt;
        struct stat inner = {};
        if (::fstatat(dir, entry.name.c_str(), &inner, AT_SYMLINK_NOFOLLOW) != 0 ||
            inner.st_dev != st.st_dev)
            continue;
        if (S_ISDIR(inner.st_mode)) {
            const auto below = openEntry(dir, entry.name, O_RDONLY | O_DIRECTORY);
            if (below)
                sum += countTree(below->get(), depth + 1, linked, stop).value_or(0);
        } else if (inner.st_nlink == 1 || linked.insert(inner.st_ino).second) {
            sum += static_cast<std::uint64_t>(inner.st_blocks) * kBlock;
        }
    }
    return sum;
}

} // namespace

UsageCounter::UsageCounter() : m_thread([this] { work(); }) {}

UsageCounter::~UsageCounter()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

std::optional<model::ByteCount> UsageCounter::lookup(const model::CopyId& copy,
                                                     const std::string& path)
{
    const std::scoped_lock lock(m_mutex);
    Count& count = m_counts[copy];
    const bool stale = !count.bytes || std::chrono::steady_clock::now() - count.at > kFresh;
    if (stale && !count.queued) {
        count.queued = true;
        m_queue.emplace_back(copy, path);
        m_changed.notify_all();
    }
    return count.bytes;
}

void UsageCounter::forget(const model::CopyId& copy)
{
    const std::scoped_lock lock(m_mutex);
    m_counts.erase(copy);
}

void UsageCounter::waitUntilIdle()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_stop || (m_queue.empty() && !m_busy); });
}

void UsageCounter::work()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return m_stop || !m_queue.empty(); });
        if (m_stop)
            return;
        const auto [copy, path] = m_queue.front();
        m_queue.pop_front();
        m_busy = true;
        lock.unlock();
        std::optional<std::uint64_t> bytes;
        if (const auto folder = openFolder(path)) {
            std::set<ino_t> linked;
            bytes = countTree(folder->get(), /*depth=*/0, linked, [this] {
                const std::scoped_lock inner(m_mutex);
                return m_stop;
            });
        }
        lock.lock();
        m_busy = false;
        if (const auto known = m_counts.find(copy); known != m_counts.end()) {
            known->second.queued = false;
            known->second.at = std::chrono::steady_clock::now();
            if (bytes)
                known->second.bytes = model::ByteCount{*bytes};
        }
        m_changed.notify_all();
    }
}

} // namespace drover::agent::backend
