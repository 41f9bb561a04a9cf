#include "agent/backend/transfer/file_blocks.h"

#include "agent/backend/support/file_ops.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Result;

Result<std::optional<std::uint64_t>> nextDataBlock(int file, std::uint64_t from, std::uint64_t size)
{
    if (!isBlockOf(from, size))
        return std::optional<std::uint64_t>{};
    const off_t data = ::lseek(file, static_cast<off_t>(from * kBlockSize), SEEK_DATA);
    if (data < 0 && errno == ENXIO) // only a hole is left, or it became shorter
        return std::optional<std::uint64_t>{};
    if (data < 0 && errno == EINVAL) // the filesystem does not tell
        return std::optional(from);
    if (data < 0)
        return systemError("cannot find the data of " + pathOf(file), errno);
    const std::uint64_t index = static_cast<std::uint64_t>(data) / kBlockSize;
    return isBlockOf(index, size) ? std::optional(index) : std::nullopt;
}

Result<std::string_view> readBlockInto(int file, std::uint64_t index, std::uint64_t size,
                                       char* into)
{
    const std::size_t length = static_cast<std::size_t>(blockLength(index, size));
    for (std::size_t done = 0; done < length;) {
        const ssize_t got = ::pread(file, into + done, length - done,
                                    static_cast<off_t>(index * kBlockSize + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemError("cannot read " + pathOf(file), errno);
        if (got == 0) { // shorter than a moment ago
            std::fill(into + done, into + length, '\0');
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return std::string_view(into, length);
}

Result<std::string_view> readBlock(int file, std::uint64_t index, std::uint64_t size,
                                   std::string& buffer)
{
    buffer.resize(kBlockSize);
    return readBlockInto(file, index, size, buffer.data());
}

Result<void> writeBlock(int file, std::uint64_t index, std::string_view bytes)
{
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t put = ::pwrite(file, bytes.data() + done, bytes.size() - done,
                                     static_cast<off_t>(index * kBlockSize + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return systemError("cannot write " + pathOf(file), errno);
        done += static_cast<std::size_t>(put);
    }
    return {};
}

Result<void> makeHole(int file, std::uint64_t index, std::uint64_t size)
{
    const std::uint64_t length = blockLength(index, size);
    if (::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    static_cast<off_t>(index * kBlockSize), static_cast<off_t>(length)) == 0)
        return {};
    if (errno != EOPNOTSUPP)
        return systemError("cannot make a hole in " + pathOf(file), errno);
    return writeBlock(file, index, std::string(static_cast<std::size_t>(length), '\0'));
}

} // namespace drover::agent::backend
