#pragma once

// One pass of moving an image file: the receiver says which blocks it has, by digest; the sender sends those that differ.
//
//     sender                                        receiver
//     Hello{version, final, size, description} ->
//                                              <-   Welcome{version}
//                                              <-   Manifest{(index, digest)...}...  ManifestEnd{count}
//     Begin{bytes}                             ->
//     Remove{indexes}...                       ->   blocks of zeros: become holes
//     Stream{index, bytes}...                  ->
//     Trailer{blocks, hash, digest}            ->
//                                              <-   Done{digest}    all of it durable
//
// Specification
// - Blocks are 128 KiB, the last one may be shorter; blocks of zeros are not listed, not sent, and are holes at the receiver.
// - A live pass may read while the image is written to: what it carries may be torn, and a later pass sets it right.
// - In a final pass nobody writes (the caller has proven it); what changes nevertheless between beginning and end is FailedState. Both
//   ends' digests over all blocks are compared on both ends. The receiver's are of bytes that it read from or wrote to its own image.
// - `description` travels with the image; the receiver's caller gets it when all is verified.
// - The receiver confirms after syncing.

#include "agent/backend/backend.h"
#include "agent/backend/transfer/wire.h"

#include <map>

namespace drover::agent::backend {

// What the blocks of an image were when this process last read or wrote them; believed only while
// the file's times say so.
struct BlockCache
{
    std::map<std::uint64_t, Digest> blocks; // index -> digest, without blocks of zeros
    std::string state;                      // of the file, at that time; empty = nothing is known
};

[[nodiscard]] model::Result<PassResult>
sendBlocks(int image, bool final, const std::string& description, ByteChannel& channel,
           const ProgressSink& progress, const Canceller& cancel);

using BlocksVerified = std::function<model::Result<void>(const std::string& description)>;
[[nodiscard]] model::Result<PassResult>
receiveBlocks(int image, BlockCache& cache, bool final, const BlocksVerified& beforeConfirm,
              ByteChannel& channel, const ProgressSink& progress, const Canceller& cancel);

} // namespace drover::agent::backend
