#pragma once

// The ports of the bus: what the services, the client and the simulation see of it. Frames are
// opaque bytes here.
//
// Two implementations: ZeroMQ over CURVE (bus/transport) and a deterministic one in memory
// (bus/memory).
//
// Threads. Every port belongs to one Executor: it is used and destroyed on the executor's thread,
// and calls its handlers there, never from inside one of its own member functions. Only
// Executor::post may be called from other threads. A port is not destroyed from inside one of its
// own handlers: post() that.
//
// Loss. Nothing here promises delivery: a frame handed over may be lost with its connection.
// Requests are repeated by their caller (at most once is control's business), streams are numbered
// and repaired, assignments and reports are acknowledged.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace drover::bus {

using Frame = std::string;
using Task = std::function<void()>;
using Duration = std::chrono::milliseconds;

// A clock that never steps; its zero means nothing.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;

// Undoes what it was returned for (a timer, a handler) when it is destroyed. Movable; an empty one
// does nothing.
class Subscription
{
public:
    Subscription() = default;
    explicit Subscription(Task undo) : m_undo(std::move(undo)) {}
    Subscription(Subscription&& other) noexcept : m_undo(std::exchange(other.m_undo, nullptr)) {}
    Subscription& operator=(Subscription&& other) noexcept
    {
        if (this != &other) {
            reset();
            m_undo = std::exchange(other.m_undo, nullptr);
        }
        return *this;
    }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { reset(); }
    void reset()
    {
        if (m_undo)
            std::exchange(m_undo, nullptr)();
    }
    // Gives up the right to undo: the timer runs, the handler stays.
    void release() { m_undo = nullptr; }

private:
    Task m_undo;
};

// One thread's queue of work and timers. A Reactor in programs, a virtual clock in simulation.
class Executor
{
public:
    virtual ~Executor() = default;
    // Runs the task later on the executor's thread, in the order of posting. Callable from any
    // thread.
    virtual void post(Task task) = 0;
    // Runs the task once, not before the delay has passed; never when the returned subscription was
    // destroyed before.
    [[nodiscard]] virtual Subscription after(Duration delay, Task task) = 0;
    [[nodiscard]] virtual MonotonicTime now() const = 0;
    // Runs the task after everything that has arrived up to now was handled, once per call: where a
    // batch is committed.
    virtual void whenIdle(Task task) = 0;
};

// Who is at the other end. `user` is the authenticated User-Id, never a routing id; `connection` is
// stable and unique for as long as the connection lives, and never used again by the same server.
struct Peer
{
    std::string user;
    std::uint64_t connection = 0;
    std::string address; // as the transport saw it; for logs and audit only
    auto operator<=>(const Peer&) const = default;
};

// Whether a frame was taken for sending. Taken does not mean delivered.
enum class SendResult { Taken, PeerGone, QueueFull, TooLarge };

// Listens for requests (ROUTER).
class RequestServer
{
public:
    virtual ~RequestServer() = default;
    using FrameHandler = std::function<void(const Peer&, Frame)>;
    using PeerHandler = std::function<void(const Peer&)>;
    virtual void onFrame(FrameHandler handler) = 0;
    // A connection ended or was cut. Not guaranteed to be prompt: use heartbeats of your own to
    // learn of silent peers.
    virtual void onPeerGone(PeerHandler handler) = 0;
    // An answer, or an unasked-for frame, to one connection. Never blocks.
    virtual SendResult send(const Peer& peer, Frame frame) = 0;
    // Whether so much of what this peer was sent still waits to go out that what can wait should:
    // some megabytes before QueueFull. Relief is reported once after each yes, unless the peer goes.
    [[nodiscard]] virtual bool isCongested(const Peer& peer) = 0;
    virtual void onRelieved(PeerHandler handler) = 0;
    // Ends every connection of a user; used after its key was denied.
    virtual void cutUser(std::string_view user) = 0;
    [[nodiscard]] virtual std::string endpoint() const = 0; // as bound, with the real port
};

// What is known of a client's connection.
enum class Link {
    Connecting, // not yet, or again; retries by itself
    Up,         // authenticated
    Refused     // the server refused the key; retries slowly by itself
};
struct LinkState
{
    Link link = Link::Connecting;
    std::string reason; // why it is not up, for people; empty when up
};

// Sends requests (DEALER). Reconnects by itself; frames on the way at a disconnect are lost, and
// never sent late.
class RequestClient
{
public:
    virtual ~RequestClient() = default;
    using FrameHandler = std::function<void(Frame)>;
    using LinkHandler = std::function<void(const LinkState&)>;
    virtual void onFrame(FrameHandler handler) = 0;
    virtual void onLink(LinkHandler handler) = 0;
    // PeerGone while the link is not up: the caller decides whether to try again.
    virtual SendResult send(Frame frame) = 0;
};

// Publishes to whoever subscribed (XPUB). Topics are exact strings that end in '/'. Slow readers
// lose frames, silently.
class Publisher
{
public:
    virtual ~Publisher() = default;
    // Whether this user may subscribe to this topic; asked for each subscription. An offender is
    // cut. Default: nobody.
    using Gate = std::function<bool(const Peer&, std::string_view topic)>;
    virtual void setGate(Gate gate) = 0;
    virtual void publish(std::string_view topic, const Frame& frame) = 0;
    virtual void cutUser(std::string_view user) = 0;
    [[nodiscard]] virtual std::string endpoint() const = 0;
};

// Receives what is published (SUB). Subscribes again by itself after a reconnect.
class Subscriber
{
public:
    virtual ~Subscriber() = default;
    using FrameHandler = std::function<void(std::string_view topic, Frame)>;
    using LinkHandler = std::function<void(const LinkState&)>;
    virtual void onFrame(FrameHandler handler) = 0;
    virtual void onLink(LinkHandler handler) = 0;
    virtual void subscribe(std::string_view topic) = 0;
    virtual void unsubscribe(std::string_view topic) = 0;
};

} // namespace drover::bus
