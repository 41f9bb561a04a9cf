#include "agent/backend/support/pool_marker.h"

#include "agent/backend/support/json_number.h"
#include "proto/model/crash_point.h"

#include <nlohmann/json.hpp>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Fence;
using model::PoolMarker;
using model::Result;
using nlohmann::json;

namespace {

constexpr int kFormat = 1;
constexpr std::size_t kMaximumMarkerBytes = 64 * 1024;

const char* contentName(const std::string& kind)
{
    return kind == "loopback" ? "images" : "copies";
}

std::string fenceName(Fence fence)
{
    switch (fence) {
    case Fence::None:
        return "none";
    case Fence::Self:
        return "self";
    case Fence::Storage:
        return "storage";
    }
    return "none";
}

Result<PoolMarker> decodeMarker(const std::string& text)
{
    const auto malformed = [](const std::string& what) {
        return Error{ErrorCode::Malformed,
                     std::string(kPoolMarkerName) + " is not readable: " + what,
                     {},
                     {}};
    };
    try {
        const json object = json::parse(text);
        if (numberOf<int>(object, "format") > kFormat)
            return Error{ErrorCode::UnsupportedVersion,
                         "the pool was made by a newer agent",
                         {},
                         "upgrade this node's agent"};
        PoolMarker marker;
        const auto cluster = model::ClusterId::parse(object.at("cluster").get<std::string>());
        const auto pool = model::PoolId::parse(object.at("pool").get<std::string>());
        if (!cluster || !pool || cluster->isNil() || pool->isNil())
            return malformed("an id is not an id");
        marker.cluster = *cluster;
        marker.pool = *pool;
        object.at("kind").get_to(marker.kind);
        object.at("shared").get_to(marker.shared);
        const auto fence = object.at("fence").get<std::string>();
        if (fence != "none" && fence != "self" && fence != "storage")
            return malformed("fence `" + fence + "` is unknown");
        marker.fence = fence == "self"      ? Fence::Self
                       : fence == "storage" ? Fence::Storage
                                            : Fence::None;
        return marker;
    } catch (const json::exception& e) {
        return malformed(e.what());
    }
}

Result<PoolMarker> readMarker(int folder)
{
    auto text = readFile(folder, kPoolMarkerName, kMaximumMarkerBytes);
    if (!text)
        return text.error();
    return decodeMarker(*text);
}

// Only what an initPool() that died may have left, and what mkfs leaves.
Result<void> checkUnused(int folder, const std::string& path, const std::string& content)
{
    const auto entries = listFolder(folder);
    if (!entries)
        return entries.error();
    const Error used{ErrorCode::FailedState,
                     path + " is not empty and is not a pool",
                     {},
                     "give an empty folder"};
    for (const DirEntry& entry : *entries) {
        if (entry.name == "lost+found" || entry.name == std::string(".") + kPoolMarkerName + ".new")
            continue;
        if (entry.name != content)
            return used;
        auto inner = openEntry(folder, entry.name, O_RDONLY | O_DIRECTORY);
        if (!inner)
            return used;
        const auto below = listFolder(inner->get());
        if (!below)
            return below.error();
        if (!below->empty())
            return used;
    }
    return {};
}

} // namespace

Result<void> initPool(const std::filesystem::path& path, const PoolMarker& marker)
{
    if (marker.kind != "directory" && marker.kind != "loopback")
        return Error{ErrorCode::Unsupported,
                     "no backend is called `" + marker.kind + "`",
                     {},
                     "use directory or loopback"};
    if (marker.shared && marker.kind == "directory")
        return Error{ErrorCode::Unsupported,
                     "a pool of kind directory cannot be shared",
                     {},
                     "use loopback"};
    if (marker.fence == Fence::Storage)
        return Error{ErrorCode::Unsupported,
                     "kind " + marker.kind + " has no fence of its own",
                     {},
                     "use --fence self or none"};
    if (marker.cluster.isNil() || marker.pool.isNil())
        return Error{ErrorCode::InvalidArgument,
                     "a pool needs the id of its cluster and one of its own",
                     {},
                     {}};

    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST)
        return systemError("cannot make folder " + path.string(), errno);
    auto folder = openFolder(path.string());
    if (!folder)
        return folder.error();
    auto present = readMarker(folder->get());
    if (present)
        return Error{ErrorCode::AlreadyExists,
                     path.string() + " is pool " + present->pool.toString() + " already",
                     {},
                     {}};
    if (present.error().code != ErrorCode::NotFound)
        return present.error();
    const std::string content = contentName(marker.kind);
    if (auto unused = checkUnused(folder->get(), path.string(), content); !unused)
        return unused;

    // Others may pass through to their mounted dataset, only we look around.
    if (auto made = makeFolder(folder->get(), content, 0711); !made)
        return made;
    const json object = {{"format", kFormat},
                         {"cluster", marker.cluster.toString()},
                         {"pool", marker.pool.toString()},
                         {"kind", marker.kind},
                         {"shared", marker.shared},
                         {"fence", fenceName(marker.fence)}};
    return replaceFile(folder->get(), kPoolMarkerName, object.dump(2) + "\n");
}

Result<PoolMarker> readPoolMarker(const std::filesystem::path& path)
{
    auto folder = openFolder(path.string());
    if (!folder)
        return folder.error();
    return readMarker(folder->get());
}

PoolFolder::PoolFolder(std::filesystem::path path, std::string kind,
                       std::optional<model::ClusterId> cluster)
    : m_path(std::move(path)), m_kind(std::move(kind)), m_cluster(cluster)
{}

std::filesystem::path PoolFolder::contentPath() const { return m_path / contentName(m_kind); }

Result<OpenPool> PoolFolder::open()
{
    const auto unavailable = [&](std::string message, std::string hint) {
        return Error{ErrorCode::Unavailable, std::move(message), "pool at " + m_path.string(),
                     std::move(hint)};
    };
    auto folder = openFolder(m_path.string());
    if (!folder)
        return unavailable(folder.error().message, "mount or make the folder");
    auto marker = readMarker(folder->get());
    if (!marker)
        return unavailable(
            marker.error().message,
            "mount the disk that belongs there; do not make a new pool in its place");
    if (marker->kind != m_kind)
        return unavailable("its kind is " + marker->kind + ", not " + m_kind,
                           "correct the configuration");
    if (m_cluster && marker->cluster != *m_cluster)
        return unavailable("it belongs to cluster " + marker->cluster.toString(),
                           "mount what belongs here");
    auto content = openEntry(folder->get(), contentName(m_kind), O_RDONLY | O_DIRECTORY);
    if (!content)
        return unavailable(content.error().message, "the pool is damaged; restore the folder");

    const std::scoped_lock lock(m_mutex);
    if (m_seen && *m_seen != marker->pool)
        return unavailable("it was pool " + m_seen->toString() + " and is now " +
                               marker->pool.toString(),
                           "mount what belongs here");
    m_seen = marker->pool;
    return OpenPool{std::move(*folder), std::move(*content), std::move(*marker)};
}

} // namespace drover::agent::backend
