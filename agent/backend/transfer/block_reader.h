#pragma once

// The blocks of a file that have data, in order, with their digests.
//
// Specification
// - Reads and digests ahead of its user on a few threads of its own: a file that is compared with
//   what another machine has is read as fast as the disk or the processors let it, not as fast as
//   one of them.
// - Memory: kBatch blocks for each thread and one batch more, however big the file is.
// - Blocks are handed out as they were when they were read; of a file that changes meanwhile they
//   are a mixture.
// Thread: one user; the file must stay open as long as this object lives.

#include "agent/backend/transfer/content_hash.h"
#include "agent/backend/transfer/file_blocks.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>

namespace drover::agent::backend {

class BlockReader
{
public:
    static constexpr std::size_t kBatch = 8; // 1 MiB
    static constexpr unsigned kMostThreads = 4;

    // Of a file taken to have `size` bytes.
    BlockReader(int file, std::uint64_t size);
    ~BlockReader();
    BlockReader(const BlockReader&) = delete;
    BlockReader& operator=(const BlockReader&) = delete;

    struct Block
    {
        std::uint64_t index = 0;
        Digest digest{};        // kZeroBlock: the data are zeros
        std::string_view bytes; // until the next call
    };
    // Absent at the end.
    [[nodiscard]] model::Result<std::optional<Block>> next();

private:
    struct Batch;
    [[nodiscard]] model::Result<void> readAhead();

    int m_file;
    std::uint64_t m_size;
    std::size_t m_threads;
    std::uint64_t m_from = 0; // what is before it is read or being read
    bool m_atEnd = false;
    std::deque<std::unique_ptr<Batch>> m_ahead; // being read, in order
    std::unique_ptr<Batch> m_current;
    std::unique_ptr<Batch> m_spare;
    std::size_t m_next = 0; // in the current one
};

} // namespace drover::agent::backend
