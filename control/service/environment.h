#pragma once

// What the control service needs from outside besides the bus and the store: ports that main.cpp
// binds to the real thing and simulation to a virtual one.

#include "bus/transport/ports.h"
#include "control/store/store.h"
#include "proto/model/api.h"

#include <functional>
#include <string>
#include <string_view>

namespace drover::control::service {

// Wall time. It may step; what measures time by it says so.
class Clock
{
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual model::TimePoint wall() const = 0;
};

// Who may connect. Admitting a key makes its connections bear the user's name.
class KeyDoor
{
public:
    virtual ~KeyDoor() = default;
    virtual void admit(const std::string& publicKey, const std::string& user) = 0;
    // Denies new connections of the key; those that are open are cut by the caller.
    virtual void deny(const std::string& publicKey) = 0;
};

enum class LogLevel { Info, Warning, Error };
// One line for the operator: what happened, to which object.
using LogSink = std::function<void(LogLevel level, std::string_view what, std::string_view object,
                                   std::string_view message)>;

// All outlive the service and belong to its executor's thread.
struct Environment
{
    bus::Executor& executor;
    bus::RequestServer& server;
    bus::Publisher& publisher;
    store::Store& store;
    Clock& clock;
    model::IdSource& ids;
    KeyDoor& door;
    LogSink log;
    // The store failed in a way that nobody may go on from: what is on the disk is unknown. End the
    // process without another word; the service does nothing more after this call.
    std::function<void(const model::Error&)> fatal;
};

struct ServiceConfig
{
    std::string version;        // of this program
    std::string eventsEndpoint; // what clients are told; empty = as the publisher says
    // of which one batch of assignments speaks, at most; fewer where they would not fit a frame
    std::size_t datasetsPerBatch = 200;
};

} // namespace drover::control::service
