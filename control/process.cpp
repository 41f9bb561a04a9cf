#include "control/process.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace drover::control {

using namespace model;

TimePoint SystemClock::wall() const
{
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
}

Uuid RandomIds::next()
{
    Uuid id;
    // Never short and never interrupted for so few bytes (getrandom(2)); without it there is
    // nothing sensible left to do.
    if (::getrandom(id.bytes.data(), id.bytes.size(), 0) != static_cast<ssize_t>(id.bytes.size()))
        std::abort();
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

void ContextDoor::admit(const std::string& publicKey, const std::string& user)
{
    if (auto set = m_authenticator.setKey(publicKey, user); !set)
        m_log(service::LogLevel::Error, "key.refused", "key " + user, set.reason());
}

void ContextDoor::deny(const std::string& publicKey) { m_authenticator.removeKey(publicKey); }

void logLine(service::LogLevel level, std::string_view what, std::string_view object,
             std::string_view message)
{
    const char* const name = level == service::LogLevel::Info      ? "info"
                             : level == service::LogLevel::Warning ? "warning"
                                                                   : "error";
    std::string line = toString(SystemClock{}.wall()) + ' ' + name + ' ';
    line.append(what).append(" ").append(object).append(": ").append(message);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    line += '\n';
    // One write, so that lines of several writers do not mix; a log that cannot be written is
    // nobody's error.
    static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
}

Result<void> writeReadyFile(const std::filesystem::path& file, const ReadyFacts& facts)
{
    const nlohmann::json content{{"requests", facts.requests},
                                 {"events", facts.events},
                                 {"cluster", facts.cluster},
                                 {"publicKey", facts.publicKey},
                                 {"pid", ::getpid()}};
    const std::string text = content.dump(2) + '\n';
    const std::filesystem::path draft = file.string() + ".new";
    const auto failure = [&](const char* doing) {
        return Error{
            ErrorCode::Io, std::string{doing} + ": " + std::strerror(errno), file.string(), {}};
    };
    const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return failure("cannot write the ready-file");
    const bool written =
        ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (::close(descriptor) != 0 || !written)
        return failure("cannot write the ready-file");
    if (::rename(draft.c_str(), file.c_str()) != 0)
        return failure("cannot put the ready-file in place");
    return {};
}

} // namespace drover::control
