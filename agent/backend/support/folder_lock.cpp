#include "agent/backend/support/folder_lock.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

namespace drover::agent::backend {

using model::Result;

namespace {

// False: somebody else has it, and LOCK_NB was asked for.
Result<bool> lock(const Fd& file, int how)
{
    while (::flock(file.get(), how) != 0) {
        if (errno == EWOULDBLOCK)
            return false;
        if (errno != EINTR)
            return systemError("cannot lock " + pathOf(file.get()), errno);
    }
    return true;
}

Result<Fd> openFlock(int folder)
{
    return openEntry(folder, FolderLock::kFile, O_RDWR | O_CREAT, 0600);
}

} // namespace

FolderLock::FolderLock(Fd file) : m_file(std::move(file)) {}

Result<FolderLock> FolderLock::take(int folder)
{
    auto file = openFlock(folder);
    if (!file)
        return file.error();
    if (auto locked = lock(*file, LOCK_EX); !locked)
        return locked.error();
    return FolderLock(std::move(*file));
}

Result<std::optional<FolderLock>> FolderLock::tryTake(int folder)
{
    auto file = openFlock(folder);
    if (!file)
        return file.error();
    const auto locked = lock(*file, LOCK_EX | LOCK_NB);
    if (!locked)
        return locked.error();
    if (!*locked)
        return std::optional<FolderLock>{};
    return std::optional<FolderLock>(FolderLock(std::move(*file)));
}

Result<void> underFolderLock(int folder, const std::function<Result<void>()>& act)
{
    const auto held = FolderLock::take(folder);
    if (!held)
        return held.error();
    return act();
}

} // namespace drover::agent::backend
