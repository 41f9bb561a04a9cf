#pragma once

// One pass of moving a folder tree: the receiver says what it has, the sender sends what differs
// (wire.h has the messages).
//
// Specification
// - After a complete pass the receiver's tree is what the sender's was while the pass ran: names as
//   bytes, types, modes, times to the nanosecond, owners (receiver is root), extended attributes
//   and ACLs, hard links, holes, fifos, devices (receiver is root). Sockets are not carried, and a
//   final pass says so; what would lose an owner or a device is refused before anything is sent.
// - A live pass may run while the tree changes. A file that changed while it was read is sent again
//   by a later pass; a file that vanished is passed over.
// - In a final pass nothing may change: what does is FailedState, found by comparing everything
//   with a second look after the last byte. Both ends compute the digest over all entries and
//   contents; the receiver's from what lies on its disk, with the content digests of bytes that it
//   wrote itself. They are compared on both ends; the pass succeeds only if they are equal.
// - A big file that the receiver made itself, in this pass or an earlier one, is changed in place:
//   only the blocks that differ travel (delta.h). Every other file that differs is made anew.
// - A pass that broke off leaves nothing worse than an unfinished tree; the next one sends what is
//   missing.
// - The receiver confirms after syncfs(2).
//
// Rationale for trusting cached content digests and unchanged times: before a pass reads anything
// it syncs the filesystem, which also write-protects mapped pages. Whatever is written later
// therefore moves the file's times past the beginning of the pass; a digest is remembered only for
// a file whose times are before it. Files not remembered are read again by the final pass.

#include "agent/backend/backend.h"
#include "agent/backend/transfer/tree_scan.h"

namespace drover::agent::backend {

// `top`: the open folder. `cache`: of this copy, kept between passes.
[[nodiscard]] model::Result<PassResult> sendTree(int top, ContentCache& cache, bool final,
                                                 ByteChannel& channel, const ProgressSink& progress,
                                                 const Canceller& cancel);
// Called when everything is durable and, in a final pass, verified, before the sender is told. Its
// error ends the pass.
using BeforeConfirm = std::function<model::Result<void>()>;
[[nodiscard]] model::Result<PassResult>
receiveTree(int top, ContentCache& cache, bool final, const BeforeConfirm& beforeConfirm,
            ByteChannel& channel, const ProgressSink& progress, const Canceller& cancel);

} // namespace drover::agent::backend
