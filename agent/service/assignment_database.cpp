#include "agent/service/assignment_database.h"

#include "agent/backend/support/file_ops.h"
#include "proto/model/crash_point.h"

#include <sodium.h>
#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include <fcntl.h>

namespace drover::agent::service {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr const char* kName = "assignments.sqlite";
constexpr const char* kOldName = "assignments";
constexpr std::size_t kOldLimit = std::size_t{256} << 20;

constexpr const char* kOpening = "PRAGMA locking_mode = EXCLUSIVE;"
                                 "PRAGMA journal_mode = WAL;"
                                 "PRAGMA synchronous = FULL;";
// The key is the copy's id and a byte that says whose assignment it is; the head's key is empty.
constexpr const char* kTable = "CREATE TABLE IF NOT EXISTS assignment ("
                               "key BLOB PRIMARY KEY, body BLOB NOT NULL, digest BLOB NOT NULL"
                               ") WITHOUT ROWID;";
constexpr const char* kPut = "INSERT OR REPLACE INTO assignment VALUES (?1, ?2, ?3)";
constexpr const char* kRemove = "DELETE FROM assignment WHERE key = ?1";
constexpr const char* kAll = "SELECT key, body, digest FROM assignment ORDER BY key";

std::string rowKey(const model::AssignmentKey& key)
{
    std::string bytes(key.copy.value.bytes.begin(), key.copy.value.bytes.end());
    bytes += static_cast<char>(key.clusterAgent ? 1 : 0);
    return bytes;
}

std::string digestOf(std::string_view key, std::string_view body)
{
    std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, digest.size());
    const auto add = [&](std::string_view bytes) {
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size());
    };
    add(key);
    add(body);
    crypto_generichash_final(&state, digest.data(), digest.size());
    return {digest.begin(), digest.end()};
}

// A prepared statement; an empty one where preparing failed.
class Statement
{
public:
    Statement(sqlite3* handle, const char* sql)
    {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(handle, sql, -1, &statement, nullptr);
        m_statement.reset(statement);
    }
    void bind(int index, std::string_view bytes)
    {
        // An empty view may have no address, which SQLite would take for NULL.
        sqlite3_bind_blob64(m_statement.get(), index, bytes.empty() ? "" : bytes.data(),
                            bytes.size(), SQLITE_TRANSIENT);
    }
    // SQLITE_ROW, SQLITE_DONE or an error.
    int step() { return m_statement ? sqlite3_step(m_statement.get()) : SQLITE_ERROR; }
    bool run()
    {
        const bool done = step() == SQLITE_DONE;
        if (m_statement)
            sqlite3_reset(m_statement.get());
        return done;
    }
    [[nodiscard]] std::string_view bytes(int column) const
    {
        const void* data = sqlite3_column_blob(m_statement.get(), column);
        const int size = sqlite3_column_bytes(m_statement.get(), column);
        return {static_cast<const char*>(data),
                data == nullptr ? 0 : static_cast<std::size_t>(size)};
    }

private:
    struct Finalizer
    {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalizer> m_statement;
};

Error damaged(const std::string& why)
{
    return {ErrorCode::Malformed,
            "the saved assignments are damaged: " + why,
            {},
            "move the file away; control sends them anew"};
}

// The same error about this file.
Error at(const std::filesystem::path& file, Error error)
{
    error.subject = "file " + file.string();
    return error;
}

} // namespace

void AssignmentDatabase::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

AssignmentDatabase::AssignmentDatabase(std::filesystem::path folder) : m_folder(std::move(folder))
{}

AssignmentDatabase::~AssignmentDatabase() = default;

Error AssignmentDatabase::error() const
{
    const int code = sqlite3_extended_errcode(m_handle.get());
    const int system = sqlite3_system_errno(m_handle.get());
    const std::string says = sqlite3_errmsg(m_handle.get());
    Error error{ErrorCode::Io, "the assignments' file failed: " + says, {}, {}};
    if (code == SQLITE_FULL ||
        ((code & 0xff) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT)))
        error = {ErrorCode::StoreFull, "the disk is full", {}, "free some space"};
    else if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
        error = damaged(says);
    return at(m_folder / kName, std::move(error));
}

Result<void> AssignmentDatabase::execute(const char* sql)
{
    if (sqlite3_exec(m_handle.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return error();
    return {};
}

Result<void> AssignmentDatabase::open()
{
    const auto folder = backend::openFolder(m_folder.string());
    if (!folder)
        return folder.error();
    // Made here, since SQLite would let others read it.
    if (const auto file = backend::openEntry(folder->get(), kName, O_RDWR | O_CREAT, 0600); !file)
        return file.error();
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(
        (m_folder / kName).c_str(), &handle,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    m_handle.reset(handle); // SQLite gives a handle with the error too
    Result<void> opened;
    if (code != SQLITE_OK)
        opened = error();
    if (opened)
        opened = execute(kOpening);
    if (opened)
        opened = execute(kTable);
    if (opened)
        opened = backend::syncFd(folder->get(), "folder " + m_folder.string());
    if (!opened)
        m_handle.reset();
    return opened;
}

Result<std::optional<codec::SavedAssignments>> AssignmentDatabase::load()
{
    m_inherited.reset();
    if (std::filesystem::exists(m_folder / kName)) {
        if (!m_handle)
            if (auto opened = open(); !opened)
                return opened.error();
        auto found = read();
        if (!found)
            return at(m_folder / kName, found.error());
        if (*found) {
            removeOldFile();
            return found;
        }
        // It was made, but the first save never ended.
    }
    auto old = readOldFile();
    if (!old)
        return at(m_folder / kOldName, old.error());
    m_inherited = *old;
    return old;
}

Result<std::optional<codec::SavedAssignments>> AssignmentDatabase::read()
{
    if (Statement check(m_handle.get(), "PRAGMA quick_check(1)");
        check.step() != SQLITE_ROW || check.bytes(0) != "ok")
        return damaged("it is not in order");
    std::optional<codec::SavedAssignments> saved;
    Statement all(m_handle.get(), kAll);
    int code = all.step();
    for (; code == SQLITE_ROW; code = all.step()) {
        const auto key = all.bytes(0);
        const auto body = all.bytes(1);
        if (all.bytes(2) != digestOf(key, body))
            return damaged("the digest of a row is not that of its content");
        if (key.empty()) {
            auto head = codec::decodeAssignments(body);
            if (!head)
                return head.error();
            saved = std::move(*head);
            continue;
        }
        auto assignment = codec::decodeAssignment(body);
        if (!assignment)
            return assignment.error();
        if (!saved || rowKey(keyOf(*assignment)) != key)
            return damaged("a row is not at its place");
        saved->assignments.push_back(std::move(*assignment));
    }
    if (code != SQLITE_DONE)
        return error();
    return saved;
}

Result<std::optional<codec::SavedAssignments>> AssignmentDatabase::readOldFile() const
{
    const auto folder = backend::openFolder(m_folder.string());
    if (!folder)
        return folder.error();
    const auto content = backend::readFile(folder->get(), kOldName, kOldLimit);
    if (!content && content.error().code == ErrorCode::NotFound)
        return std::optional<codec::SavedAssignments>();
    if (!content)
        return content.error();
    auto saved = codec::decodeAssignments(*content);
    if (!saved)
        return saved.error();
    return std::optional<codec::SavedAssignments>(std::move(*saved));
}

void AssignmentDatabase::removeOldFile() const
{
    // What stays is not read again while the database is there; the next start tries once more.
    if (const auto folder = backend::openFolder(m_folder.string()))
        static_cast<void>(backend::removeEntry(folder->get(), kOldName).ok());
}

Result<void> AssignmentDatabase::save(const Remembered& remembered,
                                      const core::AssignmentChanges& changes)
{
    DROVER_CRASH_POINT("agent.assignments.before");
    if (!m_handle)
        if (auto opened = open(); !opened)
            return opened;
    auto done = execute("BEGIN IMMEDIATE");
    if (done)
        done = write(remembered, changes);
    DROVER_CRASH_POINT("agent.assignments.written");
    if (done)
        done = execute("COMMIT");
    if (!done) {
        // Some errors have ended the transaction already.
        if (sqlite3_get_autocommit(m_handle.get()) == 0)
            static_cast<void>(execute("ROLLBACK").ok());
        return done;
    }
    DROVER_CRASH_POINT("agent.assignments.after");
    if (std::exchange(m_inherited, std::nullopt))
        removeOldFile();
    return {};
}

Result<void> AssignmentDatabase::write(const Remembered& remembered,
                                       const core::AssignmentChanges& changes)
{
    Statement put(m_handle.get(), kPut);
    const auto set = [&](const std::string& key, const std::string& body) {
        put.bind(1, key);
        put.bind(2, body);
        put.bind(3, digestOf(key, body));
        return put.run();
    };
    const codec::SavedAssignments head{
        remembered.cluster, remembered.history,      remembered.term, remembered.revision,
        /*assignments=*/{}, changes.clusterAgentFor, remembered.nonce};
    if (!set({}, codec::encodeAssignments(head)))
        return error();
    if (m_inherited)
        for (const auto& assignment : m_inherited->assignments)
            if (!set(rowKey(keyOf(assignment)), codec::encodeAssignment(assignment)))
                return error();
    Statement remove(m_handle.get(), kRemove);
    for (const auto& key : changes.unassign) {
        remove.bind(1, rowKey(key));
        if (!remove.run())
            return error();
    }
    for (const auto& [key, assignment] : changes.upserts)
        if (!set(rowKey(key), codec::encodeAssignment(assignment)))
            return error();
    return {};
}

} // namespace drover::agent::service
