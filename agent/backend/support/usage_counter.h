#pragma once

// Counts the bytes that folder trees occupy, on a thread of its own, so that asking is cheap.
//
// lookup() answers with the last count and, when that is older than a minute or missing, has it
// counted again in the background. Counting is by st_blocks, hard links once; folders that vanish
// meanwhile are passed over. Thread-safe.

#include "proto/model/id.h"
#include "proto/model/quantity.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

namespace drover::agent::backend {

class UsageCounter
{
public:
    UsageCounter();
    ~UsageCounter();
    UsageCounter(const UsageCounter&) = delete;
    UsageCounter& operator=(const UsageCounter&) = delete;

    // Absent until the first count is done. `path`: the tree, absolute.
    [[nodiscard]] std::optional<model::ByteCount> lookup(const model::CopyId& copy,
                                                         const std::string& path);
    void forget(const model::CopyId& copy);
    // Blocks until nothing is left to count.
    void waitUntilIdle();

private:
    struct Count
    {
        std::optional<model::ByteCount> bytes;
        std::chrono::steady_clock::time_point at;
        bool queued = false;
    };
    void work();

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<model::CopyId, Count> m_counts;
    std::deque<std::pair<model::CopyId, std::string>> m_queue;
    bool m_busy = false;
    bool m_stop = false;
    std::thread m_thread;
};

} // namespace drover::agent::backend
