#pragma once

// What an agent keeps on disk besides the copies themselves: little, and nothing that a look at the
// pools could tell.
//
// - the last assignments, with cluster, history, term and revision: so that it can go on without
//   control after a restart, and refuses a control that is behind;
// - the digests of finished transfers: the other end has them already, and nobody would send them
//   again;
// - when control was last heard in this boot of the machine: so that a restart of the agent does
//   not end an ownership term early; with how far control had come then, so that a control on an old
//   copy of its store learns it from us.

#include "agent/core/local_state.h"
#include "agent/service/assignment_database.h"
#include "agent/service/remembered.h"
#include "proto/codec/store_codec.h"

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace drover::agent::service {

struct ContactNote
{
    model::BootId boot;
    model::Duration lastWord{0}; // CLOCK_BOOTTIME of that boot
    model::Duration ownershipTerm{0};
    // how far control had come then; of any boot
    model::HistoryId history{};
    model::Term term = 0;
    model::Uuid nonce{};
    model::Revision revision = 0;
    bool operator==(const ContactNote&) const = default;
};

using TransferNotes = std::vector<std::pair<core::CopyPlace, model::TransferProgress>>;

class AssignmentStore
{
public:
    virtual ~AssignmentStore() = default;
    // Absent: nothing was ever saved. Malformed or Unsupported: what is there cannot be used.
    [[nodiscard]] virtual model::Result<std::optional<codec::SavedAssignments>> load() = 0;
    // What is now known of control, and what becomes different in the assignments that load() gave
    // and earlier calls changed. Durable when it returns; all or nothing; the work is that of the
    // changes. Once load() was called.
    [[nodiscard]] virtual model::Result<void> save(const Remembered& remembered,
                                                   const core::AssignmentChanges& changes) = 0;
    [[nodiscard]] virtual model::Result<TransferNotes> loadTransfers() = 0;
    [[nodiscard]] virtual model::Result<void>
    saveTransfers(const TransferNotes& notes) = 0; // durable
    // Need not be durable: a lost note only makes the agent more careful.
    [[nodiscard]] virtual std::optional<ContactNote> loadContact() = 0;
    virtual void saveContact(const ContactNote& note) = 0;
};

// Files in one folder: a database for the assignments; the others are replaced by write, sync,
// rename, sync.
class FileAssignmentStore final : public AssignmentStore
{
public:
    // The folder must exist, and belong to this process alone.
    explicit FileAssignmentStore(std::filesystem::path folder);

    [[nodiscard]] model::Result<std::optional<codec::SavedAssignments>> load() override;
    [[nodiscard]] model::Result<void> save(const Remembered& remembered,
                                           const core::AssignmentChanges& changes) override;
    [[nodiscard]] model::Result<TransferNotes> loadTransfers() override;
    [[nodiscard]] model::Result<void> saveTransfers(const TransferNotes& notes) override;
    [[nodiscard]] std::optional<ContactNote> loadContact() override;
    void saveContact(const ContactNote& note) override;

private:
    [[nodiscard]] model::Result<void> replace(const char* name, std::string_view content) const;
    [[nodiscard]] model::Result<std::optional<std::string>> read(const char* name) const;

    std::filesystem::path m_folder;
    AssignmentDatabase m_assignments;
};

} // namespace drover::agent::service
