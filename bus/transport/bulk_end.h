#pragma once

// The protocol of a bulk channel, apart from how its messages travel. Internal to bus; shared by
// ZeroMQ and memory.
//
// A message is a byte that says its kind, then:
//     'O' token              the connecting end opens              'A'                  the
//     listening end accepts 'D' n, payload         frame number n (8 bytes, little endian, from 0)
//     'C' count              credit for so many more frames (4 bytes, little endian)
//     'E' reason             the end; nothing follows it           'F'                  the end was
//     seen
//
// Rationale for 'F': destroying a socket throws away what it has not sent yet, so who ends in good
// order waits for it, for a while.

#include "bus/transport/bulk.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace drover::bus {

// What the transport does for one end.
struct BulkWire
{
    // Hands one message over, given in two pieces; false if the peer is gone.
    std::function<bool(std::string_view head, std::string_view payload)> transmit;
    // Nothing more will be sent or expected: the connection may go. Called last, at most once,
    // never from inside transmit.
    std::function<void()> finished;
};

// Largest message of a channel: header and a full frame.
inline constexpr std::size_t kBulkMessageLimit = kBulkFrameLimit + 16;
inline constexpr std::size_t kBulkTokenLimit = 200;

class BulkEnd : public std::enable_shared_from_this<BulkEnd>
{
public:
    enum class Side { Connecting, Listening };

    static std::shared_ptr<BulkEnd> make(Executor& executor, Side side, BulkWire wire);

    // For the transport.
    // ------------------------------------------------------------------------------------------------------------
    // Connecting side: the connection stands; asks for the transfer.
    void open(std::string_view token);
    // Listening side: admits; the end is open from now on.
    void accept();
    // A message came from the peer.
    void receive(std::string_view message);
    // The connection is over, or must be.
    void lost(const std::string& reason);
    // The same from inside a call of the owner's: the handler is told in a moment, the wire is not
    // used from now on.
    void sever(const std::string& reason);

    // The token of an opening message, nothing if it is none.
    static std::optional<std::string> tokenOf(std::string_view message);
    // The message by which a listening side that has no end for it turns a connection away.
    static std::string refusal(std::string_view reason);

    // For the owner of the channel.
    // ---------------------------------------------------------------------------------------------------
    // The one handle of this end.
    [[nodiscard]] std::unique_ptr<BulkChannel> handle();

private:
    class Handle;
    enum class State { Opening, Open, Closing, Closed };

    BulkEnd(Executor& executor, Side side, BulkWire wire);

    SendResult send(std::string_view frame);
    void consumed(std::size_t frames);
    void close(const std::string& reason);
    void handlersChanged();
    void abandon();
    void deliver();
    void control(char kind, std::string_view rest);
    void writable();
    void ended(const std::string& reason);
    void violated(const std::string& what);
    void finish();

    Executor& m_executor;
    Side m_side;
    BulkWire m_wire;
    State m_state = State::Opening;

    std::uint64_t m_sent = 0;
    std::size_t m_credit = kBulkWindow; // frames that the peer still takes
    bool m_wantsToWrite = false;

    std::uint64_t m_received = 0;
    std::size_t m_outstanding = 0;    // frames of the peer that were not consumed yet
    std::size_t m_owed = 0;           // consumed, but the peer does not know yet
    std::deque<Frame> m_arrived;      // not handed out yet
    std::optional<std::string> m_end; // the reason, until it is handed out

    // shared: a handler may destroy the handle, and with it itself, while it runs
    std::shared_ptr<BulkChannel::FrameHandler> m_onFrame;
    std::shared_ptr<Task> m_onWritable;
    std::shared_ptr<BulkChannel::ClosedHandler> m_onClosed;
    bool m_delivering = false;

    Subscription m_deliverLater;
    Subscription m_closeDeadline;
};

} // namespace drover::bus
