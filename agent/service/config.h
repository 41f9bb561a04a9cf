#pragma once

// The agent's configuration file: YAML, read strictly. An unknown key, a missing one or a wrong value is an error with line and column.
//
//     identity: /etc/drover/node.key_secret     # this node's key; its metadata names the node
//     control: {endpoint: "tcp://control:4523", key: "<control's public key>"}
//     state: /var/lib/drover                    # what the agent remembers
//     mount_root: /drover                       # where datasets are published
//     pools:
//       - {name: default, kind: directory, path: /srv/pool, shared: false, fence: none}
//     name: web-7                               # optional: else the key's name, else the hostname
//     address: 10.0.0.7                         # optional: what other nodes reach this one by
//     bulk: "tcp://10.0.0.7:4525"               # optional: where transfers are received; else any port at `address`
//     labels: {zone: a}                         # optional: what this node says of itself

#include "proto/model/ledger.h"
#include "proto/model/names.h"
#include "proto/model/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace drover::agent::service {

struct PoolEntry
{
    std::string name;
    std::string kind;
    std::filesystem::path path;
    bool shared = false;
    model::Fence fence = model::Fence::None;
};

struct Config
{
    std::filesystem::path identity;
    std::string controlEndpoint;
    std::string controlKey;
    std::filesystem::path state;
    std::filesystem::path mountRoot;
    std::vector<PoolEntry> pools;
    std::string name;
    std::string address;
    std::string bulk;
    model::Labels labels;
};

// `file` is only for messages. InvalidArgument: `file:line:column: what is wrong`.
[[nodiscard]] model::Result<Config> parseConfig(std::string_view text, const std::string& file);
[[nodiscard]] model::Result<Config> readConfig(const std::filesystem::path& file);
// `none`, `self`, `storage`.
[[nodiscard]] model::Result<model::Fence> parseFence(std::string_view text);

} // namespace drover::agent::service
