#pragma once

// Errors as values. Every operation that can be refused returns Result<T>; nothing in core or model
// throws.

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace drover::model {

// Append-only: the numbers are on the wire, in stored outcomes and in exit classes.
enum class ErrorCode : std::uint32_t {
    Internal = 1,           // a bug; the message says where
    InvalidArgument = 2,    // the input is wrong, whatever the state
    NotFound = 3,           // no such object
    AlreadyExists = 4,      // the name or id is taken
    PreconditionFailed = 5, // an object is not at the mod_revision that the client stated
    PlanChanged = 6,        // the recomputed plan is not the expected one
    // the object's state does not allow it (deleted, moving, not deleted, ...)
    FailedState = 7,
    InUse = 8,               // leases or copies stand against it; the message names the holders
    Unsupported = 9,         // the pool, backend or version cannot do it
    NoPlacement = 10,        // no node satisfies the constraints; the message says why for each
    PermissionDenied = 11,   // the role may not use the verb
    Unauthenticated = 12,    // no accepted key
    UnknownFields = 13,      // a write with fields that this control does not know
    UnsupportedVersion = 14, // protocol version
    Malformed = 15,          // not decodable
    TooLarge = 16,           // over a limit of size or count
    DuplicateRequest = 17,   // the request id was used with another body
    DeadlineExceeded = 18,   // the deadline passed before it was executed; it was not executed
    StoreFull = 19,          // the disk under the store is full; nothing was changed
    SafeMode = 20,           // control found itself behind; reads only until a person recovers it
    // not now (starting, no connection); the same request may succeed later
    Unavailable = 21,
    Compacted = 22,     // the asked-for past is not kept any more
    StaleSession = 23,  // of another session or a lower term
    DuplicateNode = 24, // a live session of the same node exists
    Timeout = 25,       // client side: no answer, or not converged, in time
    Conflict = 26,      // two copies or claims contradict; a person has to choose
    Io = 27             // the operating system refused; the message has its words
};

[[nodiscard]] const char* toString(ErrorCode code); // e.g. "NOT_FOUND"

struct Error
{
    ErrorCode code = ErrorCode::Internal;
    std::string message; // what went wrong, with the values; no trailing period
    std::string subject; // which object, e.g. `dataset web-1`; may be empty
    std::string hint;    // what to do next, if anything; often a command
    auto operator<=>(const Error&) const = default;
};

// `dataset web: held by jenkins`; the object only once, where the message names it already.
[[nodiscard]] std::string sentenceOf(const Error& error);

// A T or an Error. Reading the wrong one is a bug and ends the program.
template <class T>
class [[nodiscard]] Result
{
public:
    using Value = T;
    // NOLINT: implicit on purpose
    Result(T value) : m_value(std::in_place_index<0>, std::move(value)) {}
    // NOLINT: implicit on purpose
    Result(Error error) : m_value(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return m_value.index() == 0; }
    explicit operator bool() const { return ok(); }
    [[nodiscard]] const T& operator*() const& { return value(); }
    [[nodiscard]] T& operator*() & { return value(); }
    [[nodiscard]] T&& operator*() && { return std::move(value()); }
    [[nodiscard]] const T* operator->() const { return &value(); }
    [[nodiscard]] T* operator->() { return &value(); }
    [[nodiscard]] const T& value() const { return std::get<0>(m_value); }
    [[nodiscard]] T& value() { return std::get<0>(m_value); }
    [[nodiscard]] const Error& error() const { return std::get<1>(m_value); }

private:
    std::variant<T, Error> m_value;
};

template <>
class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {} // NOLINT: implicit on purpose

    [[nodiscard]] bool ok() const { return !m_error.has_value(); }
    explicit operator bool() const { return ok(); }
    [[nodiscard]] const Error& error() const
    {
        assert(m_error);
        return *m_error;
    }

private:
    std::optional<Error> m_error;
};

// What the command line's exit status says about an outcome.
enum class ExitClass : int { Ok = 0, Usage = 1, Refused = 2, Unreachable = 3, TimedOut = 4 };
[[nodiscard]] ExitClass exitClass(ErrorCode code);

} // namespace drover::model
