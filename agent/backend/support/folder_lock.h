#pragma once

// A short lock on the folder of a copy: one process at a time, on whatever machine, changes what is
// in it. It is an flock of a file in the folder, so it dies with its process; the file stays.

#include "agent/backend/support/file_ops.h"

#include <functional>
#include <optional>

namespace drover::agent::backend {

// Held until destroyed.
class FolderLock
{
public:
    static constexpr const char* kFile = "lock.flock";

    // Waits for whoever has it.
    [[nodiscard]] static model::Result<FolderLock> take(int folder);
    // Does not wait: absent when somebody else has it.
    [[nodiscard]] static model::Result<std::optional<FolderLock>> tryTake(int folder);

private:
    explicit FolderLock(Fd file);
    Fd m_file;
};

// Runs `act` while no other process on any machine runs one for the same folder.
[[nodiscard]] model::Result<void> underFolderLock(int folder,
                                                  const std::function<model::Result<void>()>& act);

} // namespace drover::agent::backend
