#include "proto/model/result.h"

namespace drover::model {

const char* toString(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Internal:
        return "INTERNAL";
    case ErrorCode::InvalidArgument:
        return "INVALID_ARGUMENT";
    case ErrorCode::NotFound:
        return "NOT_FOUND";
    case ErrorCode::AlreadyExists:
        return "ALREADY_EXISTS";
    case ErrorCode::PreconditionFailed:
        return "PRECONDITION_FAILED";
    case ErrorCode::PlanChanged:
        return "PLAN_CHANGED";
    case ErrorCode::FailedState:
        return "FAILED_STATE";
    case ErrorCode::InUse:
        return "IN_USE";
    case ErrorCode::Unsupported:
        return "UNSUPPORTED";
    case ErrorCode::NoPlacement:
        return "NO_PLACEMENT";
    case ErrorCode::PermissionDenied:
        return "PERMISSION_DENIED";
    case ErrorCode::Unauthenticated:
        return "UNAUTHENTICATED";
    case ErrorCode::UnknownFields:
        return "UNKNOWN_FIELDS";
    case ErrorCode::UnsupportedVersion:
        return "UNSUPPORTED_VERSION";
    case ErrorCode::Malformed:
        return "MALFORMED";
    case ErrorCode::TooLarge:
        return "TOO_LARGE";
    case ErrorCode::DuplicateRequest:
        return "DUPLICATE_REQUEST";
    case ErrorCode::DeadlineExceeded:
        return "DEADLINE_EXCEEDED";
    case ErrorCode::StoreFull:
        return "STORE_FULL";
    case ErrorCode::SafeMode:
        return "SAFE_MODE";
    case ErrorCode::Unavailable:
        return "UNAVAILABLE";
    case ErrorCode::Compacted:
        return "COMPACTED";
    case ErrorCode::StaleSession:
        return "STALE_SESSION";
    case ErrorCode::DuplicateNode:
        return "DUPLICATE_NODE";
    case ErrorCode::Timeout:
        return "TIMEOUT";
    case ErrorCode::Conflict:
        return "CONFLICT";
    case ErrorCode::Io:
        return "IO";
    }
    return "UNKNOWN"; // of a newer control
}

namespace {

// Whether it stands there as a whole: `node n1` does not in `node n10`.
bool names(const std::string& text, const std::string& what)
{
    const auto goesOn = [&](std::size_t at) {
        if (at >= text.size())
            return false;
        const char c = text[at];
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.';
    };
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        if ((at == 0 || !goesOn(at - 1)) && !goesOn(at + what.size()))
            return true;
    return false;
}

} // namespace

std::string sentenceOf(const Error& error)
{
    const std::string message = error.message.empty() ? toString(error.code) : error.message;
    if (error.subject.empty() || names(message, error.subject))
        return message;
    return error.subject + ": " + message;
}

ExitClass exitClass(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument:
        return ExitClass::Usage;
    case ErrorCode::Unavailable:
        return ExitClass::Unreachable;
    case ErrorCode::Timeout:
    case ErrorCode::DeadlineExceeded:
        return ExitClass::TimedOut;
    case ErrorCode::Internal:
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::PreconditionFailed:
    case ErrorCode::PlanChanged:
    case ErrorCode::FailedState:
    case ErrorCode::InUse:
    case ErrorCode::Unsupported:
    case ErrorCode::NoPlacement:
    case ErrorCode::PermissionDenied:
    case ErrorCode::Unauthenticated:
    case ErrorCode::UnknownFields:
    case ErrorCode::UnsupportedVersion:
    case ErrorCode::Malformed:
    case ErrorCode::TooLarge:
    case ErrorCode::DuplicateRequest:
    case ErrorCode::StoreFull:
    case ErrorCode::SafeMode:
    case ErrorCode::Compacted:
    case ErrorCode::StaleSession:
    case ErrorCode::DuplicateNode:
    case ErrorCode::Conflict:
    case ErrorCode::Io:
        return ExitClass::Refused;
    }
    return ExitClass::Refused;
}

} // namespace drover::model
