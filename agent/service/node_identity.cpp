#include "agent/service/node_identity.h"

#include "agent/backend/support/file_ops.h"
#include "proto/model/names.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <netdb.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

namespace drover::agent::service {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr const char* kNodeId = "node-id";
constexpr const char* kPools = "pools.json";
constexpr const char* kLock = "lock";

std::string firstLine(const char* path)
{
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

} // namespace

model::Uuid RandomIdSource::next()
{
    model::Uuid uuid;
    std::size_t have = 0;
    while (have < uuid.bytes.size()) {
        const auto got = ::getrandom(uuid.bytes.data() + have, uuid.bytes.size() - have, 0);
        if (got > 0)
            have += static_cast<std::size_t>(got);
        if (got < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0fU) | 0x40U);
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3fU) | 0x80U);
    return uuid;
}

model::MachineId machineId()
{
    auto text = firstLine("/etc/machine-id"); // 32 hexadecimal digits, machine-id(5)
    if (text.size() != 32)
        return {};
    for (const std::size_t at : {20U, 16U, 12U, 8U})
        text.insert(at, "-");
    const auto id = model::MachineId::parse(text);
    return id ? *id : model::MachineId{};
}

Result<model::BootId> bootId()
{
    return model::BootId::parse(firstLine("/proc/sys/kernel/random/boot_id"));
}

std::string hostname()
{
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0)
        return "unknown";
    return name.data();
}

Result<std::string> addressTowards(const std::string& endpoint)
{
    const std::string prefix = "tcp://";
    const auto colon = endpoint.rfind(':');
    if (!endpoint.starts_with(prefix) || colon == std::string::npos || colon < prefix.size())
        return Error{
            ErrorCode::InvalidArgument, "an endpoint is tcp://HOST:PORT, not " + endpoint, {}, {}};
    auto host = endpoint.substr(prefix.size(), colon - prefix.size());
    const auto port = endpoint.substr(colon + 1);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    if (const int rc = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); rc != 0)
        return Error{ErrorCode::Unavailable,
                     "cannot find the address of " + host + ": " + ::gai_strerror(rc),
                     {},
                     "set `address` in the agent's configuration"};
    // Connecting a datagram socket sends nothing; it only asks the kernel for the route.
    std::string address;
    for (const addrinfo* a = found; a != nullptr && address.empty(); a = a->ai_next) {
        const backend::Fd fd(::socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_storage own{};
        socklen_t size = sizeof own;
        std::array<char, NI_MAXHOST> text{};
        if (fd.valid() && ::connect(fd.get(), a->ai_addr, a->ai_addrlen) == 0 &&
            ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0 &&
            ::getnameinfo(reinterpret_cast<sockaddr*>(&own), size, text.data(), text.size(),
                          nullptr, 0, NI_NUMERICHOST) == 0)
            address = a->ai_family == AF_INET6 ? "[" + std::string(text.data()) + "]"
                                               : std::string(text.data());
    }
    ::freeaddrinfo(found);
    if (address.empty())
        return Error{ErrorCode::Unavailable,
                     "this machine has no route to " + host,
                     {},
                     "set `address` in the agent's configuration"};
    return address;
}

Result<StateFolder> StateFolder::open(const std::filesystem::path& path)
{
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (failed)
        return Error{ErrorCode::Io,
                     "cannot make the state folder " + path.string() + ": " + failed.message(),
                     {},
                     {}};
    const int lock = ::open((path / kLock).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return backend::systemError("cannot open " + (path / kLock).string(), errno);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        const int err = errno;
        ::close(lock);
        if (err != EWOULDBLOCK)
            return backend::systemError("cannot lock " + (path / kLock).string(), err);
        return Error{ErrorCode::FailedState,
                     "another agent uses the state folder " + path.string(),
                     {},
                     "stop it, or give this one its own"};
    }
    return StateFolder(path, lock);
}

bool StateFolder::inUse(const std::filesystem::path& path)
{
    const backend::Fd lock(::open((path / kLock).c_str(), O_RDONLY | O_CLOEXEC));
    return lock.valid() && ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

StateFolder::StateFolder(StateFolder&& other) noexcept
    : m_path(std::move(other.m_path)), m_lock(std::exchange(other.m_lock, -1))
{}

StateFolder::~StateFolder()
{
    if (m_lock >= 0)
        ::close(m_lock);
}

Result<model::NodeId> StateFolder::nodeId(const std::optional<model::NodeId>& ofKey,
                                          model::IdSource& ids) const
{
    const auto folder = backend::openFolder(m_path.string());
    if (!folder)
        return folder.error();
    const auto kept = backend::readFile(folder->get(), kNodeId, 256);
    if (!kept && kept.error().code != ErrorCode::NotFound)
        return kept.error();
    if (kept) {
        const std::string_view text(*kept);
        const auto id =
            model::NodeId::parse(text.ends_with('\n') ? text.substr(0, text.size() - 1) : text);
        if (!id || id->isNil())
            return Error{ErrorCode::Malformed,
                         "it holds no node id",
                         "file " + (m_path / kNodeId).string(),
                         {}};
        if (ofKey && *ofKey != *id)
            return Error{ErrorCode::Conflict,
                         "the key is for node " + ofKey->toString() + ", the state folder " +
                             m_path.string() + " is of node " + id->toString(),
                         {},
                         "use the node's own key, or another state folder"};
        return *id;
    }
    const auto id = ofKey ? *ofKey : ids.make<model::NodeId>();
    if (auto written = backend::replaceFile(folder->get(), kNodeId, id.toString() + "\n"); !written)
        return written.error();
    return id;
}

Result<model::PoolId> StateFolder::poolId(const std::filesystem::path& path,
                                          const std::optional<model::PoolId>& marked) const
{
    const auto folder = backend::openFolder(m_path.string());
    if (!folder)
        return folder.error();
    const auto content = backend::readFile(folder->get(), kPools, 1 << 20);
    if (!content && content.error().code != ErrorCode::NotFound)
        return content.error();
    auto pools = content ? nlohmann::json::parse(*content, nullptr, /*allow_exceptions=*/false)
                         : nlohmann::json::object();
    if (!pools.is_object())
        return Error{ErrorCode::Malformed, "it is damaged", "file " + (m_path / kPools).string(),
                     "remove it; it is made anew"};
    std::optional<model::PoolId> kept;
    if (const auto it = pools.find(path.string()); it != pools.end() && it->is_string()) {
        if (const auto id = model::PoolId::parse(it->get<std::string>()))
            kept = *id;
    }
    if (!marked) {
        if (kept)
            return *kept;
        return Error{ErrorCode::NotFound,
                     "there is no pool at " + path.string(),
                     {},
                     "make one: drover-agent pool init --path " + path.string() + " ..."};
    }
    if (kept && *kept != *marked)
        return Error{
            ErrorCode::Conflict,
            "pool " + marked->toString() + " lies at " + path.string() + ", where pool " +
                kept->toString() + " was",
            {},
            "put the right disk there; if this one shall replace it, remove the path from " +
                (m_path / kPools).string()};
    if (!kept) {
        pools[path.string()] = marked->toString();
        // A path that is not UTF-8 cannot be a key of JSON.
        if (!model::isValidUtf8(path.string()))
            return Error{ErrorCode::InvalidArgument, "the path of a pool must be UTF-8",
                         "pool at " + path.string(), "give the pool another path"};
        if (auto written = backend::replaceFile(folder->get(), kPools, pools.dump(2) + "\n");
            !written)
            return written.error();
    }
    return *marked;
}

} // namespace drover::agent::service
