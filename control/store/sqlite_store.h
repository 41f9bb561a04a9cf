#pragma once

// The Store on a disk: one SQLite file in WAL mode with full sync, locked for the life of the
// process.
//
// Specification
// - In its directory: `control.sqlite` (with `-wal` beside it while open) and `highest`, the mark
//   of how far the store ever was.
// - Only create() makes a store, and never over another. open() of what is missing, empty, foreign,
//   newer than this program, or open in another process is refused by name.
// - load() reads everything that is kept, compares each row with its checksum, each table with its
//   sum and the commits with their chain, and names the first row that differs.
//
// Tables. `head` (one row: where the store is, and the sums), `commits` (the history that is kept,
// each with its link of the chain), `records` (their values at head), `versions` (configuration
// records by revision, for diff and rollback: at least the newest at or below the oldest kept
// revision), `touches` (which dataset which commit touches), `outcomes` (of requests), `terms` (where
// each began), `safe_mode` (one row while it is behind).

#include "control/store/store.h"

#include <filesystem>
#include <memory>

namespace drover::control::store {

struct SqliteOptions
{
    std::uint32_t maximumPages = 0; // 0: as large as the disk allows. Tests make a full disk of it
};

class SqliteStore : public Store
{
public:
    // Makes the store of a new cluster: these records (a HistoryRecord among them) are revision 1.
    // The directory is made when it is missing. AlreadyExists when there is one; after a crash
    // half-way there is none. With a mark it is in safe mode from the first moment on.
    [[nodiscard]] static model::Result<void> create(const std::filesystem::path& directory,
                                                    const std::vector<model::Record>& records,
                                                    model::TimePoint at,
                                                    const std::optional<SafeModeMark>& mark = {});
    // Whether a store, good or not, is in the directory.
    [[nodiscard]] static bool exists(const std::filesystem::path& directory);
    [[nodiscard]] static model::Result<std::unique_ptr<SqliteStore>>
    open(const std::filesystem::path& directory, const SqliteOptions& options = {});
    ~SqliteStore() override;

    // Lets the store grow to so many pages from now on; for tests.
    [[nodiscard]] model::Result<void> setMaximumPages(std::uint32_t pages);

    [[nodiscard]] model::Result<Loaded> load() override;
    [[nodiscard]] model::Result<model::Commit> raiseTerm(const model::Uuid& nonce,
                                                         model::TimePoint at) override;
    [[nodiscard]] model::Result<void> markSafeMode(const SafeModeMark& mark) override;
    [[nodiscard]] model::Result<void> recover(const std::vector<model::Commit>& commits,
                                              const std::vector<Outcome>& outcomes) override;
    [[nodiscard]] model::Result<void> append(const std::vector<model::Commit>& commits,
                                             const std::vector<Outcome>& outcomes) override;
    [[nodiscard]] model::Result<std::optional<Outcome>>
    findOutcome(std::string_view user, std::string_view requestId) override;
    [[nodiscard]] model::Result<std::vector<model::Commit>>
    commitsAfter(model::Revision after, std::uint32_t limit) override;
    [[nodiscard]] model::Result<std::vector<model::Commit>>
    history(model::Revision before, std::uint32_t limit,
            const std::optional<model::DatasetId>& dataset) override;
    [[nodiscard]] model::Result<std::vector<model::Record>>
    configurationPage(model::Revision revision, const std::optional<model::RecordKey>& after,
                      std::uint32_t limit) override;
    [[nodiscard]] model::Result<model::Revision> oldestKept() override;
    [[nodiscard]] model::Result<bool> compact(model::Revision keepFrom, model::TimePoint keepSince,
                                              model::TimePoint outcomesBefore,
                                              std::uint32_t limit) override;

private:
    struct Impl;
    explicit SqliteStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace drover::control::store
