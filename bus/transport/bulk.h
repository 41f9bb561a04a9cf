#pragma once

// The port for bulk data between agents: the bytes of a dataset on its way to another node.
//
// The receiver of a transfer listens, and admits only the keys of the transfers that are open; the
// sender connects with its own key, the receiver's public key and the transfer's token. Then both
// hold one end of a channel of frames.
//
// Specification of a channel
// - Both ends may send. Frames arrive in order, none missing and none twice, until the channel
//   ends; then both ends learn of it, with the reason. A channel never comes back: whoever wants to
//   go on opens another and resumes by its own means.
// - Flow control in both directions: at most kBulkWindow frames are on the way or not yet consumed.
// The receiving end gives credit back by consumed(), so a slow disk at one end stops the reader of
// the disk at the other.
// - A frame that was taken may be lost with the channel. Only an answer of the peer proves that it
//   arrived.

#include "bus/transport/ports.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace drover::bus {

// The largest frame of a channel, and how many of them one end may have on the way. Measured:
// larger frames make the requests of others wait, more of them gain nothing.
inline constexpr std::size_t kBulkFrameLimit = std::size_t{256} * 1024;
inline constexpr std::size_t kBulkWindow = 8;

// One end of a channel. Belongs to its executor's thread like every port; unlike others, it may be
// destroyed by its own handlers. Destroyed without close(), it ends for the peer as given up.
class BulkChannel
{
public:
    virtual ~BulkChannel() = default;
    using FrameHandler = std::function<void(Frame)>;
    using ClosedHandler = std::function<void(const std::string& reason)>;

    // Frames that come before there is a handler are kept, and held against the peer's window.
    virtual void onFrame(FrameHandler handler) = 0;
    // Called once after send() said QueueFull, as soon as a frame would be taken again.
    virtual void onWritable(Task handler) = 0;
    // Called once, when the peer or the connection ended the channel; not after close(). The reason
    // is empty when the peer closed it in good order, which is told after all its frames.
    virtual void onClosed(ClosedHandler handler) = 0;

    // QueueFull: not open yet, or out of credit; wait for onWritable. PeerGone: the channel has
    // ended. TooLarge: above kBulkFrameLimit.
    virtual SendResult send(std::string_view frame) = 0;
    // So many of the frames handed to onFrame are done with; the peer may send as many more.
    virtual void consumed(std::size_t frames) = 0;
    // Ends the channel. Without a reason: in good order, the peer gets all frames that were taken
    // first. With one: it failed.
    virtual void close(const std::string& reason = {}) = 0;
};

// The receiving side of transfers. Ends its channels when it is destroyed.
class BulkListener
{
public:
    virtual ~BulkListener() = default;
    using ChannelHandler =
        std::function<void(const std::string& token, std::unique_ptr<BulkChannel>)>;

    // A sender of an open transfer has connected. A second channel of a transfer replaces the
    // first, which ends with that reason: the sender may have lost its end before we noticed.
    virtual void onChannel(ChannelHandler handler) = 0;
    // Admits the holder of this public key (Z85) to one transfer. The token is any string of 1 to
    // 200 bytes, unique at this listener. Again with the same token: replaces the key, and ends the
    // channel of another one.
    virtual void open(const std::string& token, const std::string& peerKey) = 0;
    // Admits nobody to the transfer any more and ends its channel, if there is one.
    virtual void close(const std::string& token) = 0;
    [[nodiscard]] virtual std::string endpoint() const = 0; // as bound, with the real port
    [[nodiscard]] virtual std::string publicKey() const = 0;
};

// The sending side. Ends its channels when it is destroyed.
class BulkConnector
{
public:
    virtual ~BulkConnector() = default;
    // Begins to connect, once: every failure, a malformed address included, ends the channel and is
    // told by onClosed.
    [[nodiscard]] virtual std::unique_ptr<BulkChannel> connect(const std::string& endpoint,
                                                               const std::string& serverKey,
                                                               const std::string& token) = 0;
};

} // namespace drover::bus
