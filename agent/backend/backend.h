#pragma once

// The port behind which every kind of storage stands. One object = one pool on one machine.
//
// Specification
// - All calls block and may be slow; they run on worker threads, never on the agent's loop. Calls
//   for different copies may run at the same time; calls for one copy never do. An object is
//   thread-safe under that rule.
// - Every call is idempotent: it looks before it acts; done already = success. A crash between any
//   two system calls inside leaves something that list() shows and the same call, repeated,
//   completes. What is durable is durable when the call returns (fsync of file and folder).
// - A pool without its marker, or with another's, is PoolUnavailable: every call fails with
//   Unavailable and changes nothing. list() fails rather than returning less than everything: not
//   knowing is not absence.
// - Nothing is ever formatted, overwritten or deleted except: by destroy(), exactly the named copy;
//   by receivePass(), the content of a copy whose identity says Receiving.
// - Cancel: long calls look at the Canceller and return Error{Unavailable, "cancelled"} at the next
//   safe point.
// Rationale: the agent's core decides by discovery, so the truth must be in the backend, not in a
// return code.

#include "proto/model/copy.h"
#include "proto/model/result.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace drover::agent::backend {

// Shared between a caller and a running call.
class Canceller
{
public:
    void cancel() { m_cancelled.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool cancelled() const { return m_cancelled.load(std::memory_order_relaxed); }

private:
    std::atomic<bool> m_cancelled{false};
};

// An ordered, reliable, flow-controlled channel of messages to the other end of a transfer. Blocks;
// an Error ends the pass.
class ByteChannel
{
public:
    virtual ~ByteChannel() = default;
    // at most 256 KiB
    [[nodiscard]] virtual model::Result<void> write(std::string_view message) = 0;
    [[nodiscard]] virtual model::Result<std::string> read() = 0;
};

// called often from the worker thread; cheap
using ProgressSink = std::function<void(const model::TransferProgress&)>;

// What one pass did. The numbers are the sender's; the receiver has confirmed that all is durable
// there.
struct PassResult
{
    model::ByteCount carried;  // bytes of file content that travelled
    std::uint64_t entries = 0; // files, folders, links, blocks changed or removed
    // hexadecimal digest of the whole content and its attributes; final passes only
    std::string digest;
    std::string remark; // for the log: what is left behind; of a sender's final pass
    bool operator==(const PassResult&) const = default;
};

class StorageBackend
{
public:
    virtual ~StorageBackend() = default;

    // Marker, capabilities, capacity. Never fails: what is wrong is in the conditions and
    // `available`.
    [[nodiscard]] virtual model::PoolState probe() = 0;

    // Every copy in the pool that this machine can see. For a shared pool with `mineOnly`: only
    // those that are attached or mounted on this machine or whose identity or lock names this node.
    [[nodiscard]] virtual model::Result<std::vector<model::LocalCopy>> list(bool mineOnly) = 0;
    // One copy; NotFound when a look proves that it does not exist.
    [[nodiscard]] virtual model::Result<model::LocalCopy> inspect(const model::CopyId& copy) = 0;

    // Makes an empty copy with this identity (block kinds: an image of the spec's size, not
    // formatted). A Receiving one stays `createdWhole == false` until the final pass is durable.
    [[nodiscard]] virtual model::Result<void> create(const model::CopyIdentity& identity) = 0;
    // Replaces the identity: role, epoch, name, spec. Refuses to lower the epoch and to make a
    // Released copy primary at the same epoch.
    [[nodiscard]] virtual model::Result<void> setIdentity(const model::CopyIdentity& identity) = 0;

    // Block kinds only; success and no effect elsewhere. format() refuses what already holds
    // anything that it did not make itself.
    [[nodiscard]] virtual model::Result<void> attach(const model::CopyId& copy) = 0;
    [[nodiscard]] virtual model::Result<void> format(const model::CopyId& copy) = 0;
    [[nodiscard]] virtual model::Result<void> detach(const model::CopyId& copy) = 0;

    // Mounts read-write at MOUNTROOT/by-id/<dataset id> and publishes MOUNTROOT/<name> as a link to
    // it; returns the path by name. Refuses a copy that is not Primary at `epoch`. InUse: another
    // dataset, not down yet, still has the name.
    [[nodiscard]] virtual model::Result<std::string> mount(const model::CopyId& copy,
                                                           model::Epoch epoch) = 0;
    // Takes away the published name and the mount. Busy is FailedState with the users' process ids
    // in the message; nothing lazy.
    [[nodiscard]] virtual model::Result<void> unmount(const model::CopyId& copy) = 0;
    // Proves that nobody on this machine can still write (DESIGN.md 6, per kind). FailedState says
    // who can.
    [[nodiscard]] virtual model::Result<void> proveReleased(const model::CopyId& copy) = 0;

    // Grows image and filesystem to `size`. Mounted and not able to: Unsupported (the agent does it
    // at the next unmount).
    [[nodiscard]] virtual model::Result<void> grow(const model::CopyId& copy,
                                                   model::ByteCount size) = 0;

    // One pass of a transfer; DESIGN.md 6. The sender asks the receiver what it has and sends what
    // differs, so a pass that broke off is simply repeated. `final`: the source is frozen; both
    // ends return the digest of everything and the caller compares.
    [[nodiscard]] virtual model::Result<PassResult> sendPass(const model::CopyId& copy, bool final,
                                                             ByteChannel& channel,
                                                             const ProgressSink& progress,
                                                             const Canceller& cancel) = 0;
    [[nodiscard]] virtual model::Result<PassResult> receivePass(const model::CopyId& copy,
                                                                bool final, ByteChannel& channel,
                                                                const ProgressSink& progress,
                                                                const Canceller& cancel) = 0;

    // Destroys exactly this copy, whatever its role, and gives its space back. Refuses what is
    // mounted.
    [[nodiscard]] virtual model::Result<void> destroy(const model::CopyId& copy) = 0;
};

} // namespace drover::agent::backend
