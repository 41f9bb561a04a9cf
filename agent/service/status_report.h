#pragma once

// What an agent says of itself on its own machine: a JSON file that the agent keeps, and
// `drover-agent --status` shows.

#include "agent/service/agent_service.h"

#include <filesystem>
#include <string>

namespace drover::agent::service {

inline constexpr const char* kStatusFile = "status.json";

// Field names are stable. `pid` is this process.
[[nodiscard]] std::string statusToJson(const ServiceStatus& status, const model::NodeId& node,
                                       const std::string& name, model::TimePoint now);
// For people: the session, the pools, the copies, what runs and what waits. Malformed if it is not
// what statusToJson made.
[[nodiscard]] model::Result<std::string> statusToText(const std::string& json);
// Replaces the file, atomically but not durably: it is about now.
[[nodiscard]] model::Result<void> writeStatus(const std::filesystem::path& file,
                                              const std::string& json);

} // namespace drover::agent::service
