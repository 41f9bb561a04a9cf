// The receiving end of a tree's transfer, given a whole hostile stream: nothing outside of the copy
// is changed, as a plain user there is no device and no set-id file afterwards, it ends, and what
// it took it can scan. One file of the copy, `d/f`, counts as one that the receiver made itself, so
// that it may be changed by blocks.
//
// Input: one byte of options, then messages (Bytes::piece). With kRightChecksums the checksums of
// tar headers are made right. A message that is just `T` stands for the trailer that an honest
// sender would send here, so that the bytes of a stream can change without their hash being in the
// way.

#include "agent/backend/transfer/pax_stream.h"
#include "agent/backend/transfer/tree_sync.h"
#include "tests/fuzz/sandbox.h"
#include "tests/fuzz/scripted_channel.h"
#include "tests/fuzz/tar_checksums.h"
#include "tests/fuzz/target.h"

#include <algorithm>
#include <optional>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::tests {

namespace {

using namespace agent::backend;

constexpr uid_t kNobody = 65534;
constexpr std::uint8_t kFinal = 1;
constexpr std::uint8_t kPlainUser = 2;
constexpr std::uint8_t kRightChecksums = 4;

// Over all stream messages, since a header may be cut by their borders.
void mendStream(std::vector<std::string>& messages)
{
    std::string tar;
    for (const std::string& message : messages)
        if (message.starts_with('S'))
            tar += message.substr(1);
    mendChecksums(tar);
    std::size_t at = 0;
    for (std::string& message : messages)
        if (message.starts_with('S')) {
            tar.copy(message.data() + 1, message.size() - 1, at);
            at += message.size() - 1;
        }
}

// What was changed by blocks comes first; a content's digest is what its end says.
void hashDeltas(const std::vector<std::string>& messages, EntryHasher& hash)
{
    std::optional<TreeEntry> entry;
    for (const std::string& message : messages) {
        if (message.empty())
            continue;
        WireReader reader(std::string_view(message).substr(1));
        if (message.front() == static_cast<char>(MessageType::Delta))
            entry = decodeEntry(reader);
        if (message.front() != static_cast<char>(MessageType::DeltaEnd) || !entry)
            continue;
        hash.add(*entry, reader.digest());
        entry.reset();
    }
}

std::string honestTrailer(const std::vector<std::string>& messages)
{
    std::vector<std::string> stream;
    StreamTotals totals;
    for (const std::string& message : messages)
        if (message.size() > 1 && message.front() == 'S') {
            stream.push_back(message);
            totals.bytes += message.size() - 1;
        }
    stream.push_back(trailerMessage({}, {}).bytes());
    ScriptedChannel channel(std::move(stream));
    PaxReader reader(channel);
    EntryHasher hash;
    hashDeltas(messages, hash);
    for (auto item = reader.next(); item && *item; item = reader.next()) {
        ++totals.entries;
        ContentHasher content;
        const TreeEntry& entry = (*item)->entry;
        if (entry.type == EntryType::File &&
            !reader
                 .content([&](std::uint64_t offset, std::string_view bytes) -> model::Result<void> {
                     if (offset > entry.size || bytes.size() > entry.size - offset)
                         return malformedMessage("a file with more than its size");
                     content.add(offset, bytes);
                     return {};
                 })
                 .ok())
            break;
        hash.add(entry, entry.type == EntryType::File ? content.finish(entry.size) : Digest{});
    }
    totals.hash = hash.finish();
    return trailerMessage(totals, {}).bytes();
}

// What lies beside the copy.
class Outside
{
public:
    explicit Outside(const std::string& folder)
        : m_paths{folder, folder + "/outside", folder + "/outside/file", folder + "/outside/link"}
    {
        make(m_paths[1]);
        const int fd = ::open(m_paths[2].c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
        require(fd >= 0 || errno == EEXIST, "the outside can be made");
        if (fd >= 0)
            ::close(fd);
        require(::chmod(m_paths[2].c_str(), 0666) == 0, "the outside is open to everybody");
        require(::symlink("file", m_paths[3].c_str()) == 0 || errno == EEXIST,
                "the outside has a link");
        m_before = look();
    }
    void requireUnchanged() const
    {
        require(look() == m_before, "nothing outside of the copy is changed");
    }

private:
    static void make(const std::string& path)
    {
        require(::mkdir(path.c_str(), 0777) == 0 || errno == EEXIST, "the outside can be made");
        require(::chmod(path.c_str(), 0777) == 0, "the outside is open to everybody");
    }
    [[nodiscard]] std::string look() const
    {
        std::string all;
        for (std::size_t i = 0; i < m_paths.size(); ++i) {
            struct stat st = {};
            require(::lstat(m_paths[i].c_str(), &st) == 0, "what is outside is still there");
            all += std::to_string(st.st_ino) + ' ' + std::to_string(st.st_mode) + ' ' +
                   std::to_string(st.st_uid) + ' ';
            if (i == 0)
                continue; // the copy comes and goes in it
            all += std::to_string(st.st_nlink) + ' ' + std::to_string(st.st_size) + ' ' +
                   std::to_string(st.st_ctim.tv_sec) + '.' + std::to_string(st.st_ctim.tv_nsec) +
                   ' ';
        }
        return all;
    }

    std::vector<std::string> m_paths;
    std::string m_before;
};

// A copy that has something already: what a hostile stream may build on.
void makeCopy(const std::string& top, uid_t owner)
{
    const auto good = [](int result) { require(result == 0, "the copy can be made"); };
    good(::mkdir(top.c_str(), 0755));
    good(::mkdir((top + "/d").c_str(), 0755));
    const int fd = ::open((top + "/d/f").c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    require(fd >= 0 && ::write(fd, "content", 7) == 7, "the copy can be made");
    ::close(fd);
    good(::link((top + "/d/f").c_str(), (top + "/h").c_str()));
    good(::symlink("../outside", (top + "/up").c_str()));
    good(::symlink("d", (top + "/in").c_str()));
    for (const char* path : {"", "/d", "/d/f", "/up", "/in"})
        good(::lchown((top + path).c_str(), owner, owner));
}

// A plain user of this process, for as long as it lives, where the process is root.
class PlainUser
{
public:
    explicit PlainUser(bool wanted) : m_on(wanted && ::geteuid() == 0)
    {
        if (m_on)
            become(kNobody);
    }
    ~PlainUser()
    {
        if (m_on)
            become(0);
    }
    PlainUser(const PlainUser&) = delete;
    PlainUser& operator=(const PlainUser&) = delete;

private:
    static void become(uid_t user)
    {
        if (user == 0)
            require(::seteuid(0) == 0 && ::setegid(0) == 0, "root comes back");
        else
            require(::setegid(user) == 0 && ::seteuid(user) == 0, "root can become somebody");
        ::prctl(PR_SET_DUMPABLE, 1); // else /proc/self is not ours to use
    }
    bool m_on;
};

void checkPolicy(int top, const std::vector<TreeEntry>& entries, bool plain)
{
    for (const TreeEntry& entry : entries) {
        require(isSafePath(entry.path), "what is there has a safe path", entry.path);
        if (!plain || entry.path.empty() || entry.type == EntryType::Link)
            continue;
        struct stat st = {};
        require(::fstatat(top, entry.path.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0,
                "what was scanned is there", entry.path);
        require(!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode), "a plain user gets no device");
        require(S_ISDIR(st.st_mode) || (st.st_mode & (S_ISUID | S_ISGID)) == 0,
                "a plain user gets no set-id file", entry.path);
        require(st.st_uid == (::geteuid() == 0 ? kNobody : ::geteuid()), "all is the user's own");
    }
}

void receive(const std::string& folder, std::uint8_t options,
             const std::vector<std::string>& messages)
{
    const bool plain = (options & kPlainUser) != 0 || ::geteuid() != 0;
    const Outside outside(folder);
    const std::string top = folder + "/copy";
    makeCopy(top, plain && ::geteuid() == 0 ? kNobody : ::geteuid());
    const auto fd = openFolder(top);
    require(fd.ok(), "the copy can be opened");
    {
        const PlainUser user(plain);
        ContentCache cache;
        struct stat own = {};
        require(::stat((top + "/d/f").c_str(), &own) == 0, "the copy has a file");
        cache.noteMade(own.st_ino);
        ScriptedChannel channel(messages);
        const auto result =
            receiveTree(fd->get(), cache, (options & kFinal) != 0, {}, channel, {}, {});
        if (!result) {
            requireRefusal(result.error());
            require(!channel.written().empty() && channel.written().back().front() == 'F',
                    "the sender is told of the failure");
        } else {
            require(channel.written().back().front() == 'D', "the sender is told of the success");
        }
    }
    outside.requireUnchanged();
    const auto entries = scanTree(fd->get(), Fidelity{true}, {});
    require(entries.ok(), "what was received can be sent", entries ? "" : entries.error().message);
    checkPolicy(fd->get(), *entries, plain);
    const auto parent = openFolder(folder);
    require(parent && removeTree(parent->get(), "copy").ok(), "what was received can be removed");
    outside.requireUnchanged();
}

} // namespace

FUZZ_TARGET(tree_receive, Bytes bytes)
{
    const std::uint8_t options = bytes.byte();
    auto messages = messagesOf(bytes);
    if ((options & kRightChecksums) != 0)
        mendStream(messages);
    if (std::find(messages.begin(), messages.end(), "T") != messages.end()) {
        const std::string trailer = honestTrailer(messages);
        std::replace(messages.begin(), messages.end(), std::string("T"), trailer);
    }
    Sandbox::instance().run([&](const std::string& folder) { receive(folder, options, messages); });
}

} // namespace drover::tests
