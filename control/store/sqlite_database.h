#pragma once

// The little of SQLite that the store needs, with owners and error values. One thread.

#include "proto/model/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace drover::control::store {

// A prepared statement. Parameters are numbered from 1, columns from 0.
class Statement
{
public:
    Statement() = default;
    explicit Statement(sqlite3_stmt* statement) : m_statement(statement) {}

    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, std::uint64_t value)
    {
        return bind(index, static_cast<std::int64_t>(value));
    }
    // As a blob, copied.
    Statement& bind(int index, std::string_view bytes);
    Statement& bindNull(int index);

    // True when there is a row. After false or an error the statement is ready to be bound again.
    [[nodiscard]] model::Result<bool> step();
    // Runs a statement that gives no rows.
    [[nodiscard]] model::Result<void> run();
    // Makes it ready to be bound again before all rows were read.
    void reset();

    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::uint64_t unsignedNumber(int column) const
    {
        return static_cast<std::uint64_t>(number(column));
    }
    [[nodiscard]] std::string bytes(int column) const;
    [[nodiscard]] bool isNull(int column) const;

private:
    struct Finalizer
    {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalizer> m_statement;
};

class Database
{
public:
    Database() = default;
    // Opens a file that exists; with `create` makes it when it does not.
    [[nodiscard]] static model::Result<Database> open(const std::filesystem::path& file,
                                                      bool create);

    [[nodiscard]] model::Result<void> execute(const char* sql);
    [[nodiscard]] model::Result<Statement> prepare(std::string_view sql);
    // The first column of the first row of a query that has one.
    [[nodiscard]] model::Result<std::string> text(std::string_view sql);
    [[nodiscard]] bool inTransaction() const;
    [[nodiscard]] bool isOpen() const { return m_handle != nullptr; }

private:
    struct Closer
    {
        void operator()(sqlite3* handle) const;
    };
    std::unique_ptr<sqlite3, Closer> m_handle;
};

// The error that SQLite has just met: StoreFull for a full disk or quota, InUse for a second
// opener, Io otherwise.
[[nodiscard]] model::Error sqliteError(sqlite3* handle);

} // namespace drover::control::store
