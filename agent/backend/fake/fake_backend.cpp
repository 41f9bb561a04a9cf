#include "agent/backend/fake/fake_backend.h"

#include <algorithm>
#include <set>

#include <sodium.h>

namespace drover::agent::backend {

using model::CopyId;
using model::CopyPhase;
using model::CopyRole;
using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr const char* kMountRoot = "/fake/";
constexpr std::uint64_t kFakeCapacity = 1ULL << 40;
constexpr std::size_t kPiece = 64 * 1024;
constexpr const char* kEnd = "end";

model::ByteCount sizeOf(const FakeContent& content)
{
    std::uint64_t sum = 0;
    for (const auto& [path, bytes] : content)
        sum += bytes.size();
    return {sum};
}

std::string fakeDigest(const FakeContent& content)
{
    unsigned char digest[crypto_generichash_BYTES];
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, sizeof digest);
    const auto add = [&](const std::string& text) {
        const std::uint64_t length = text.size();
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&length),
                                  sizeof length);
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                                  text.size());
    };
    for (const auto& [path, bytes] : content) {
        add(path);
        add(bytes);
    }
    crypto_generichash_final(&state, digest, sizeof digest);
    std::string hex(sizeof digest * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), digest, sizeof digest);
    hex.pop_back();
    return hex;
}

Error refused(const CopyId& copy, std::string message)
{
    return {ErrorCode::FailedState, std::move(message), subjectOf(copy), {}};
}

} // namespace

bool FakeDisk::write(const CopyId& copy, const std::string& path, const std::string& bytes)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_copies.find(copy);
    if (found == m_copies.end() || found->second.phase != CopyPhase::Mounted)
        return false;
    found->second.content[path] = bytes;
    return true;
}

FakeContent FakeDisk::content(const CopyId& copy) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_copies.find(copy);
    return found == m_copies.end() ? FakeContent{} : found->second.content;
}

bool FakeDisk::open(const CopyId& copy, int pid)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_copies.find(copy);
    if (found == m_copies.end() || found->second.phase != CopyPhase::Mounted)
        return false;
    found->second.writers.insert(pid);
    return true;
}

void FakeDisk::close(const CopyId& copy, int pid)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_copies.find(copy);
    if (found != m_copies.end())
        found->second.writers.erase(pid);
}

void FakeDisk::setAvailable(bool available)
{
    const std::scoped_lock lock(m_mutex);
    m_available = available;
}

void FakeDisk::reboot()
{
    const std::scoped_lock lock(m_mutex);
    for (auto& [id, copy] : m_copies) {
        copy.phase = CopyPhase::Created;
        copy.publishedName.clear();
        copy.writers.clear();
    }
}

Result<FakeCopy*> FakeBackend::find(const CopyId& copy)
{
    if (!m_disk.m_available)
        return Error{ErrorCode::Unavailable, "the pool has no marker", "pool " + m_name, {}};
    const auto found = m_disk.m_copies.find(copy);
    if (found == m_disk.m_copies.end())
        return Error{ErrorCode::NotFound, "it is not in pool " + m_name, subjectOf(copy), {}};
    return &found->second;
}

model::LocalCopy FakeBackend::describe(const FakeCopy& copy) const
{
    model::LocalCopy local;
    local.identity = copy.stored.identity;
    local.createdWhole = copy.stored.whole;
    local.phase = copy.phase;
    local.filesystem = copy.filesystem;
    if (m_disk.m_block)
        local.size = copy.size;
    local.used = sizeOf(copy.content);
    if (copy.phase == CopyPhase::Mounted) {
        local.publishedName = copy.publishedName;
        local.path = kMountRoot + copy.publishedName;
    }
    return local;
}

model::PoolState FakeBackend::probe()
{
    const std::scoped_lock lock(m_disk.m_mutex);
    model::PoolState state;
    state.name = m_name;
    state.kind = m_disk.m_marker.kind;
    state.capabilities.transfer = true;
    state.capabilities.provenRelease = true;
    state.capabilities.sizes = m_disk.m_block;
    state.capabilities.growOnline = m_disk.m_block;
    state.capabilities.growOffline = m_disk.m_block;
    if (m_disk.m_block) {
        state.capabilities.filesystems = {"ext4", "xfs"};
        state.capabilities.defaultFilesystem = "ext4";
    }
    if (!m_disk.m_available) {
        model::Condition condition;
        condition.type = model::ConditionType::PoolUnavailable;
        condition.severity = model::ConditionSeverity::Error;
        condition.reason = "PoolUnavailable";
        condition.message = "the pool has no marker";
        state.conditions.push_back(std::move(condition));
        return state;
    }
    state.id = m_disk.m_marker.pool;
    state.shared = m_disk.m_marker.shared;
    state.fence = m_disk.m_marker.fence;
    state.capacity = {kFakeCapacity};
    std::uint64_t used = 0;
    for (const auto& [id, copy] : m_disk.m_copies)
        used += sizeOf(copy.content).value;
    state.free = {kFakeCapacity - used};
    state.available = true;
    return state;
}

Result<std::vector<model::LocalCopy>> FakeBackend::list(bool /*mineOnly*/)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    if (!m_disk.m_available)
        return Error{ErrorCode::Unavailable, "the pool has no marker", "pool " + m_name, {}};
    std::vector<model::LocalCopy> copies;
    for (const auto& [id, copy] : m_disk.m_copies)
        copies.push_back(describe(copy));
    return copies;
}

Result<model::LocalCopy> FakeBackend::inspect(const CopyId& copy)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(copy);
    if (!found)
        return found.error();
    return describe(**found);
}

Result<void> FakeBackend::create(const model::CopyIdentity& identity)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(identity.copy);
    if (found)
        return sameCreation((*found)->stored, identity);
    if (found.error().code != ErrorCode::NotFound)
        return found.error();
    if (identity.cluster != m_disk.m_marker.cluster)
        return Error{ErrorCode::Conflict,
                     "the pool belongs to another cluster",
                     subjectOf(identity.copy),
                     {}};
    if (m_disk.m_block && !identity.spec.size)
        return Error{
            ErrorCode::InvalidArgument, "this kind needs a size", subjectOf(identity.copy), {}};
    FakeCopy made;
    made.stored = newIdentity(identity);
    if (m_disk.m_block)
        made.size = *identity.spec.size;
    m_disk.m_copies.emplace(identity.copy, std::move(made));
    return {};
}

Result<void> FakeBackend::setIdentity(const model::CopyIdentity& identity)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(identity.copy);
    if (!found)
        return found.error();
    auto next = changeIdentity((*found)->stored, identity, (*found)->phase == CopyPhase::Mounted);
    if (!next)
        return next.error();
    (*found)->stored = std::move(*next);
    return {};
}

Result<void> FakeBackend::attach(const CopyId& copy)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(copy);
    if (!found)
        return found.error();
    FakeCopy& it = **found;
    if (m_disk.m_block && it.phase == CopyPhase::Created)
        it.phase = it.filesystem.empty() ? CopyPhase::Attached : CopyPhase::Formatted;
    return {};
}

Result<void> FakeBackend::format(const CopyId& copy)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(copy);
    if (!found)
        return found.error();
    FakeCopy& it = **found;
    if (!m_disk.m_block || !it.filesystem.empty())
        return {};
    if (it.phase == CopyPhase::Created)
        return refused(copy, "it is not attached");
    it.filesystem =
        it.stored.identity.spec.filesystem.empty() ? "ext4" : it.stored.identity.spec.filesystem;
    it.phase = CopyPhase::Formatted;
    return {};
}

Result<void> FakeBackend::detach(const CopyId& copy)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(copy);
    if (!found)
        return found.error();
    if (!m_disk.m_block)
        return {};
    if ((*found)->phase == CopyPhase::Mounted)
        return refused(copy, "it is mounted");
    (*found)->phase = CopyPhase::Created;
    return {};
}

Result<std::string> FakeBackend::mount(const CopyId& copy, model::Epoch epoch)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(copy);
    if (!found)
        return found.error();
    FakeCopy& it = **found;
    if (auto mountable = checkMountable(it.stored, epoch); !mountable)
        return mountable.error();
    if (m_disk.m_block && it.phase != CopyPhase::Formatted && it.phase != CopyPhase::Mounted)
        return refused(copy, "it is not attached and formatted");
    for (const auto& [id, other] : m_disk.m_copies)
        if (id != copy && other.phase == CopyPhase::Mounted &&
            other.publishedName == it.stored.identity.name)
            return Error{ErrorCode::InUse,
                         "the name " + other.publishedName + " still leads to the dataset " +
                             other.stored.identity.dataset.toString() + ", which is not down yet",
                         subjectOf(copy),
                         {}};
    it.phase = CopyPhase::Mounted;
    it.publishedName = it.stored.identity.name;
    return kMountRoot + it.publishedName;
}

Result<void> FakeBackend::unmount(const CopyId& copy)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(copy);
    if (!found)
        return found.error();
    FakeCopy& it = **found;
    if (it.phase != CopyPhase::Mounted)
        return {};
    if (!it.writers.empty())
        return refused(copy, "it is in use by " + std::to_string(*it.writers.begin()));
    it.phase = m_disk.m_block ? CopyPhase::Formatted : CopyPhase::Created;
    it.publishedName.clear();
    return {};
}

Result<void> FakeBackend::proveReleased(const CopyId& copy)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(copy);
    if (!found)
        return found.error();
    if ((*found)->phase != CopyPhase::Created)
        return refused(copy, "it is attached or mounted");
    return {};
}

Result<void> FakeBackend::grow(const CopyId& copy, model::ByteCount size)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(copy);
    if (!found)
        return found.error();
    if (m_disk.m_block && size > (*found)->size)
        (*found)->size = size;
    return {};
}

// One pass: the receiver names what it has with digests; the sender sends pieces `path\0bytes`,
// removals, and `end` with the digest.
Result<PassResult> FakeBackend::sendPass(const CopyId& copy, bool final, ByteChannel& channel,
                                         const ProgressSink& progress, const Canceller& cancel)
{
    FakeContent ours;
    {
        const std::scoped_lock lock(m_disk.m_mutex);
        const auto found = find(copy);
        if (!found)
            return found.error();
        if (final && (*found)->phase == CopyPhase::Mounted)
            return refused(copy, "it is mounted; a final pass needs it frozen");
        ours = (*found)->content;
    }
    std::map<std::string, std::string> theirs;
    for (;;) {
        auto path = channel.read();
        if (!path)
            return path.error();
        if (*path == kEnd)
            break;
        auto digest = channel.read();
        if (!digest)
            return digest.error();
        theirs.emplace(std::move(*path), std::move(*digest));
    }
    PassResult result;
    model::TransferProgress told;
    const auto put = [&](const std::string& message) { return channel.write(message); };
    for (const auto& [path, digest] : theirs)
        if (!ours.contains(path.substr(1))) {
            if (auto sent = put("-" + path.substr(1)); !sent)
                return sent.error();
            ++result.entries;
        }
    for (const auto& [path, bytes] : ours) {
        if (cancel.cancelled())
            return Error{ErrorCode::Unavailable, "cancelled", subjectOf(copy), {}};
        const auto known = theirs.find("/" + path);
        if (known != theirs.end() && known->second == fakeDigest({{path, bytes}}))
            continue;
        if (auto sent = put("+" + path); !sent)
            return sent.error();
        for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
            if (cancel.cancelled())
                return Error{ErrorCode::Unavailable, "cancelled", subjectOf(copy), {}};
            if (auto sent = put("=" + bytes.substr(at, kPiece)); !sent)
                return sent.error();
            told.bytesDone.value += std::min(kPiece, bytes.size() - at);
            if (progress)
                progress(told);
        }
        result.carried.value += bytes.size();
        ++result.entries;
    }
    const std::string digest = fakeDigest(ours);
    if (auto sent = put(std::string(kEnd) + " " + digest); !sent)
        return sent.error();
    auto confirmed = channel.read();
    if (!confirmed)
        return confirmed.error();
    if (*confirmed != digest)
        return Error{
            ErrorCode::Io, "the receiver has something else than was sent", subjectOf(copy), {}};
    if (final)
        result.digest = digest;
    return result;
}

Result<PassResult> FakeBackend::receivePass(const CopyId& copy, bool final, ByteChannel& channel,
                                            const ProgressSink& progress, const Canceller& cancel)
{
    FakeContent content;
    {
        const std::scoped_lock lock(m_disk.m_mutex);
        const auto found = find(copy);
        if (!found)
            return found.error();
        if ((*found)->stored.identity.role != CopyRole::Receiving)
            return refused(copy, "its role is not receiving");
        (*found)->stored.whole = false;
        content = (*found)->content;
    }
    for (const auto& [path, bytes] : content) {
        if (auto sent = channel.write("/" + path); !sent)
            return sent.error();
        if (auto sent = channel.write(fakeDigest({{path, bytes}})); !sent)
            return sent.error();
    }
    if (auto sent = channel.write(kEnd); !sent)
        return sent.error();
    PassResult result;
    model::TransferProgress told;
    std::string current;
    for (;;) {
        if (cancel.cancelled())
            return Error{ErrorCode::Unavailable, "cancelled", subjectOf(copy), {}};
        auto message = channel.read();
        if (!message)
            return message.error();
        if (message->starts_with(kEnd)) {
            const std::string digest = fakeDigest(content);
            const std::scoped_lock lock(m_disk.m_mutex);
            const auto found = find(copy);
            if (!found)
                return found.error();
            if (final && message->substr(std::string(kEnd).size() + 1) != digest)
                return Error{
                    ErrorCode::Io, "what arrived is not what was sent", subjectOf(copy), {}};
            (*found)->stored.whole = final;
            if (final)
                result.digest = digest;
            if (auto sent = channel.write(digest); !sent)
                return sent.error();
            return result;
        }
        const std::string rest = message->substr(1);
        if (message->starts_with('-')) {
            content.erase(rest);
            ++result.entries;
        } else if (message->starts_with('+')) {
            current = rest;
            content[current].clear();
            ++result.entries;
        } else {
            content[current] += rest;
            result.carried.value += rest.size();
            told.bytesDone = result.carried;
            if (progress)
                progress(told);
        }
        const std::scoped_lock lock(m_disk.m_mutex);
        const auto found = find(copy);
        if (!found)
            return found.error();
        (*found)->content = content;
    }
}

Result<void> FakeBackend::destroy(const CopyId& copy)
{
    const std::scoped_lock lock(m_disk.m_mutex);
    const auto found = find(copy);
    if (!found) {
        if (found.error().code == ErrorCode::NotFound)
            return {};
        return found.error();
    }
    if ((*found)->phase == CopyPhase::Mounted)
        return refused(copy, "it is mounted");
    m_disk.m_copies.erase(copy);
    return {};
}

} // namespace drover::agent::backend
