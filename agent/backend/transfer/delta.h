#pragma once

// A big file, changed at the receiver into what the sender has, block by block: what is between
// Delta and DeltaEnd of wire.h.
//
// Specification
// - The receiver tells the digests of its blocks in order, without those of zeros, a message at a
//   time and only when it is asked (More); the sender answers with the blocks that differ, in order,
//   none beyond what it was told. So neither end holds more than one message's digests, however big
//   the file is; what the receiver keeps of them for the next pass is bounded by its cache.
// - A block that is written lies before every block that is still to be told, so what is told is
//   what was there before.
// - Both ends digest the content as it will be, the sender from what it reads, the receiver from
//   what it wrote, read, or knows from having done so (ContentCache). They must be equal, in every
//   pass.
// - Both read ahead, on several threads (block_reader.h).
// - The sender reads each of its blocks once: what is digested is what is sent. A file that is
//   written to meanwhile becomes a mixture, as in a pax stream; the caller sees it by its times.
// - The file at the receiver is written in place. Until a final pass is verified it is part of a
//   receiving copy only; the caller has made its cache forget it.

#include "agent/backend/backend.h"
#include "agent/backend/transfer/content_hash.h"

#include <functional>

namespace drover::agent::backend {

// So many bytes of the file were dealt with, and so many of them travelled, since the last call.
using DeltaProgress = std::function<void(std::uint64_t looked, std::uint64_t carried)>;

struct DeltaSent
{
    Digest content{};
    std::uint64_t changes = 0; // blocks and holes that were sent
};
// `size`: of the file when Delta was sent.
[[nodiscard]] model::Result<DeltaSent> sendDelta(int file, std::uint64_t size, ByteChannel& channel,
                                                 const DeltaProgress& progress,
                                                 const Canceller& cancel);

struct DeltaOrder
{
    std::uint64_t size = 0; // that the file is to have
    BlockDigests known;     // of the blocks that it has; empty: they are read
    bool record = false;    // whether Received::blocks are wanted
};
struct DeltaReceived
{
    Digest content{};
    BlockDigests blocks;
};
// `file`: open for reading and writing.
[[nodiscard]] model::Result<DeltaReceived> receiveDelta(int file, DeltaOrder order,
                                                        ByteChannel& channel,
                                                        const DeltaProgress& progress,
                                                        const Canceller& cancel);

} // namespace drover::agent::backend
