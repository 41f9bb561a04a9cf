#include "bus/transport/bulk_stream.h"

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace drover::bus {

namespace {

// How long the last frames of a stream may wait for credit after its worker has gone.
constexpr Duration kLingerPatience{60000};

} // namespace

// Frames pass between the threads here. The channel itself is touched on the executor's thread
// alone.
struct BulkStream::Shared
{
    explicit Shared(Executor& owner) : executor(owner) {}

    // How many frames the worker may be ahead of the channel: enough to fill the window while the
    // worker reads on.
    static constexpr std::size_t kMostQueued = kBulkWindow;

    Executor& executor;
    std::unique_ptr<BulkChannel> channel; // executor's thread only
    // executor's thread only: ourselves, until the last frames are sent
    std::shared_ptr<Shared> lingering;
    Subscription lingerDeadline; // executor's thread only

    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Frame> outgoing;       // guarded by mutex
    std::deque<Frame> incoming;       // guarded by mutex
    std::optional<std::string> ended; // guarded by mutex: why the channel is over
    bool pumpPosted = false;          // guarded by mutex

    // Hands queued frames to the channel until it takes no more. Executor's thread.
    void pump()
    {
        for (;;) {
            std::unique_lock lock(mutex);
            pumpPosted = false;
            if (!channel)
                return;
            if (outgoing.empty() || ended) {
                lock.unlock();
                if (lingering)
                    letGo();
                return;
            }
            Frame frame = std::move(outgoing.front());
            outgoing.pop_front();
            lock.unlock();
            const SendResult result = channel->send(frame);
            if (result == SendResult::Taken) {
                changed.notify_all();
                continue;
            }
            lock.lock();
            if (!ended)
                outgoing.push_front(std::move(frame));
            return; // QueueFull: onWritable comes; PeerGone: onClosed comes
        }
    }

    // The channel is over. Executor's thread.
    void end(const std::string& reason)
    {
        {
            const std::lock_guard lock(mutex);
            if (!ended)
                ended = reason;
            changed.notify_all();
        }
        if (lingering)
            letGo();
    }

    // The last of a stream whose worker is done with it. Executor's thread.
    void letGo()
    {
        const auto self = std::exchange(lingering, nullptr); // what it keeps alive is us
        if (!self)
            return;
        channel->close();
        channel.reset();
        lingerDeadline.reset();
    }
};

std::unique_ptr<BulkStream> BulkStream::over(Executor& executor,
                                             std::unique_ptr<BulkChannel> channel)
{
    // shared: by the worker, and by the tasks and handlers on the executor's thread that may come
    // later than it goes
    auto shared = std::make_shared<Shared>(executor);
    const std::weak_ptr<Shared> weak = shared;
    channel->onFrame([weak](Frame frame) {
        const auto self = weak.lock();
        if (!self)
            return;
        const std::lock_guard lock(self->mutex);
        self->incoming.push_back(std::move(frame));
        self->changed.notify_all();
    });
    channel->onWritable([weak] {
        if (const auto self = weak.lock())
            self->pump();
    });
    channel->onClosed([weak](const std::string& reason) {
        if (const auto self = weak.lock())
            self->end(reason.empty() ? "the other end closed the channel" : reason);
    });
    shared->channel = std::move(channel);
    return std::unique_ptr<BulkStream>(new BulkStream(std::move(shared)));
}

BulkStream::BulkStream(std::shared_ptr<Shared> shared) : m_shared(std::move(shared)) {}

BulkStream::~BulkStream()
{
    const bool orderly = m_weEnded || m_peerEnded;
    Executor& executor = m_shared->executor;
    executor.post([shared = std::move(m_shared), orderly]() mutable {
        if (!orderly) {
            shared->channel->close("the other end gave the transfer up");
            shared->channel.reset();
            return;
        }
        shared->lingering = shared;
        shared->lingerDeadline =
            shared->executor.after(kLingerPatience, [shared] { shared->letGo(); });
        shared->pump();
    });
}

Expected<void> BulkStream::write(std::string_view bytes)
{
    assert(!m_weEnded);
    while (!bytes.empty()) {
        const std::size_t count = std::min(bytes.size(), kBulkFrameLimit - m_gathered.size());
        if (m_gathered.empty())
            m_gathered.reserve(kBulkFrameLimit);
        m_gathered.append(bytes.substr(0, count));
        bytes.remove_prefix(count);
        if (m_gathered.size() < kBulkFrameLimit)
            break;
        if (auto pushed = push(std::exchange(m_gathered, {})); !pushed)
            return pushed;
    }
    return {};
}

Expected<void> BulkStream::flush()
{
    if (m_gathered.empty())
        return {};
    return push(std::exchange(m_gathered, {}));
}

Expected<void> BulkStream::finish()
{
    if (m_weEnded)
        return {};
    if (auto flushed = flush(); !flushed)
        return flushed;
    auto pushed = push({});
    m_weEnded = pushed.hasValue();
    return pushed;
}

Expected<void> BulkStream::push(Frame frame)
{
    Shared& shared = *m_shared;
    std::unique_lock lock(shared.mutex);
    while (shared.outgoing.size() >= Shared::kMostQueued && !shared.ended) {
        if (m_patience == Duration::zero())
            shared.changed.wait(lock);
        else if (shared.changed.wait_for(lock, m_patience) == std::cv_status::timeout &&
                 shared.outgoing.size() >= Shared::kMostQueued && !shared.ended)
            return Failure{"the other end took nothing for " +
                           std::to_string(m_patience.count() / 1000) + " s"};
    }
    if (shared.ended)
        return Failure{*shared.ended};
    shared.outgoing.push_back(std::move(frame));
    if (std::exchange(shared.pumpPosted, true))
        return {};
    lock.unlock();
    shared.executor.post([weak = std::weak_ptr<Shared>(m_shared)] {
        if (const auto self = weak.lock())
            self->pump();
    });
    return {};
}

Expected<std::size_t> BulkStream::read(char* data, std::size_t size)
{
    if (m_peerEnded || size == 0)
        return std::size_t{0};
    if (m_offset == m_current.size()) {
        Shared& shared = *m_shared;
        std::unique_lock lock(shared.mutex);
        while (shared.incoming.empty() && !shared.ended) {
            if (m_patience == Duration::zero())
                shared.changed.wait(lock);
            else if (shared.changed.wait_for(lock, m_patience) == std::cv_status::timeout &&
                     shared.incoming.empty() && !shared.ended)
                return Failure{"nothing came from the other end for " +
                               std::to_string(m_patience.count() / 1000) + " s"};
        }
        // What came before the end is still good, unless we were told to stop.
        if (shared.incoming.empty())
            return Failure{*shared.ended};
        m_current = std::move(shared.incoming.front());
        m_offset = 0;
        shared.incoming.pop_front();
        lock.unlock();
        shared.executor.post([weak = std::weak_ptr<Shared>(m_shared)] {
            if (const auto self = weak.lock(); self && self->channel)
                self->channel->consumed(1);
        });
        m_peerEnded = m_current.empty();
        if (m_peerEnded)
            return std::size_t{0};
    }
    const std::size_t count = std::min(size, m_current.size() - m_offset);
    std::memcpy(data, m_current.data() + m_offset, count);
    m_offset += count;
    return count;
}

void BulkStream::cancel(const std::string& reason)
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->ended = reason;
    m_shared->incoming.clear();
    m_shared->outgoing.clear();
    m_shared->changed.notify_all();
}

} // namespace drover::bus
