#include "control/store/sqlite_database.h"

#include "control/store/store_rules.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace drover::control::store {

using namespace model;

namespace {

// SQLite calls only ENOSPC a full disk; a quota and a limit on file sizes are the same to us:
// nothing was written, room may come back.
bool meansNoRoom(int systemError)
{
    return systemError == ENOSPC || systemError == EDQUOT || systemError == EFBIG;
}

// The errno of the last failed write to the log. sqlite3_system_errno() does not know it when
// COMMIT fails (3.40).
int lastErrnoOfLog(sqlite3* handle)
{
    sqlite3_file* log = nullptr;
    int systemError = 0;
    if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK ||
        log == nullptr || log->pMethods == nullptr)
        return 0;
    if (log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &systemError) != SQLITE_OK)
        return 0;
    return systemError;
}

} // namespace

Error sqliteError(sqlite3* handle)
{
    const int code = sqlite3_extended_errcode(handle);
    int systemError = code == SQLITE_IOERR_WRITE ? lastErrnoOfLog(handle) : 0;
    if (systemError == 0)
        systemError = sqlite3_system_errno(handle);
    if (code == SQLITE_FULL || (code == SQLITE_IOERR_WRITE && meansNoRoom(systemError)))
        return fullError();
    std::string message = sqlite3_errmsg(handle);
    if (systemError != 0 && (code & 0xff) == SQLITE_IOERR)
        message += std::string{": "} + std::strerror(systemError);
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return Error{ErrorCode::InUse, "another process has the store open", "store",
                     "stop the other drover-control first"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return Error{ErrorCode::Io, "the store is damaged: " + message, "store",
                     "bring back the store from a backup"};
    default:
        return Error{ErrorCode::Io, "the store failed: " + message, "store", {}};
    }
}

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const
{
    sqlite3_finalize(statement);
}

Statement& Statement::bind(int index, std::int64_t value)
{
    sqlite3_bind_int64(m_statement.get(), index, value);
    return *this;
}

Statement& Statement::bind(int index, std::string_view bytes)
{
    // An empty view may have no address, which SQLite would take for NULL.
    sqlite3_bind_blob64(m_statement.get(), index, bytes.empty() ? "" : bytes.data(), bytes.size(),
                        SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bindNull(int index)
{
    sqlite3_bind_null(m_statement.get(), index);
    return *this;
}

Result<bool> Statement::step()
{
    const int code = sqlite3_step(m_statement.get());
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    Error error = sqliteError(sqlite3_db_handle(m_statement.get()));
    reset();
    return error;
}

Result<void> Statement::run()
{
    auto row = step();
    if (!row)
        return row.error();
    reset();
    return {};
}

void Statement::reset()
{
    sqlite3_reset(m_statement.get());
    sqlite3_clear_bindings(m_statement.get());
}

std::int64_t Statement::number(int column) const
{
    return sqlite3_column_int64(m_statement.get(), column);
}

std::string Statement::bytes(int column) const
{
    const void* data = sqlite3_column_blob(m_statement.get(), column);
    const int size = sqlite3_column_bytes(m_statement.get(), column);
    if (data == nullptr || size <= 0)
        return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL;
}

void Database::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Result<Database> Database::open(const std::filesystem::path& file, bool create)
{
    sqlite3* handle = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (create ? SQLITE_OPEN_CREATE : 0);
    const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    Database database;
    database.m_handle.reset(handle); // SQLite gives a handle with the error too
    if (code != SQLITE_OK)
        return sqliteError(handle);
    return database;
}

Result<void> Database::execute(const char* sql)
{
    if (sqlite3_exec(m_handle.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return sqliteError(m_handle.get());
    return {};
}

Result<Statement> Database::prepare(std::string_view sql)
{
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(m_handle.get(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
        return sqliteError(m_handle.get());
    return Statement{statement};
}

Result<std::string> Database::text(std::string_view sql)
{
    auto statement = prepare(sql);
    if (!statement)
        return statement.error();
    auto row = statement->step();
    if (!row)
        return row.error();
    return *row ? statement->bytes(0) : std::string{};
}

bool Database::inTransaction() const { return sqlite3_get_autocommit(m_handle.get()) == 0; }

} // namespace drover::control::store
