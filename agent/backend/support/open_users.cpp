#include "agent/backend/support/open_users.h"

#include "agent/backend/support/file_ops.h"
#include "agent/backend/support/mountinfo.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <climits>
#include <map>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Result;

namespace {

std::string linkOf(const std::string& path)
{
    std::string buffer(PATH_MAX, '\0');
    const ssize_t length = ::readlink(path.c_str(), buffer.data(), buffer.size());
    return length < 0 ? std::string() : buffer.substr(0, static_cast<std::size_t>(length));
}

bool isNumber(const std::string& text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string firstLine(const std::string& folder, const std::string& file)
{
    auto opened = openFolder(folder);
    if (!opened)
        return {};
    auto text = readFile(opened->get(), file, 1U << 20);
    if (!text)
        return {};
    return text->substr(0, text->find('\n'));
}

// One look at all processes for one tree.
class Search
{
public:
    explicit Search(Location tree) : m_tree(std::move(tree)) {}

    void lookAt(const std::string& pid)
    {
        const std::string folder = "/proc/" + pid;
        const std::string ns = linkOf(folder + "/ns/mnt");
        if (ns.empty()) {
            // Not ours to see, or a zombie, which holds nothing: only the first counts.
            if (errno == EACCES || errno == EPERM)
                ++m_found.unseen;
            return;
        }
        m_program = firstLine(folder, "comm");
        m_pid = static_cast<pid_t>(std::stol(pid));
        const auto known = m_namespaces.find(ns);
        if (known == m_namespaces.end())
            addNamespace(ns, folder);
        m_mounts = &m_namespaces.at(ns);
        for (const char* what : {"/cwd", "/root"})
            consider(linkOf(folder + what), /*canWrite=*/true);
        descriptors(folder);
        mappings(folder);
    }

    OpenUsers take()
    {
        std::sort(m_found.users.begin(), m_found.users.end());
        m_found.users.erase(std::unique(m_found.users.begin(), m_found.users.end()),
                            m_found.users.end());
        return std::move(m_found);
    }

private:
    void addNamespace(const std::string& ns, const std::string& folder)
    {
        auto opened = openFolder(folder);
        std::vector<MountEntry> mounts;
        if (opened) {
            if (auto text = readFile(opened->get(), "mountinfo", 64U << 20))
                mounts = parseMountinfo(*text);
        }
        // Part of the tree, mounted somewhere: whoever lives there can write without having
        // anything open now. The pool's own mount and those above the tree are how it is reached at
        // all, not a use of it.
        for (const MountEntry& mount : mounts)
            if (mount.device == m_tree.device && isAtOrBelow(mount.root, m_tree.path) &&
                mount.root != "/")
                m_found.users.push_back(
                    {0, "mounted at " + mount.point + " for " + m_program, mount.root, true});
        m_namespaces.emplace(ns, std::move(mounts));
    }

    bool consider(std::string path, bool canWrite)
    {
        constexpr std::string_view kDeleted = " (deleted)";
        if (!path.starts_with('/'))
            return false;
        Location at = locate(*m_mounts, path);
        if (at.device != m_tree.device)
            return false;
        if (!isAtOrBelow(at.path, m_tree.path))
            return false;
        if (path.ends_with(kDeleted))
            path.resize(path.size() - kDeleted.size());
        m_found.users.push_back({m_pid, m_program, std::move(path), canWrite});
        return true;
    }

    void descriptors(const std::string& folder)
    {
        auto fds = openFolder(folder + "/fd");
        if (!fds) {
            if (fds.error().code != model::ErrorCode::NotFound)
                ++m_found.unseen;
            return;
        }
        const auto entries = listFolder(fds->get());
        if (!entries)
            return;
        for (const DirEntry& entry : *entries) {
            const std::string link = folder + "/fd/" + entry.name;
            const std::string target = linkOf(link);
            if (!target.starts_with('/'))
                continue;
            struct stat st = {};
            if (::fstatat(fds->get(), entry.name.c_str(), &st, 0) != 0)
                continue;
            // The link's own mode says how it is open: proc(5), /proc/pid/fd. An open folder serves
            // openat(2).
            struct stat own = {};
            const bool writable = ::lstat(link.c_str(), &own) == 0 && (own.st_mode & S_IWUSR) != 0;
            consider(target, writable || S_ISDIR(st.st_mode));
        }
    }

    void mappings(const std::string& folder)
    {
        auto opened = openFolder(folder);
        if (!opened)
            return;
        const auto text = readFile(opened->get(), "maps", 256U << 20);
        if (!text)
            return;
        for (const MappedFile& file : parseMaps(*text))
            consider(file.path, file.sharedWrite);
    }

    Location m_tree;
    OpenUsers m_found;
    std::map<std::string, std::vector<MountEntry>> m_namespaces;
    const std::vector<MountEntry>* m_mounts = nullptr;
    pid_t m_pid = 0;
    std::string m_program;
};

} // namespace

std::vector<MappedFile> parseMaps(std::string_view text)
{
    std::set<MappedFile> files;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        // 7f12-7f34 rw-s 00000000 fe:00 1234    /path
        const auto slash = line.find('/');
        const auto space = line.find(' ');
        if (slash == std::string_view::npos || space == std::string_view::npos ||
            space + 4 >= line.size())
            continue;
        const bool sharedWrite = line[space + 2] == 'w' && line[space + 4] == 's';
        files.insert({std::string(line.substr(slash)), sharedWrite});
    }
    return {files.begin(), files.end()};
}

Result<OpenUsers> findOpenUsers(const std::string& path)
{
    const auto mounts = ownMounts();
    if (!mounts)
        return mounts.error();
    const Location tree = locate(*mounts, path);
    if (tree.path.empty())
        return model::Error{
            model::ErrorCode::Io, path + " lies in no mount that can be seen", {}, {}};
    auto proc = openFolder("/proc");
    if (!proc)
        return proc.error();
    const auto entries = listFolder(proc->get());
    if (!entries)
        return entries.error();
    Search search(tree);
    const std::string self = std::to_string(::getpid());
    for (const DirEntry& entry : *entries)
        if (isNumber(entry.name) && entry.name != self)
            search.lookAt(entry.name);
    return search.take();
}

std::vector<OpenUser> findUsersOfDevice(dev_t device)
{
    std::vector<OpenUser> users;
    auto proc = openFolder("/proc");
    if (!proc)
        return users;
    const auto entries = listFolder(proc->get());
    if (!entries)
        return users;
    const std::string self = std::to_string(::getpid());
    for (const DirEntry& entry : *entries) {
        if (!isNumber(entry.name) || entry.name == self)
            continue;
        const std::string folder = "/proc/" + entry.name;
        const auto lies = [&](const std::string& link) {
            struct stat st = {};
            return ::stat(link.c_str(), &st) == 0 && st.st_dev == device;
        };
        bool uses = lies(folder + "/cwd") || lies(folder + "/root");
        if (auto fds = openFolder(folder + "/fd"))
            if (const auto open = listFolder(fds->get()))
                for (const DirEntry& fd : *open)
                    uses = uses || lies(folder + "/fd/" + fd.name);
        if (uses)
            users.push_back({static_cast<pid_t>(std::stol(entry.name)),
                             firstLine(folder, "comm"),
                             {},
                             /*canWrite=*/true});
    }
    return users;
}

std::string describe(const std::vector<OpenUser>& users)
{
    constexpr std::size_t kMost = 12;
    std::string text;
    std::set<std::pair<pid_t, std::string>> seen;
    for (const OpenUser& user : users) {
        if (!seen.emplace(user.pid, user.program).second)
            continue;
        if (seen.size() > kMost)
            return text + ", and others";
        if (!text.empty())
            text += ", ";
        text += user.pid == 0 ? user.program : std::to_string(user.pid) + " (" + user.program + ")";
    }
    return text;
}

} // namespace drover::agent::backend
