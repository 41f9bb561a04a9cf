#include "control/store/sqlite_tables.h"

#include "control/store/store_rules.h"
#include "proto/codec/store_codec.h"

namespace drover::control::store {

using namespace model;

namespace {

Result<void> verifyPages(Database& database)
{
    auto found = database.text("PRAGMA quick_check(1)");
    if (!found)
        return found.error();
    if (*found != "ok")
        return damageError("its pages contradict each other: " + *found);
    return {};
}

Result<void> verifyCommits(Database& database, const Head& head)
{
    auto statement =
        database.prepare("SELECT revision, body, chain FROM commits ORDER BY revision");
    if (!statement)
        return statement.error();
    Revision expected = head.base + 1;
    Digest chain = head.baseChain;
    std::int64_t touches = 0;
    while (true) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            break;
        const Revision revision = statement->unsignedNumber(0);
        if (revision != expected)
            return damageError("commit " + std::to_string(expected) +
                               " is missing; the next one there is " + std::to_string(revision));
        const std::string body = statement->bytes(1);
        chain = chainAfter(chain, revision, body);
        if (chain != statement->bytes(2))
            return damageError("commit " + std::to_string(revision) +
                               " does not match its chained checksum");
        auto commit = codec::decodeCommit(body);
        if (!commit)
            return damageError("commit " + std::to_string(revision) +
                               " cannot be read: " + commit.error().message);
        if (commit->revision != revision)
            return damageError("commit " + std::to_string(revision) + " holds revision " +
                               std::to_string(commit->revision));
        touches += static_cast<std::int64_t>(touchedDatasets(*commit).size());
        ++expected;
    }
    if (expected != head.revision + 1)
        return damageError("commit " + std::to_string(expected) +
                           " is missing; the newest ought to be " + std::to_string(head.revision));
    if (chain != head.chain)
        return damageError("the newest commit, " + std::to_string(head.revision) +
                           ", is not the one at its head");
    auto rows = database.text("SELECT count(*) FROM touches");
    if (!rows)
        return rows.error();
    if (touches != head.touches || *rows != std::to_string(touches))
        return damageError("table touches has " + *rows + " rows where " + std::to_string(touches) +
                           " are due");
    return {};
}

RecordKey keyColumns(const Statement& statement)
{
    return RecordKey{static_cast<RecordKind>(statement.number(0)), statement.bytes(1)};
}

Result<void> checkSum(const char* table, const RowSum& found, const RowSum& expected)
{
    if (found.count() != expected.count())
        return damageError(std::string{"table "} + table + " has " + std::to_string(found.count()) +
                           " rows where " + std::to_string(expected.count()) + " were written");
    if (found != expected)
        return damageError(std::string{"table "} + table +
                           " holds rows of another time than its head");
    return {};
}

Result<std::vector<Record>> verifyRecords(Database& database, const Head& head)
{
    auto statement =
        database.prepare("SELECT kind, id, body, digest FROM records ORDER BY kind, id");
    if (!statement)
        return statement.error();
    std::vector<Record> records;
    RowSum sum;
    while (true) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            break;
        const RecordKey key = keyColumns(*statement);
        const std::string body = statement->bytes(2);
        const Digest digest = recordDigest(key, body);
        if (digest != statement->bytes(3))
            return damageError("record " + describe(key) + " does not match its checksum");
        auto record = codec::decodeRecord(body);
        if (!record)
            return damageError("record " + describe(key) +
                               " cannot be read: " + record.error().message);
        if (keyOf(*record) != key)
            return damageError("record " + describe(key) + " holds another one, " +
                               describe(keyOf(*record)));
        sum.add(digest);
        records.push_back(std::move(*record));
    }
    if (auto same = checkSum("records", sum, head.records); !same)
        return same.error();
    return records;
}

Result<void> verifyVersions(Database& database, const Head& head)
{
    auto statement = database.prepare(
        "SELECT kind, id, body, digest, revision FROM versions ORDER BY kind, id, revision");
    if (!statement)
        return statement.error();
    RowSum sum;
    while (true) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            break;
        const RecordKey key = keyColumns(*statement);
        const Revision revision = statement->unsignedNumber(4);
        const std::string body = statement->bytes(2);
        const Digest digest = versionDigest(
            key, revision,
            statement->isNull(2) ? std::nullopt : std::optional<std::string_view>{body});
        if (digest != statement->bytes(3))
            return damageError("version " + std::to_string(revision) + " of " + describe(key) +
                               " does not match its checksum");
        sum.add(digest);
    }
    return checkSum("versions", sum, head.versions);
}

Result<void> verifyOutcomes(Database& database)
{
    auto statement =
        database.prepare("SELECT user, request_id, body_digest, reply, at, digest FROM outcomes");
    if (!statement)
        return statement.error();
    while (true) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            return {};
        const std::string user = statement->bytes(0);
        const std::string requestId = statement->bytes(1);
        if (outcomeDigest(user, requestId, statement->bytes(2), statement->bytes(3),
                          statement->number(4)) != statement->bytes(5))
            return damageError("the outcome of request " + requestId + " of " + user +
                               " does not match its checksum");
    }
}

} // namespace

Result<std::vector<Record>> verifyTables(Database& database, const Head& head)
{
    if (auto ok = verifyPages(database); !ok)
        return ok.error();
    if (auto ok = verifyCommits(database, head); !ok)
        return ok.error();
    if (auto ok = verifyVersions(database, head); !ok)
        return ok.error();
    if (auto ok = verifyOutcomes(database); !ok)
        return ok.error();
    return verifyRecords(database, head);
}

} // namespace drover::control::store
