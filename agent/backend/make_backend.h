#pragma once

// Makes the backend of a pool from the agent's configuration.

#include "agent/backend/backend.h"
#include "agent/backend/support/command_runner.h"
#include "proto/model/id.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace drover::agent::backend {

// One pool as this machine's configuration states it. What the pool itself is (cluster, id, shared,
// fence) stands in its marker.
struct PoolConfig
{
    std::string name; // for people and placement
    std::string kind; // directory, loopback
    std::filesystem::path path;
    std::filesystem::path mountRoot; // of the node; shared by its pools
    model::NodeId node;
    model::BootId boot;
    std::optional<model::ClusterId> cluster; // set: a pool of another cluster is unavailable
};

// The kinds that makeBackend and initPool know, sorted.
[[nodiscard]] const std::vector<std::string>& backendKinds();

// InvalidArgument for an unknown kind or relative paths. Looks at nothing: a pool that is not there
// shows in probe(). `runner` must outlive the backend.
[[nodiscard]] model::Result<std::unique_ptr<StorageBackend>> makeBackend(const PoolConfig& config,
                                                                         CommandRunner& runner);

} // namespace drover::agent::backend
