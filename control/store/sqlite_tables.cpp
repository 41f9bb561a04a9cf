#include "control/store/sqlite_tables.h"

#include "control/store/sqlite_past.h"
#include "control/store/store_rules.h"
#include "proto/codec/store_codec.h"

#include <algorithm>

namespace drover::control::store {

using namespace model;

namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL, term INTEGER NOT NULL, chain BLOB NOT NULL,
    base INTEGER NOT NULL, base_chain BLOB NOT NULL,
    records INTEGER NOT NULL, records_sum BLOB NOT NULL,
    versions INTEGER NOT NULL, versions_sum BLOB NOT NULL,
    touches INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;
CREATE TABLE commits (revision INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
CREATE TABLE records (
    kind INTEGER NOT NULL, id BLOB NOT NULL, body BLOB NOT NULL, digest BLOB NOT NULL,
    PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
CREATE TABLE versions (
    kind INTEGER NOT NULL, id BLOB NOT NULL, revision INTEGER NOT NULL, body BLOB, digest BLOB NOT NULL,
    PRIMARY KEY (kind, id, revision)) STRICT, WITHOUT ROWID;
CREATE TABLE touches (dataset BLOB NOT NULL, revision INTEGER NOT NULL, PRIMARY KEY (dataset, revision)) STRICT, WITHOUT ROWID;
CREATE TABLE outcomes (
    user BLOB NOT NULL, request_id BLOB NOT NULL, body_digest BLOB NOT NULL, reply BLOB NOT NULL, at INTEGER NOT NULL,
    digest BLOB NOT NULL, PRIMARY KEY (user, request_id)) STRICT, WITHOUT ROWID;
CREATE INDEX outcomes_by_time ON outcomes (at);
)sql";

std::int64_t milliseconds(TimePoint time) { return time.time_since_epoch().count(); }
TimePoint timePoint(std::int64_t milliseconds) { return TimePoint{Duration{milliseconds}}; }

std::string_view view(const Uuid& id)
{
    return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

Digest headDigest(const Head& head)
{
    return fieldsDigest("head", {std::to_string(head.revision), std::to_string(head.term),
                                 head.chain, std::to_string(head.base), head.baseChain,
                                 std::to_string(head.records.count()), head.records.bytes(),
                                 std::to_string(head.versions.count()), head.versions.bytes(),
                                 std::to_string(head.touches)});
}

// Version 2 came with the terms and safe mode. Of the terms before it nothing is known but that they
// were.
Result<void> addPast(Database& database)
{
    const auto steps = [&]() -> Result<void> {
        if (auto done = database.execute("BEGIN IMMEDIATE"); !done)
            return done;
        if (auto done = createPastTables(database); !done)
            return done;
        return database.execute("PRAGMA user_version = 2; COMMIT;");
    };
    auto done = steps();
    if (!done && database.inTransaction())
        static_cast<void>(database.execute("ROLLBACK")); // the first error is what counts
    return done;
}

} // namespace

Error damageError(const std::string& what)
{
    return Error{ErrorCode::Io, "the store is damaged: " + what, "store",
                 "keep the damaged files, and bring back the newest intact copy of the store; "
                 "nothing is decided until then"};
}

std::string describe(const RecordKey& key)
{
    std::string text = toString(key.kind);
    if (key.id.size() == Uuid{}.bytes.size()) {
        Uuid id;
        std::copy(key.id.begin(), key.id.end(), id.bytes.begin());
        text += ' ' + id.toString();
    } else if (!key.id.empty()) {
        text += ' ' + key.id;
    }
    return text;
}

Result<void> createTables(Database& database)
{
    if (auto done = database.execute(kSchema); !done)
        return done;
    if (auto done = createPastTables(database); !done)
        return done;
    const std::string identity = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                                 "; PRAGMA user_version = " + std::to_string(kSchemaVersion) + ";";
    return database.execute(identity.c_str());
}

Result<void> migrateTables(Database& database)
{
    auto text = database.text("PRAGMA user_version");
    if (!text)
        return text.error();
    // SQLite gives a number as text of digits; it wrote it itself.
    const std::int64_t version = std::strtoll(text->c_str(), nullptr, 10);
    if (version > kSchemaVersion)
        return Error{ErrorCode::UnsupportedVersion,
                     "the store has schema version " + *text + "; this program knows up to " +
                         std::to_string(kSchemaVersion),
                     "store", "start the drover-control that last had it, or a newer one"};
    // The first version has none before it.
    if (version < 1)
        return damageError("schema version " + *text);
    if (version == 1)
        return addPast(database);
    return {};
}

Result<Tables> Tables::prepare(Database& database)
{
    Tables tables;
    const std::pair<Statement*, const char*> statements[] = {
        {&tables.m_readHead, "SELECT revision, term, chain, base, base_chain, records, "
                             "records_sum, versions, versions_sum, touches, digest "
                             "FROM head WHERE one = 1"},
        {&tables.m_writeHead,
         "INSERT OR REPLACE INTO head VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"},
        {&tables.m_insertCommit,
         "INSERT INTO commits (revision, at, body, chain) VALUES (?1, ?2, ?3, ?4)"},
        {&tables.m_commitsAfter,
         "SELECT revision, body FROM commits WHERE revision > ?1 ORDER BY revision LIMIT ?2"},
        {&tables.m_commitsBefore,
         "SELECT revision, body FROM commits WHERE revision < ?1 ORDER BY revision DESC LIMIT ?2"},
        {&tables.m_commitsOfDataset,
         "SELECT c.revision, c.body FROM touches t JOIN commits c ON c.revision = t.revision "
         "WHERE t.dataset = ?3 AND t.revision < ?1 ORDER BY t.revision DESC LIMIT ?2"},
        {&tables.m_readChain, "SELECT chain FROM commits WHERE revision = ?1"},
        {&tables.m_deleteCommit, "DELETE FROM commits WHERE revision = ?1"},
        {&tables.m_readRecordDigest, "SELECT digest FROM records WHERE kind = ?1 AND id = ?2"},
        {&tables.m_putRecord,
         "INSERT OR REPLACE INTO records (kind, id, body, digest) VALUES (?1, ?2, ?3, ?4)"},
        {&tables.m_deleteRecord, "DELETE FROM records WHERE kind = ?1 AND id = ?2"},
        {&tables.m_insertVersion, "INSERT OR REPLACE INTO versions (kind, id, revision, body, "
                                  "digest) VALUES (?1, ?2, ?3, ?4, ?5)"},
        // SQLite defines a bare column beside max() to come from the row of the maximum.
        {&tables.m_configurationPage,
         "SELECT kind, id, max(revision), body FROM versions WHERE (kind, id) > (?1, ?2) "
         "AND revision <= ?3 GROUP BY kind, id HAVING body IS NOT NULL ORDER BY kind, id LIMIT ?4"},
        {&tables.m_versionsUpTo, "SELECT revision, body IS NULL, digest FROM versions WHERE kind = "
                                 "?1 AND id = ?2 AND revision <= ?3 "
                                 "ORDER BY revision DESC"},
        {&tables.m_deleteVersion,
         "DELETE FROM versions WHERE kind = ?1 AND id = ?2 AND revision = ?3"},
        {&tables.m_insertTouch, "INSERT INTO touches (dataset, revision) VALUES (?1, ?2)"},
        {&tables.m_deleteTouch, "DELETE FROM touches WHERE dataset = ?1 AND revision = ?2"},
        {&tables.m_putOutcome,
         "INSERT OR REPLACE INTO outcomes (user, request_id, body_digest, reply, at, digest) "
         "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
        {&tables.m_readOutcome,
         "SELECT body_digest, reply, at, digest FROM outcomes WHERE user = ?1 AND request_id = ?2"},
        {&tables.m_forgetOutcomes,
         "DELETE FROM outcomes WHERE (user, request_id) IN "
         "(SELECT user, request_id FROM outcomes WHERE at < ?1 ORDER BY at LIMIT ?2)"},
        {&tables.m_anyOutcomeBefore, "SELECT 1 FROM outcomes WHERE at < ?1 LIMIT 1"},
    };
    for (const auto& [statement, sql] : statements) {
        auto prepared = database.prepare(sql);
        if (!prepared)
            return prepared.error();
        *statement = std::move(*prepared);
    }
    return tables;
}

Result<Head> Tables::readHead()
{
    auto row = m_readHead.step();
    if (!row)
        return row.error();
    if (!*row)
        return damageError("its head is missing");
    Head head;
    head.revision = m_readHead.unsignedNumber(0);
    head.term = m_readHead.unsignedNumber(1);
    head.chain = m_readHead.bytes(2);
    head.base = m_readHead.unsignedNumber(3);
    head.baseChain = m_readHead.bytes(4);
    const auto records = RowSum::parse(m_readHead.number(5), m_readHead.bytes(6));
    const auto versions = RowSum::parse(m_readHead.number(7), m_readHead.bytes(8));
    head.touches = m_readHead.number(9);
    const Digest digest = m_readHead.bytes(10);
    m_readHead.reset();
    if (!records || !versions)
        return damageError("its head does not match its checksum");
    head.records = *records;
    head.versions = *versions;
    if (headDigest(head) != digest)
        return damageError("its head does not match its checksum");
    return head;
}

Result<void> Tables::writeHead(const Head& head)
{
    m_writeHead.bind(1, head.revision)
        .bind(2, head.term)
        .bind(3, head.chain)
        .bind(4, head.base)
        .bind(5, head.baseChain);
    m_writeHead.bind(6, head.records.count()).bind(7, head.records.bytes());
    m_writeHead.bind(8, head.versions.count()).bind(9, head.versions.bytes());
    m_writeHead.bind(10, head.touches).bind(11, headDigest(head));
    return m_writeHead.run();
}

Result<void> Tables::writeCommit(Head& head, const Commit& commit)
{
    const std::string body = codec::encodeCommit(commit);
    head.chain = chainAfter(head.chain, commit.revision, body);
    head.revision = commit.revision;
    head.term = commit.term;
    m_insertCommit.bind(1, commit.revision)
        .bind(2, milliseconds(commit.at))
        .bind(3, body)
        .bind(4, head.chain);
    if (auto done = m_insertCommit.run(); !done)
        return done;
    for (const DatasetId& dataset : touchedDatasets(commit)) {
        m_insertTouch.bind(1, view(dataset.value)).bind(2, commit.revision);
        if (auto done = m_insertTouch.run(); !done)
            return done;
        ++head.touches;
    }
    for (const Change& change : commit.changes)
        if (auto done = writeChange(head, change, commit.revision); !done)
            return done;
    return {};
}

Result<void> Tables::writeChange(Head& head, const Change& change, Revision revision)
{
    const RecordKey key = keyOf(change);
    const auto kind = static_cast<std::int64_t>(key.kind);
    m_readRecordDigest.bind(1, kind).bind(2, key.id);
    auto present = m_readRecordDigest.step();
    if (!present)
        return present.error();
    if (*present)
        head.records.remove(m_readRecordDigest.bytes(0));
    m_readRecordDigest.reset();

    const auto* put = std::get_if<RecordPut>(&change);
    std::string body;
    if (put != nullptr) {
        body = codec::encodeRecord(put->record);
        const Digest digest = recordDigest(key, body);
        m_putRecord.bind(1, kind).bind(2, key.id).bind(3, body).bind(4, digest);
        if (auto done = m_putRecord.run(); !done)
            return done;
        head.records.add(digest);
    } else {
        m_deleteRecord.bind(1, kind).bind(2, key.id);
        if (auto done = m_deleteRecord.run(); !done)
            return done;
    }
    if (!isConfiguration(key.kind))
        return {};

    // One commit may change a record twice; only its last value is a version.
    m_versionsUpTo.bind(1, kind).bind(2, key.id).bind(3, revision);
    auto version = m_versionsUpTo.step();
    if (!version)
        return version.error();
    if (*version && m_versionsUpTo.unsignedNumber(0) == revision)
        head.versions.remove(m_versionsUpTo.bytes(2));
    m_versionsUpTo.reset();
    const Digest digest = versionDigest(
        key, revision, put != nullptr ? std::optional<std::string_view>{body} : std::nullopt);
    m_insertVersion.bind(1, kind).bind(2, key.id).bind(3, revision).bind(5, digest);
    if (put != nullptr)
        m_insertVersion.bind(4, body);
    else
        m_insertVersion.bindNull(4);
    if (auto done = m_insertVersion.run(); !done)
        return done;
    head.versions.add(digest);
    return {};
}

Result<void> Tables::writeOutcome(const Outcome& outcome)
{
    const std::int64_t at = milliseconds(outcome.at);
    m_putOutcome.bind(1, outcome.user)
        .bind(2, outcome.requestId)
        .bind(3, outcome.bodyDigest)
        .bind(4, outcome.reply)
        .bind(5, at);
    m_putOutcome.bind(
        6, outcomeDigest(outcome.user, outcome.requestId, outcome.bodyDigest, outcome.reply, at));
    return m_putOutcome.run();
}

Result<std::optional<Outcome>> Tables::readOutcome(std::string_view user,
                                                   std::string_view requestId)
{
    m_readOutcome.bind(1, user).bind(2, requestId);
    auto row = m_readOutcome.step();
    if (!row)
        return row.error();
    if (!*row)
        return std::optional<Outcome>{};
    Outcome outcome{std::string{user}, std::string{requestId}, m_readOutcome.bytes(0),
                    m_readOutcome.bytes(1), timePoint(m_readOutcome.number(2))};
    const Digest digest = m_readOutcome.bytes(3);
    m_readOutcome.reset();
    if (outcomeDigest(outcome.user, outcome.requestId, outcome.bodyDigest, outcome.reply,
                      milliseconds(outcome.at)) != digest)
        return damageError("the outcome of request " + outcome.requestId + " of " + outcome.user +
                           " does not match its checksum");
    return std::optional{std::move(outcome)};
}

Result<bool> Tables::forgetOutcomes(TimePoint before, std::uint32_t limit)
{
    m_forgetOutcomes.bind(1, milliseconds(before)).bind(2, std::int64_t{limit});
    if (auto done = m_forgetOutcomes.run(); !done)
        return done.error();
    m_anyOutcomeBefore.bind(1, milliseconds(before));
    auto more = m_anyOutcomeBefore.step();
    m_anyOutcomeBefore.reset();
    return more;
}

Result<std::vector<Commit>> Tables::readCommits(Statement& statement)
{
    std::vector<Commit> commits;
    while (true) {
        auto row = statement.step();
        if (!row)
            return row.error();
        if (!*row)
            return commits;
        auto commit = codec::decodeCommit(statement.bytes(1));
        if (!commit) {
            Error error = damageError("commit " + std::to_string(statement.unsignedNumber(0)) +
                                      ": " + commit.error().message);
            statement.reset();
            return error;
        }
        commits.push_back(std::move(*commit));
    }
}

Result<std::vector<Commit>> Tables::commitsAfter(Revision after, std::uint32_t limit)
{
    m_commitsAfter.bind(1, after).bind(2, std::int64_t{limit});
    return readCommits(m_commitsAfter);
}

Result<std::vector<Commit>> Tables::commitsBefore(Revision before, std::uint32_t limit,
                                                  const std::optional<DatasetId>& dataset)
{
    Statement& statement = dataset ? m_commitsOfDataset : m_commitsBefore;
    statement.bind(1, before).bind(2, std::int64_t{limit});
    if (dataset)
        statement.bind(3, view(dataset->value));
    return readCommits(statement);
}

Result<std::vector<Record>> Tables::configurationPage(Revision revision,
                                                      const std::optional<RecordKey>& after,
                                                      std::uint32_t limit)
{
    std::vector<Record> records;
    const RecordKey key = after.value_or(RecordKey{RecordKind{0}, {}});
    m_configurationPage.bind(1, static_cast<std::int64_t>(key.kind))
        .bind(2, std::string_view{key.id})
        .bind(3, revision)
        .bind(4, std::int64_t{limit});
    while (true) {
        auto row = m_configurationPage.step();
        if (!row)
            return row.error();
        if (!*row)
            return records;
        auto record = codec::decodeRecord(m_configurationPage.bytes(3));
        if (!record) {
            m_configurationPage.reset();
            return damageError("a version of the configuration: " + record.error().message);
        }
        records.push_back(std::move(*record));
    }
}

Result<void> Tables::forgetOldest(Head& head, const Commit& oldest)
{
    m_readChain.bind(1, oldest.revision);
    auto row = m_readChain.step();
    if (!row)
        return row.error();
    if (!*row)
        return damageError("commit " + std::to_string(oldest.revision) + " is missing");
    head.baseChain = m_readChain.bytes(0);
    m_readChain.reset();
    head.base = oldest.revision;
    m_deleteCommit.bind(1, oldest.revision);
    if (auto done = m_deleteCommit.run(); !done)
        return done;
    for (const DatasetId& dataset : touchedDatasets(oldest)) {
        m_deleteTouch.bind(1, view(dataset.value)).bind(2, oldest.revision);
        if (auto done = m_deleteTouch.run(); !done)
            return done;
        --head.touches;
    }
    // Only the records that this commit changed can have versions that are not needed any more.
    for (const Change& change : oldest.changes) {
        const RecordKey key = keyOf(change);
        if (!isConfiguration(key.kind))
            continue;
        if (auto done = forgetVersions(head, key, oldest.revision); !done)
            return done;
    }
    return {};
}

Result<void> Tables::forgetVersions(Head& head, const RecordKey& key, Revision base)
{
    const auto kind = static_cast<std::int64_t>(key.kind);
    std::vector<std::pair<Revision, Digest>> unneeded;
    m_versionsUpTo.bind(1, kind).bind(2, key.id).bind(3, base);
    for (bool newest = true;; newest = false) {
        auto row = m_versionsUpTo.step();
        if (!row)
            return row.error();
        if (!*row)
            break;
        const bool removal = m_versionsUpTo.number(1) != 0;
        if (!newest || removal)
            unneeded.emplace_back(m_versionsUpTo.unsignedNumber(0), m_versionsUpTo.bytes(2));
    }
    for (const auto& [revision, digest] : unneeded) {
        m_deleteVersion.bind(1, kind).bind(2, key.id).bind(3, revision);
        if (auto done = m_deleteVersion.run(); !done)
            return done;
        head.versions.remove(digest);
    }
    return {};
}

} // namespace drover::control::store
