#pragma once

// The tables of the SQLite store: their schema, the statements on them, and the single rows. No
// transactions here.

#include "control/store/integrity.h"
#include "control/store/sqlite_database.h"
#include "control/store/store.h"

namespace drover::control::store {

inline constexpr std::uint32_t kApplicationId = 0x44525653; // "DRVS"
inline constexpr std::int64_t kSchemaVersion = 2;

// Where the store is: the one row of `head`.
struct Head
{
    model::Revision revision = 0;
    model::Term term = 0;
    Digest chain;             // the link of the newest commit
    model::Revision base = 0; // commits up to here were forgotten
    Digest baseChain;         // the link of the commit at `base`
    RowSum records;
    RowSum versions;
    std::int64_t touches = 0; // rows
};

// Makes the tables in an empty file.
[[nodiscard]] model::Result<void> createTables(Database& database);
// Brings the tables forward to kSchemaVersion; refuses a newer one.
[[nodiscard]] model::Result<void> migrateTables(Database& database);

class Tables
{
public:
    [[nodiscard]] static model::Result<Tables> prepare(Database& database);

    [[nodiscard]] model::Result<Head> readHead();
    [[nodiscard]] model::Result<void> writeHead(const Head& head);
    // Writes a commit, what it makes of the records, and moves the head to it.
    [[nodiscard]] model::Result<void> writeCommit(Head& head, const model::Commit& commit);
    [[nodiscard]] model::Result<void> writeOutcome(const Outcome& outcome);
    [[nodiscard]] model::Result<std::optional<Outcome>> readOutcome(std::string_view user,
                                                                    std::string_view requestId);
    // Deletes at most `limit` outcomes from before; true when there are more.
    [[nodiscard]] model::Result<bool> forgetOutcomes(model::TimePoint before, std::uint32_t limit);
    [[nodiscard]] model::Result<std::vector<model::Commit>> commitsAfter(model::Revision after,
                                                                         std::uint32_t limit);
    [[nodiscard]] model::Result<std::vector<model::Commit>>
    commitsBefore(model::Revision before, std::uint32_t limit,
                  const std::optional<model::DatasetId>& dataset);
    [[nodiscard]] model::Result<std::vector<model::Record>>
    configurationPage(model::Revision revision, const std::optional<model::RecordKey>& after,
                      std::uint32_t limit);
    // Forgets the oldest commit that is kept, and the versions that only it needed.
    [[nodiscard]] model::Result<void> forgetOldest(Head& head, const model::Commit& oldest);

private:
    [[nodiscard]] model::Result<void> writeChange(Head& head, const model::Change& change,
                                                  model::Revision revision);
    [[nodiscard]] model::Result<void> forgetVersions(Head& head, const model::RecordKey& key,
                                                     model::Revision base);
    [[nodiscard]] model::Result<std::vector<model::Commit>> readCommits(Statement& statement);

    Statement m_readHead, m_writeHead;
    Statement m_insertCommit, m_commitsAfter, m_commitsBefore, m_commitsOfDataset, m_readChain,
        m_deleteCommit;
    Statement m_readRecordDigest, m_putRecord, m_deleteRecord;
    Statement m_insertVersion, m_configurationPage, m_versionsUpTo, m_deleteVersion;
    Statement m_insertTouch, m_deleteTouch;
    Statement m_putOutcome, m_readOutcome, m_forgetOutcomes, m_anyOutcomeBefore;
};

// The error of a row that is not as it was written: names it.
[[nodiscard]] model::Error damageError(const std::string& what);
// `dataset 2f1c...`, for messages about rows.
[[nodiscard]] std::string describe(const model::RecordKey& key);

// Reads everything and compares it with its checksums. Returns the records at head.
[[nodiscard]] model::Result<std::vector<model::Record>> verifyTables(Database& database,
                                                                     const Head& head);

} // namespace drover::control::store
