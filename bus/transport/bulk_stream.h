#pragma once

// A bulk channel as a blocking stream of bytes in both directions, for worker threads that read or
// write a tree.
//
// Threads: made on the channel's executor thread by over(); then one worker uses it, and destroys
// it. cancel() may be called from any thread while the stream exists. Waiting needs the executor to
// run, so it must never be used on the executor's own thread, and the executor has to outlive it.
//
// Bytes are gathered into frames of kBulkFrameLimit. The end of the bytes of one direction is an
// empty frame.

#include "bus/transport/bulk.h"
#include "bus/transport/expected.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace drover::bus {

class BulkStream
{
public:
    // Takes the channel over, handlers included.
    static std::unique_ptr<BulkStream> over(Executor& executor,
                                            std::unique_ptr<BulkChannel> channel);
    // Closes the channel: in good order, after all that was written is sent, if finish() was called
    // or the peer's end was read; else as given up.
    ~BulkStream();
    BulkStream(const BulkStream&) = delete;
    BulkStream& operator=(const BulkStream&) = delete;

    // How long a call may wait without any progress before it fails. 0: for ever. At first 60 s.
    void setPatience(Duration patience) { m_patience = patience; }

    // Takes all the bytes, waiting for the peer where it must. After a failure the stream is of no
    // use.
    Expected<void> write(std::string_view bytes);
    // Sends what is gathered, without waiting for its arrival.
    Expected<void> flush();
    // Sends what is gathered, and the end of our bytes. The peer's may still be read.
    Expected<void> finish();
    // At least one byte, at most `size`; 0 at the end of the peer's bytes. A connection that ends
    // before that is a failure: half a tree never looks like a whole one.
    Expected<std::size_t> read(char* data, std::size_t size);

    // Makes every call of the worker fail with this reason, now and from now on.
    void cancel(const std::string& reason);

private:
    struct Shared; // what the worker and the executor's thread share

    explicit BulkStream(std::shared_ptr<Shared> shared);
    Expected<void> push(Frame frame);

    std::shared_ptr<Shared> m_shared;
    Duration m_patience{60000};
    Frame m_gathered;
    Frame m_current; // being read
    std::size_t m_offset = 0;
    bool m_peerEnded = false;
    bool m_weEnded = false;
};

} // namespace drover::bus
