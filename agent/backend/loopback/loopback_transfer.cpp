// Passes of an image from pool to pool: kind `loopback` where it is not shared.

#include "agent/backend/loopback/filesystem.h"
#include "agent/backend/loopback/loopback_backend.h"
#include "agent/backend/transfer/tree_scan.h"
#include "proto/model/crash_point.h"

#include <cerrno>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::CopyId;
using model::CopyRole;
using model::Error;
using model::ErrorCode;
using model::Result;

std::shared_ptr<BlockCache> LoopbackBackend::cacheOf(const CopyId& copy)
{
    const std::scoped_lock lock(m_cacheMutex);
    auto& cache = m_caches[copy];
    if (!cache)
        cache = std::make_shared<BlockCache>();
    return cache;
}

Result<PassResult> LoopbackBackend::sendPass(const CopyId& copy, bool final, ByteChannel& channel,
                                             const ProgressSink& progress, const Canceller& cancel)
{
    auto volume = look(copy);
    if (!volume)
        return volume.error();
    const StoredIdentity& stored = volume->found.stored;
    if (volume->shared)
        return Error{ErrorCode::Unsupported,
                     "copies of a shared pool are attached elsewhere, not sent",
                     subjectOf(copy),
                     {}};
    if (!stored.whole || stored.filesystem.empty())
        return refusal(copy, "it is not whole, so it cannot be a source");
    if (final)
        if (auto quiet = proveReleased(copy); !quiet)
            return quiet.error();
    // A live pass reads the image beneath a mounted filesystem: the more of it lies there, the less
    // is left for the next one.
    for (const std::string& point : volume->points) {
        const Fd root(::open(point.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (root.valid() && ::syncfs(root.get()) != 0)
            return named(systemError("cannot sync " + point, errno), copy);
    }
    const std::string description = stored.filesystem + " " +
                                    std::to_string(stored.filesystemBytes) + " " +
                                    (stored.prepared ? "1" : "0");
    auto result = sendBlocks(volume->image.get(), final, description, channel, progress, cancel);
    if (!result)
        return named(result.error(), copy);
    return result;
}

Result<PassResult> LoopbackBackend::receivePass(const CopyId& copy, bool final,
                                                ByteChannel& channel, const ProgressSink& progress,
                                                const Canceller& cancel)
{
    auto volume = look(copy);
    if (!volume)
        return volume.error();
    StoredIdentity& stored = volume->found.stored;
    if (stored.identity.role != CopyRole::Receiving)
        return refusal(copy, std::string("its role is ") + model::toString(stored.identity.role) +
                                 "; only a receiving copy takes a transfer");
    if (volume->loop)
        return refusal(copy, "it is attached");
    if (stored.whole) { // of an earlier final pass: from here on it is in between again
        stored.whole = false;
        if (auto marked = CopyStore::store(volume->found, stored); !marked)
            return marked.error();
    }
    const auto become = [&](const std::string& description) -> Result<void> {
        if (!final)
            return {};
        std::istringstream words(description);
        std::string filesystem;
        std::uint64_t bytes = 0;
        int prepared = 0;
        if (!(words >> filesystem >> bytes >> prepared) || !smallestFor(filesystem))
            return malformedMessage("an unknown filesystem");
        const auto there = probeDevice(imagePath(copy));
        if (!there)
            return there.error();
        if (there->type != filesystem)
            return Error{ErrorCode::Io,
                         "the image should hold " + filesystem + " and holds `" + there->type + "`",
                         {},
                         {}};
        DROVER_CRASH_POINT("loopback.receive.verified");
        stored.filesystem = filesystem;
        stored.formatting.clear();
        stored.filesystemBytes = bytes;
        stored.prepared = prepared != 0;
        stored.whole = true;
        return CopyStore::store(volume->found, stored);
    };
    const auto cache = cacheOf(copy);
    auto result =
        receiveBlocks(volume->image.get(), *cache, final, become, channel, progress, cancel);
    if (!result)
        return named(result.error(), copy);
    return result;
}

} // namespace drover::agent::backend
