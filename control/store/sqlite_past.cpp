#include "control/store/sqlite_past.h"

#include "control/store/integrity.h"
#include "control/store/sqlite_tables.h"

#include <algorithm>

namespace drover::control::store {

using namespace model;

namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE terms (term INTEGER PRIMARY KEY, nonce BLOB NOT NULL, first INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;
CREATE TABLE safe_mode (
    one INTEGER PRIMARY KEY CHECK (one = 1), reason BLOB NOT NULL, since INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;
)sql";

std::string_view view(const Uuid& id)
{
    return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

Digest digestOf(const core::TermStart& start)
{
    return fieldsDigest(
        "term", {std::to_string(start.term), view(start.nonce), std::to_string(start.first)});
}

Digest digestOf(const std::string& reason, std::int64_t since)
{
    return fieldsDigest("safe mode", {reason, std::to_string(since)});
}

} // namespace

Result<void> createPastTables(Database& database) { return database.execute(kSchema); }

Result<PastTables> PastTables::prepare(Database& database)
{
    PastTables tables;
    const std::pair<Statement*, const char*> statements[] = {
        {&tables.m_putTerm,
         "INSERT INTO terms (term, nonce, first, digest) VALUES (?1, ?2, ?3, ?4)"},
        {&tables.m_readTerms, "SELECT term, nonce, first, digest FROM terms ORDER BY term"},
        {&tables.m_putSafeMode,
         "INSERT OR IGNORE INTO safe_mode (one, reason, since, digest) VALUES (1, ?1, ?2, ?3)"},
        {&tables.m_readSafeMode, "SELECT reason, since, digest FROM safe_mode WHERE one = 1"},
        {&tables.m_removeSafeMode, "DELETE FROM safe_mode"},
    };
    for (const auto& [statement, sql] : statements) {
        auto prepared = database.prepare(sql);
        if (!prepared)
            return prepared.error();
        *statement = std::move(*prepared);
    }
    return tables;
}

Result<void> PastTables::writeTerm(const core::TermStart& start)
{
    m_putTerm.bind(1, start.term)
        .bind(2, view(start.nonce))
        .bind(3, start.first)
        .bind(4, digestOf(start));
    return m_putTerm.run();
}

Result<core::Lineage> PastTables::readTerms()
{
    core::Lineage lineage;
    while (true) {
        auto row = m_readTerms.step();
        if (!row)
            return row.error();
        if (!*row)
            return lineage;
        core::TermStart start;
        start.term = m_readTerms.unsignedNumber(0);
        const std::string nonce = m_readTerms.bytes(1);
        start.first = m_readTerms.unsignedNumber(2);
        if (nonce.size() == start.nonce.bytes.size())
            std::copy(nonce.begin(), nonce.end(), start.nonce.bytes.begin());
        if (digestOf(start) != m_readTerms.bytes(3)) {
            m_readTerms.reset();
            return damageError("term " + std::to_string(start.term) +
                               " does not match its checksum");
        }
        lineage.push_back(start);
    }
}

Result<void> PastTables::writeSafeMode(const SafeModeMark& mark)
{
    const std::int64_t since = mark.since.time_since_epoch().count();
    m_putSafeMode.bind(1, std::string_view{mark.reason})
        .bind(2, since)
        .bind(3, digestOf(mark.reason, since));
    return m_putSafeMode.run();
}

Result<std::optional<SafeModeMark>> PastTables::readSafeMode()
{
    auto row = m_readSafeMode.step();
    if (!row)
        return row.error();
    if (!*row)
        return std::optional<SafeModeMark>{};
    SafeModeMark mark;
    mark.reason = m_readSafeMode.bytes(0);
    const std::int64_t since = m_readSafeMode.number(1);
    mark.since = TimePoint{Duration{since}};
    const Digest digest = m_readSafeMode.bytes(2);
    m_readSafeMode.reset();
    if (digestOf(mark.reason, since) != digest)
        return damageError("its mark of safe mode does not match its checksum");
    return std::optional{std::move(mark)};
}

Result<void> PastTables::removeSafeMode() { return m_removeSafeMode.run(); }

} // namespace drover::control::store
