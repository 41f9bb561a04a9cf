#pragma once

// An agent's assignments in a SQLite file: one row for each, one for what is known of control.
//
// Specification
// - A save is one transaction: durable when it returns, all of it or nothing, and its work is that
//   of the changes.
// - Each row has a digest of its own; a file that cannot be what was written is told (Malformed)
//   and not guessed at.
// - The file of before, in which all assignments were one message, is read when there is no such
//   database, taken over by the first save, and then removed.
// Rationale: docs/decisions/0008. One owner, one thread; the folder belongs to this process alone.

#include "agent/core/local_state.h"
#include "agent/service/remembered.h"
#include "proto/codec/store_codec.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

struct sqlite3;

namespace drover::agent::service {

class AssignmentDatabase
{
public:
    // Of a folder that exists. Nothing is made before the first save.
    explicit AssignmentDatabase(std::filesystem::path folder);
    ~AssignmentDatabase();
    AssignmentDatabase(const AssignmentDatabase&) = delete;
    AssignmentDatabase& operator=(const AssignmentDatabase&) = delete;

    // Absent: nothing was ever saved. Malformed or Unsupported: what is there cannot be used.
    [[nodiscard]] model::Result<std::optional<codec::SavedAssignments>> load();
    // After load(). StoreFull when there is no room; on every error nothing was changed.
    [[nodiscard]] model::Result<void> save(const Remembered& remembered,
                                           const core::AssignmentChanges& changes);

private:
    struct Closer
    {
        void operator()(sqlite3* handle) const;
    };

    [[nodiscard]] model::Result<void> open();
    [[nodiscard]] model::Result<void> write(const Remembered& remembered,
                                            const core::AssignmentChanges& changes);
    [[nodiscard]] model::Result<void> execute(const char* sql);
    [[nodiscard]] model::Result<std::optional<codec::SavedAssignments>> read();
    [[nodiscard]] model::Result<std::optional<codec::SavedAssignments>> readOldFile() const;
    void removeOldFile() const;
    [[nodiscard]] model::Error error() const;

    std::filesystem::path m_folder;
    std::unique_ptr<sqlite3, Closer> m_handle;
    // from the old file, not in the database yet
    std::optional<codec::SavedAssignments> m_inherited;
};

} // namespace drover::agent::service
