#pragma once

// Follows one stream: hands on its messages in order, each once, none left out, whatever the
// network drops, doubles or reorders.
//
// Specification
// - Before `start` it only collects. `start(id, n)` means: everything after n of that stream is
//   wanted.
// - A message with n at or below the last one handed on is dropped. One further on waits while the
//   missing ones are asked for (`Changes since`). The tick's position tells of losses at the end.
// - `lost` is called when the stream cannot be continued: another stream id, a past that is not
//   kept any more, or control's stream ends before what we hold. The follower has stopped by then
//   and collects again; the owner begins anew.
// - A tick behind us proves nothing: it may have been overtaken by an answer on the other
//   connection. So we ask.
//
// Owner: the Executor's thread.

#include "bus/client/cluster_client.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace drover::client {

class StreamFollower
{
public:
    struct Handlers
    {
        // false: hold this and all later ones until the next `pump`
        std::function<bool(const model::StreamMessage&)> ready;
        std::function<void(const model::StreamMessage&)> deliver;
        std::function<void(const std::string& why)> lost;
    };
    // How many messages wait at most for missing or held ones; later ones are dropped and asked for
    // again when it is their turn.
    static constexpr std::size_t kMaximumWaiting = 4'096;

    StreamFollower(ClusterClient& client, model::Stream stream, Handlers handlers);
    ~StreamFollower();
    StreamFollower(const StreamFollower&) = delete;
    StreamFollower& operator=(const StreamFollower&) = delete;

    void start(model::StreamId id, std::uint64_t n);
    void stop();
    void take(model::StreamMessage message);            // one that was published
    void position(model::StreamId id, std::uint64_t n); // of a tick
    void pump();                                        // hands on whatever is in order and ready

    [[nodiscard]] bool started() const { return m_started; }
    [[nodiscard]] model::StreamId id() const { return m_id; }
    [[nodiscard]] std::uint64_t last() const { return m_last; } // the last one handed on
    // Everything that is known to exist was handed on.
    [[nodiscard]] bool caughtUp() const { return m_started && m_last >= m_known && !m_asking; }

private:
    void ask();
    void answered(model::Result<model::Reply> reply, std::uint64_t generation);
    void lose(const std::string& why);
    void keep(model::StreamMessage message);

    ClusterClient& m_client;
    model::Stream m_stream;
    Handlers m_handlers;
    bool m_started = false;
    model::StreamId m_id;
    std::uint64_t m_last = 0;
    std::uint64_t m_known = 0;                               // the highest n that is known to exist
    std::map<std::uint64_t, model::StreamMessage> m_waiting; // all of stream m_waitingId
    model::StreamId m_waitingId;
    bool m_asking = false;
    std::uint64_t m_askedAfter = 0; // m_last, when it was asked
    // answers to questions from before the last start or stop are dropped
    std::uint64_t m_generation = 0;
    bool m_pumping = false;
    // answers look here; shared with them only
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace drover::client
