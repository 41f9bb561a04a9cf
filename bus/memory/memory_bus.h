#pragma once

// The bus in memory: the ports of bus/transport between named hosts, deterministic, with faults on
// demand.
//
// A connection behaves as one of ZeroMQ's does: it comes up after a handshake, delivers in order,
// and ends at both ends when a host closes it, or after kSilence when a cut link lets no heartbeat
// through; the client then comes back by itself. Frames on the way at its end are lost. Beyond
// that, links may be told to lose, repeat and reorder frames, which no code above may depend on not
// happening.
//
// Everything that is random comes from the seed given; trace() is equal for equal runs.
//
// Users are taken at their word (no keys); deny() is what an unknown or revoked key is elsewhere.
//
// Threads: all of it on one, which is every executor's thread. With VirtualExecutors that is the
// world's.

#include "bus/transport/bulk.h"
#include "bus/transport/ports.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace drover::bus {

// What one direction of a link does to its frames.
struct LinkFaults
{
    Duration delay{1};    // of every frame
    Duration jitter{0};   // up to so much more, drawn for each frame; order is kept
    double drop = 0;      // probability that a frame is lost without a trace
    double duplicate = 0; // that it comes twice
    double reorder = 0;   // that later frames may overtake it
    double late = 0; // that it comes up to kLateness after its time, overtaken by all that follows
    // That a client's end of a connection goes first: what it sent before comes up to kLateness later,
    // in order, when the client may have a new connection already. Not of streams.
    double linger = 0;
    bool cut = false; // nothing passes; what is sent waits, and is lost when the connection ends
    bool operator==(const LinkFaults&) const = default;
};

// How many frames the links' faults befell so far.
struct FaultCounts
{
    std::uint64_t dropped = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t reordered = 0;
    std::uint64_t late = 0;
    std::uint64_t held = 0;     // by a cut link, for a while or until the connection ended
    std::uint64_t lingered = 0; // connections whose server's end stayed
};

class MemoryNetwork;

class MemoryBus
{
public:
    // How long a connection over a cut link lasts, and how long a frame waits in it: the
    // heartbeat's timeout.
    static constexpr Duration kSilence{6000};
    // How much later than its time a late frame comes at most: longer than connections take to come
    // back, shorter than anybody waits for an answer.
    static constexpr Duration kLateness{10'000};
    // Frames of one connection on the way in one direction; more are QueueFull, or lost for a slow
    // subscriber.
    static constexpr std::size_t kHighWater = 1000;

    // The executor is the network's own: what is on the way outlives the hosts. Both outlive every
    // port made here.
    MemoryBus(Executor& network, std::uint64_t seed);
    ~MemoryBus();
    MemoryBus(const MemoryBus&) = delete;
    MemoryBus& operator=(const MemoryBus&) = delete;

    // Ports. The executor is that of the process which uses the port; a port goes before its
    // executor. Endpoints are any names, such as "control:4523"; one that is taken is a mistake of
    // the simulation and asserted.
    [[nodiscard]] std::unique_ptr<RequestServer> requestServer(Executor& executor, std::string host,
                                                               std::string endpoint);
    [[nodiscard]] std::unique_ptr<RequestClient>
    requestClient(Executor& executor, std::string host, std::string endpoint, std::string user);
    [[nodiscard]] std::unique_ptr<Publisher> publisher(Executor& executor, std::string host,
                                                       std::string endpoint);
    [[nodiscard]] std::unique_ptr<Subscriber> subscriber(Executor& executor, std::string host,
                                                         std::string endpoint, std::string user);
    // Keys of bulk data are plain strings here; a connector's is what the listener's open() names.
    // Links only delay and cut bulk data: a lost frame would be a broken connection, never a hole.
    [[nodiscard]] std::unique_ptr<BulkListener>
    bulkListener(Executor& executor, std::string host, std::string endpoint, std::string publicKey);
    [[nodiscard]] std::unique_ptr<BulkConnector> bulkConnector(Executor& executor, std::string host,
                                                               std::string publicKey);

    // Trust. Everybody is admitted who is not denied. Denying ends nothing by itself: cutUser() of
    // the ports does.
    void deny(const std::string& user);
    void allow(const std::string& user);

    // Faults, by direction; hosts need not exist yet.
    void setFaults(const std::string& from, const std::string& to, const LinkFaults& faults);
    // Of all links without faults of their own.
    void setDefaultFaults(const LinkFaults& faults);
    [[nodiscard]] LinkFaults faults(const std::string& from, const std::string& to) const;
    // Cuts or mends both directions between two hosts; keeps the other faults.
    void partition(const std::string& one, const std::string& other);
    void heal(const std::string& one, const std::string& other);
    // Mends every cut link.
    void healAll();
    // Ends every connection between two hosts now, at both ends; they come back by themselves.
    void disconnect(const std::string& one, const std::string& other);

    // From now on who dials `endpoint` from this host reaches another one: an address that moved.
    // Connections that are up stay.
    void redirect(const std::string& host, const std::string& endpoint, const std::string& to);
    void redirectNoMore();

    // A digest of everything that happened on the network so far, times included.
    [[nodiscard]] std::uint64_t trace() const;
    [[nodiscard]] const FaultCounts& faultCounts() const;
    // Shows every happening as a line of text.
    void onTrace(std::function<void(MonotonicTime, std::string_view)> tracer);

private:
    std::unique_ptr<MemoryNetwork> m_network;
};

} // namespace drover::bus
