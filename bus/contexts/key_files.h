#pragma once

// The key files of a cluster and of its users: certificates in ZeroMQ's format. NAME.key_secret
// (mode 0600) holds both halves, NAME.key the public one. The metadata says whose it is: name,
// role, and for a node its id.

#include "bus/transport/keys.h"
#include "proto/model/configuration.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace drover::contexts {

struct KeyFile
{
    std::string name;
    std::string role; // admin, operator, viewer, plugin, node, control; empty: not decided yet
    std::optional<model::NodeId> node;
    std::string publicKey;
    std::filesystem::path secretPath; // empty where only the public half was written or read
};

// Makes `folder` (0700) with keys for control, an administrator and each node. Fails where one of
// the files is there already.
[[nodiscard]] model::Result<std::vector<KeyFile>>
makeClusterKeys(const std::filesystem::path& folder, const std::vector<std::string>& nodes);
// Makes one key pair: FILE.key_secret and FILE.key.
[[nodiscard]] model::Result<KeyFile> makeKey(const std::filesystem::path& stem,
                                             const std::string& name, const std::string& role,
                                             std::optional<model::NodeId> node);
[[nodiscard]] model::Result<KeyFile> readKey(const std::filesystem::path& path);
// A public key: itself, or the file that holds it.
[[nodiscard]] model::Result<std::string> publicKeyFrom(const std::string& keyOrFile);
// One's own key pair.
[[nodiscard]] model::Result<bus::KeyPair> readIdentity(const std::filesystem::path& path);

} // namespace drover::contexts
