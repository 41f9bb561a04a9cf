#pragma once

// A file as blocks of kBlockSize (wire.h), the last one as long as the file leaves it.
//
// `size` is what the caller takes for the file's size: what the file does not have is read as
// zeros. REQUIRES everywhere: index * kBlockSize < size <= kLargestFile.

#include "agent/backend/transfer/wire.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drover::agent::backend {

inline constexpr std::uint64_t kLargestFile = 1ULL << 60;

[[nodiscard]] constexpr bool isBlockOf(std::uint64_t index, std::uint64_t size)
{
    return index <= kLargestFile / kBlockSize && index * kBlockSize < size;
}
[[nodiscard]] constexpr std::uint64_t blockLength(std::uint64_t index, std::uint64_t size)
{
    return std::min(kBlockSize, size - index * kBlockSize);
}

// The first block from `from` on that has data; absent when there is only a hole behind.
[[nodiscard]] model::Result<std::optional<std::uint64_t>>
nextDataBlock(int file, std::uint64_t from, std::uint64_t size);

// `into`: room for kBlockSize. Returns what of it are the block's bytes.
[[nodiscard]] model::Result<std::string_view> readBlockInto(int file, std::uint64_t index,
                                                            std::uint64_t size, char* into);
// The same into `buffer`, until it is used again.
[[nodiscard]] model::Result<std::string_view> readBlock(int file, std::uint64_t index,
                                                        std::uint64_t size, std::string& buffer);
[[nodiscard]] model::Result<void> writeBlock(int file, std::uint64_t index, std::string_view bytes);
// Makes it zeros, as a hole where the filesystem can.
[[nodiscard]] model::Result<void> makeHole(int file, std::uint64_t index, std::uint64_t size);

} // namespace drover::agent::backend
