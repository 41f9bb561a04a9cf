#include "bus/contexts/config.h"

#include "bus/contexts/yaml_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

namespace drover::contexts {

using model::Error;
using model::ErrorCode;

namespace {

std::string environment(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

Error io(const std::string& what, const std::filesystem::path& path)
{
    return {ErrorCode::Io, what + ": " + std::strerror(errno), path.string(), ""};
}

// Closes at the end; never fails twice.
struct Descriptor
{
    int fd;
    ~Descriptor()
    {
        if (fd >= 0)
            ::close(fd);
    }
};

bool writeAll(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

const Context* Config::find(std::string_view name) const
{
    const auto it = std::find_if(contexts.begin(), contexts.end(),
                                 [&](const Context& c) { return c.name == name; });
    return it == contexts.end() ? nullptr : &*it;
}

void Config::set(Context context)
{
    for (Context& known : contexts)
        if (known.name == context.name) {
            known = std::move(context);
            return;
        }
    contexts.push_back(std::move(context));
}

std::filesystem::path configPath()
{
    if (const std::string named = environment("DROVER_CONFIG"); !named.empty())
        return named;
    return userConfigPath();
}

std::filesystem::path userConfigPath()
{
    // A relative one is invalid, says the XDG base directory specification.
    if (const std::string base = environment("XDG_CONFIG_HOME"); base.starts_with("/"))
        return std::filesystem::path(base) / "drover/config";
    return expandHome("~/.config/drover/config");
}

std::filesystem::path expandHome(const std::string& path)
{
    if (!path.starts_with("~/"))
        return path;
    std::string home = environment("HOME");
    if (home.empty())
        if (const passwd* user = ::getpwuid(::geteuid()); user && user->pw_dir)
            home = user->pw_dir;
    // Never below the working folder, where somebody else may have put a file.
    return home.starts_with("/") ? std::filesystem::path(home) / path.substr(2)
                                 : std::filesystem::path(path);
}

model::Result<Config> parseConfig(const std::string& text, const std::string& file)
{
    const auto document = parseYaml(text, file);
    if (!document)
        return document.error();
    YamlErrors errors(file);
    YamlMap map(*document, "the configuration", errors);
    Config config;
    config.current = map.text("current");
    map.eachMap("contexts", "a context", [&](YamlMap& entry) {
        Context context;
        context.name = entry.text("name", /*required=*/true);
        context.control = entry.text("control", /*required=*/true);
        context.events = entry.text("events");
        context.key = entry.text("key", /*required=*/true);
        context.identity = entry.text("identity", /*required=*/true);
        if (config.find(context.name))
            errors.add(entry.mark(), "there are two contexts named '" + context.name + "'");
        config.contexts.push_back(std::move(context));
    });
    map.finish();
    if (errors.first())
        return *errors.first();
    return config;
}

model::Result<Config> loadConfig(const std::filesystem::path& path)
{
    std::error_code failed;
    const auto status = std::filesystem::status(path, failed);
    if (status.type() == std::filesystem::file_type::not_found)
        return Config{};
    if (failed)
        return Error{ErrorCode::InvalidArgument,
                     "cannot look at the configuration: " + failed.message(), path.string(), ""};
    if ((status.permissions() & std::filesystem::perms::others_write) !=
        std::filesystem::perms::none)
        return Error{ErrorCode::InvalidArgument,
                     "others can write this file, and so send you to a cluster of theirs",
                     path.string(), "look at it, then: chmod go-w " + path.string()};
    std::istringstream none;
    const auto text = readText(path.string(), none);
    if (!text)
        return text.error();
    return parseConfig(*text, path.string());
}

model::Result<void> saveConfig(const std::filesystem::path& path, const Config& config)
{
    YAML::Emitter yaml;
    yaml << YAML::BeginMap << YAML::Key << "current" << YAML::Value << config.current << YAML::Key
         << "contexts" << YAML::Value << YAML::BeginSeq;
    for (const Context& context : config.contexts) {
        yaml << YAML::BeginMap << YAML::Key << "name" << YAML::Value << context.name << YAML::Key
             << "control" << YAML::Value << context.control;
        if (!context.events.empty())
            yaml << YAML::Key << "events" << YAML::Value << context.events;
        yaml << YAML::Key << "key" << YAML::Value << YAML::DoubleQuoted << context.key << YAML::Key
             << "identity" << YAML::Value << context.identity << YAML::EndMap;
    }
    yaml << YAML::EndSeq << YAML::EndMap;

    if (path.string().starts_with("~/"))
        return Error{ErrorCode::InvalidArgument, "there is no home folder to keep it in",
                     path.string(), "set HOME, or name a file in DROVER_CONFIG"};
    std::error_code failed;
    if (path.has_parent_path())
        std::filesystem::create_directories(path.parent_path(), failed);
    if (failed)
        return Error{ErrorCode::Io, "cannot make the folder: " + failed.message(),
                     path.parent_path().string(), ""};
    return writePrivately(path, std::string(yaml.c_str()) + "\n");
}

model::Result<void> writePrivately(const std::filesystem::path& path, std::string_view text)
{
    const std::string temporary = path.string() + ".new." + std::to_string(::getpid());
    {
        const Descriptor file{
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
        if (file.fd < 0)
            return io("cannot write the file", temporary);
        if (!writeAll(file.fd, text) || ::fsync(file.fd) != 0) {
            const Error error = io("cannot write the file", temporary);
            ::unlink(temporary.c_str());
            return error;
        }
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        const Error error = io("cannot replace the file", path);
        ::unlink(temporary.c_str());
        return error;
    }
    return {};
}

model::Result<std::string> readText(const std::string& path, std::istream& standardInput)
{
    if (path == "-")
        return std::string(std::istreambuf_iterator<char>(standardInput), {});
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed))
        return Error{ErrorCode::InvalidArgument, "this is a folder, not a file", path, ""};
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return Error{ErrorCode::InvalidArgument,
                     std::string("cannot read the file: ") + std::strerror(errno), path, ""};
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (file.bad())
        return io("cannot read the file", path);
    return text;
}

} // namespace drover::contexts
