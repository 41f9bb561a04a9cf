#include "tests/support/backend/tree_fixture.h"

#include "agent/backend/support/file_ops.h"

#include <QtCore/QCryptographicHash>
#include <QtTest/QtTest>

#include <algorithm>
#include <sstream>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace drover::tests {

namespace fs = std::filesystem;
using agent::backend::Fd;

namespace {

void require(bool good, const std::string& what)
{
    if (!good)
        qFatal("cannot make the fixture: %s: %s", what.c_str(), std::strerror(errno));
}

std::string attributesOf(const std::string& path)
{
    std::string names(64 * 1024, '\0');
    const ssize_t length = ::llistxattr(path.c_str(), names.data(), names.size());
    std::map<std::string, std::string> sorted;
    for (ssize_t at = 0; at < length;) {
        const std::string name = names.c_str() + at;
        at += static_cast<ssize_t>(name.size()) + 1;
        std::string value(64 * 1024, '\0');
        const ssize_t size = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
        if (size >= 0)
            sorted[name] = value.substr(0, static_cast<std::size_t>(size));
    }
    std::string text;
    for (const auto& [name, value] : sorted)
        text += " " + name + "=" + QByteArray::fromStdString(value).toHex().toStdString();
    return text;
}

std::string hashOf(int fd)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    std::string buffer(1 << 20, '\0');
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got <= 0)
            break;
        hash.addData(QByteArrayView(buffer.data(), got));
    }
    return hash.result().toHex().toStdString();
}

class Painter
{
public:
    explicit Painter(bool owners) : m_owners(owners) {}
    TreePicture picture;

    void folder(int fd, const std::string& path)
    {
        struct stat top = {};
        ::fstat(fd, &top);
        note(path, top, "folder" + attributesOf("/proc/self/fd/" + std::to_string(fd) + "/."));
        const int own = ::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR* stream = ::fdopendir(own);
        std::vector<std::string> names;
        while (const dirent* entry = ::readdir(stream))
            if (std::string_view(entry->d_name) != "." && std::string_view(entry->d_name) != "..")
                names.emplace_back(entry->d_name);
        ::closedir(stream);
        for (const std::string& name : names)
            entry(fd, name, path + "/" + name);
    }

    void finish()
    {
        for (auto& [inode, paths] : m_links) {
            std::sort(paths.begin(), paths.end());
            for (const std::string& path : paths)
                picture[path] +=
                    " links-with " + paths.front() + " x" + std::to_string(paths.size());
        }
    }

private:
    void note(const std::string& path, const struct stat& st, const std::string& what)
    {
        std::ostringstream text;
        text << what << " mode " << std::oct << st.st_mode << std::dec << " mtime "
             << st.st_mtim.tv_sec << "." << st.st_mtim.tv_nsec;
        if (m_owners)
            text << " owner " << st.st_uid << ":" << st.st_gid;
        picture[path] = text.str();
    }

    void entry(int fd, const std::string& name, const std::string& path)
    {
        struct stat st = {};
        ::fstatat(fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW);
        const std::string proc = "/proc/self/fd/" + std::to_string(fd) + "/" + name;
        if (S_ISSOCK(st.st_mode))
            return;
        const bool closed = ::geteuid() != 0 && !S_ISLNK(st.st_mode) && (st.st_mode & 0500) != 0500;
        if (closed)
            ::chmod(proc.c_str(), (st.st_mode & 07777) | 0700);
        if (S_ISDIR(st.st_mode)) {
            const Fd below(
                ::openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            folder(below.get(), path);
            if (closed) {
                ::chmod(proc.c_str(), st.st_mode & 07777);
                ::fstatat(fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW);
                note(path, st, "folder" + attributesOf(proc));
            }
            return;
        }
        if (S_ISLNK(st.st_mode)) {
            std::string target(8192, '\0');
            const ssize_t length = ::readlinkat(fd, name.c_str(), target.data(), target.size());
            note(path, st,
                 "link " +
                     target.substr(0, static_cast<std::size_t>(std::max<ssize_t>(length, 0))));
        } else if (S_ISREG(st.st_mode)) {
            const Fd file(::openat(fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
            note(path, st,
                 "file " + std::to_string(st.st_size) + " " + hashOf(file.get()) +
                     attributesOf(proc));
        } else {
            note(path, st, "special " + std::to_string(st.st_rdev) + attributesOf(proc));
        }
        if (closed)
            ::chmod(proc.c_str(), st.st_mode & 07777);
        if (st.st_nlink > 1)
            m_links[st.st_ino].push_back(path);
    }

    bool m_owners;
    std::map<ino_t, std::vector<std::string>> m_links;
};

void setTime(const fs::path& path, std::int64_t seconds, long nanoseconds)
{
    const timespec times[2] = {{static_cast<time_t>(seconds), 0},
                               {static_cast<time_t>(seconds), nanoseconds}};
    require(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0,
            "time of " + path.string());
}

void attribute(const fs::path& path, const char* name, const std::string& value)
{
    if (::lsetxattr(path.c_str(), name, value.data(), value.size(), 0) != 0 && errno != ENOTSUP)
        require(false, name);
}

// An ACL in the kernel's form (linux/posix_acl_xattr.h): u::rwx, u:<uid>:r--, g::r-x, m::rwx,
// o::---
std::string acl(std::uint32_t uid)
{
    std::string bytes;
    const auto put16 = [&](unsigned value) {
        bytes += static_cast<char>(value & 0xffU);
        bytes += static_cast<char>(value >> 8U);
    };
    const auto put32 = [&](std::uint32_t value) {
        put16(value & 0xffffU);
        put16(value >> 16U);
    };
    const auto entry = [&](unsigned tag, unsigned permissions, std::uint32_t id) {
        put16(tag);
        put16(permissions);
        put32(id);
    };
    put32(2);
    entry(0x01, 7, 0xffffffffU);
    entry(0x02, 4, uid);
    entry(0x04, 5, 0xffffffffU);
    entry(0x10, 7, 0xffffffffU);
    entry(0x20, 0, 0xffffffffU);
    return bytes;
}

// A chain of folders whose whole path is longer than any system call takes at once.
void makeDeepFolder(int top, int levels)
{
    Fd at(::dup(top));
    const std::string name(200, 'd');
    for (int i = 0; i < levels; ++i) {
        require(::mkdirat(at.get(), name.c_str(), 0755) == 0, "a deep folder");
        at = Fd(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        require(at.valid(), "the deep folder");
    }
    const Fd file(::openat(at.get(), "bottom", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    require(::write(file.get(), "deep", 4) == 4, "the bottom");
}

} // namespace

void writeFile(const fs::path& path, const std::string& bytes)
{
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    require(file.valid(), path.string());
    require(::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
            path.string());
}

TreePicture pictureOf(const fs::path& top, bool owners)
{
    Painter painter(owners);
    const Fd fd(::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    require(fd.valid(), top.string());
    painter.folder(fd.get(), {});
    painter.finish();
    return std::move(painter.picture);
}

std::string difference(const TreePicture& a, const TreePicture& b)
{
    for (const auto& [path, what] : a) {
        const auto other = b.find(path);
        if (other == b.end())
            return path.substr(0, 300) + ": only in the first: " + what;
        if (other->second != what)
            return path.substr(0, 300) + ":\n  " + what.substr(0, 600) + "\n  " +
                   other->second.substr(0, 600);
    }
    for (const auto& [path, what] : b)
        if (!a.contains(path))
            return path.substr(0, 300) + ": only in the second: " + what;
    return {};
}

void makeNastyTree(const fs::path& top)
{
    const bool root = ::geteuid() == 0;
    const auto at = [&](const std::string& name) { return top / name; };
    writeFile(at("plain"), "hello");
    writeFile(at("empty"), "");
    writeFile(at("not-utf8-\xff\xfe"), "bytes");
    writeFile(at("new\nline"), "x");
    writeFile(at(" spaces and \xc3\xbcml\xc3\xa4ut "), "x");
    writeFile(at("-rf"), "x");
    writeFile(at(std::string(255, 'n')), "longest name");
    writeFile(at("a.b"), "sorts between a and a/b");
    fs::create_directory(at("a"));
    writeFile(at("a/b"), "x");
    fs::create_directory(at("empty-folder"));

    writeFile(at("hard-1"), "shared");
    fs::create_directory(at("z"));
    fs::create_hard_link(at("hard-1"), at("z/hard-2"));
    fs::create_hard_link(at("hard-1"), at("a/hard-3"));
    fs::create_symlink("plain", at("link"));
    fs::create_symlink("/nowhere/" + std::string(3000, 't'), at("long-link"));
    fs::create_symlink("..", at("up"));
    fs::create_symlink("\xff\xfe", at("link-to-bytes"));
    require(::link(at("link").c_str(), at("second-name-of-link").c_str()) == 0,
            "a hard link to a link");
    require(::mkfifo(at("fifo").c_str(), 0640) == 0, "fifo");

    for (const auto& [name, size] : std::map<std::string, off_t>{
             {"sparse", off_t{64} << 20}, {"all-hole", 5'000'000}, {"tail", 1'000'001}}) {
        const Fd file(::open(at(name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
        require(::ftruncate(file.get(), size) == 0, name);
        if (name == "all-hole")
            continue;
        require(::pwrite(file.get(), "middle", 6, size / 2 + 7) == 6, name);
        require(::pwrite(file.get(), "end", 3, size - 3) == 3, name);
    }

    attribute(at("plain"), "user.comment", std::string("binary\0\xff", 8));
    attribute(at("plain"), "user.odd=name%41", "v");
    attribute(at("a"), "user.of-folder", "v");
    writeFile(at("with-acl"), "x");
    attribute(at("with-acl"), "system.posix_acl_access", acl(12345));
    fs::create_directory(at("inherits"));
    attribute(at("inherits"), "system.posix_acl_default", acl(23456));
    writeFile(at("inherits/with"), "inherited");
    writeFile(at("inherits/without"), "not");
    require(::lremovexattr(at("inherits/without").c_str(), "system.posix_acl_access") == 0 ||
                errno == ENODATA || errno == ENOTSUP,
            "acl");
    require(::chmod(at("inherits/without").c_str(), 0604) == 0, "mode");

    const Fd folder(::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    makeDeepFolder(folder.get(), 25); // 5,000 bytes of path

    if (root) {
        require(::mknod(at("null").c_str(), S_IFCHR | 0666, makedev(1, 3)) == 0, "device");
        require(::lchown(at("a/b").c_str(), 1234, 5678) == 0, "owner");
        require(::lchown(at("up").c_str(), 1234, 5678) == 0, "owner of a link");
        require(::lchown(at("z").c_str(), 70000, 4'000'000'000U) == 0, "owner");
        writeFile(at("setuid"), "x");
        require(::chmod(at("setuid").c_str(), 06755) == 0, "setuid");
        writeFile(at("capable"), "x");
        attribute(
            at("capable"), "security.capability",
            std::string(
                "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                20));
        attribute(at("a"), "trusted.thing", "root's");
    }
    require(::chmod(at("empty-folder").c_str(), 03777) == 0, "sticky");
    writeFile(at("unreadable"), "secret");
    require(::chmod(at("unreadable").c_str(), 0) == 0, "mode 0");
    fs::create_directory(at("closed"));
    writeFile(at("closed/inside"), "x");
    require(::chmod(at("closed").c_str(), 0) == 0, "mode 0");
    fs::create_directories(at("read-only/below"));
    writeFile(at("read-only/file"), "x");
    require(::chmod(at("read-only/file").c_str(), 0444) == 0, "mode");
    require(::chmod(at("read-only/below").c_str(), 0555) == 0, "mode");
    require(::chmod(at("read-only").c_str(), 0555) == 0, "mode");

    setTime(at("plain"), 1'000'000'000, 123'456'789);
    setTime(at("link"), 1'100'000'000, 1);
    setTime(at("fifo"), 5, 999'999'999);
    setTime(at("a/b"), -12345, 500);
    setTime(at("a.b"), 4'000'000'000, 7);
    setTime(at("a"), 1'200'000'000, 42);
    setTime(at("read-only"), 1'300'000'000, 43);
    setTime(top, 1'400'000'000, 44);
}

void removeAll(const fs::path& top)
{
    const auto parent = agent::backend::openFolder(top.parent_path().string());
    if (parent)
        static_cast<void>(agent::backend::removeTree(parent->get(), top.filename().string()).ok());
}

} // namespace drover::tests
