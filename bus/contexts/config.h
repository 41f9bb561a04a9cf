#pragma once

// The user's configuration: which clusters there are, and which one is meant. The command line and
// the console read the same file.
//
//     current: local
//     contexts:
//       - name: local
//         control: tcp://127.0.0.1:4523
//         events: tcp://127.0.0.1:4524     # optional; else as control says
//         key: <control's public key, z85>
//         identity: /path/of/own.key_secret

#include "proto/model/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace drover::contexts {

struct Context
{
    std::string name;
    std::string control;
    std::string events; // empty: as control says
    std::string key;
    std::string identity; // as written; `~/` stands for the home folder
    bool operator==(const Context&) const = default;
};

struct Config
{
    std::string current;
    std::vector<Context> contexts;

    [[nodiscard]] const Context* find(std::string_view name) const;
    // Replaces the one of the same name, or adds it at the end.
    void set(Context context);
    bool operator==(const Config&) const = default;
};

// DROVER_CONFIG, else XDG_CONFIG_HOME/drover/config, else ~/.config/drover/config.
[[nodiscard]] std::filesystem::path configPath();
// The same without DROVER_CONFIG: where `./up` tells of the cluster that it started.
[[nodiscard]] std::filesystem::path userConfigPath();
// A missing file is an empty configuration; one that everybody may write is refused. Errors name
// line and column.
[[nodiscard]] model::Result<Config> loadConfig(const std::filesystem::path& path);
[[nodiscard]] model::Result<Config> parseConfig(const std::string& text, const std::string& file);
// Replaces the file as a whole (temporary file, fsync, rename); makes its folder. Mode 0600.
[[nodiscard]] model::Result<void> saveConfig(const std::filesystem::path& path,
                                             const Config& config);
// Replaces the file as a whole, for its owner only (mode 0600).
[[nodiscard]] model::Result<void> writePrivately(const std::filesystem::path& path,
                                                 std::string_view text);
// The file's whole text, or `-` for standard input's.
[[nodiscard]] model::Result<std::string> readText(const std::string& path,
                                                  std::istream& standardInput);
// `~/x` as a path of the home folder: HOME, else the user's in the system's records; as it is if
// there is neither.
[[nodiscard]] std::filesystem::path expandHome(const std::string& path);

} // namespace drover::contexts
