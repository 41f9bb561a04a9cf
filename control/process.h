#pragma once

// The real things behind the service's ports: clock, random ids, log lines, the door, and the file
// that says where it listens.

#include "bus/transport/authenticator.h"
#include "control/service/environment.h"
#include "proto/model/id.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace drover::control {

class SystemClock : public service::Clock
{
public:
    [[nodiscard]] model::TimePoint wall() const override;
};

// Version 4 UUIDs (RFC 9562) from the kernel's random source.
class RandomIds : public model::IdSource
{
public:
    model::Uuid next() override;
};

// Admits keys to the ports of requests and events.
class ContextDoor : public service::KeyDoor
{
public:
    ContextDoor(bus::Authenticator& authenticator, const service::LogSink& log)
        : m_authenticator(authenticator), m_log(log)
    {}
    void admit(const std::string& publicKey, const std::string& user) override;
    void deny(const std::string& publicKey) override;

private:
    bus::Authenticator& m_authenticator;
    const service::LogSink& m_log;
};

// One line on standard error: time, level, what, object, message. Control characters are replaced.
void logLine(service::LogLevel level, std::string_view what, std::string_view object,
             std::string_view message);

// Where control listens, for whoever started it.
struct ReadyFacts
{
    std::string requests;  // endpoint
    std::string events;    // endpoint
    std::string cluster;   // id
    std::string publicKey; // control's, z85
};
// Writes them as a JSON object, whole or not at all.
[[nodiscard]] model::Result<void> writeReadyFile(const std::filesystem::path& file,
                                                 const ReadyFacts& facts);

} // namespace drover::control
