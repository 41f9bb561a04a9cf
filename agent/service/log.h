#pragma once

// Where the service's log lines go: one line per event, composed in main.cpp.

#include <functional>
#include <string>

namespace drover::agent::service {

enum class LogLevel { Info, Warning, Error };
using LogSink = std::function<void(LogLevel, const std::string& text)>;

} // namespace drover::agent::service
