#include "control/first_start.h"

#include "bus/transport/keys.h"

#include <algorithm>
#include <map>
#include <optional>

namespace drover::control {

using namespace model;
namespace fs = std::filesystem;

namespace {

Error keyError(const fs::path& file, const std::string& message)
{
    return Error{ErrorCode::InvalidArgument, message, file.string(),
                 "make the cluster's keys with `drover keys init DIR`"};
}

std::string valueOf(const bus::Certificate& certificate, const char* name)
{
    const auto found = certificate.metadata.find(name);
    return found == certificate.metadata.end() ? std::string{} : found->second;
}

// The record for one file; nothing for a key that is not for clients or agents.
Result<std::optional<KeyRecord>> readKey(const fs::path& file, TimePoint at)
{
    const auto certificate = bus::readCertificate(file);
    if (!certificate)
        return keyError(file, certificate.reason());
    const std::string role = valueOf(*certificate, "role");
    if (role.empty() || role == "control")
        return std::optional<KeyRecord>{};
    const auto known = parseKeyRole(role);
    if (!known)
        return keyError(file, "role `" + role + "` is unknown");
    KeyRecord key;
    key.publicKey = certificate->keys.publicKey;
    key.role = *known;
    key.createdAt = at;
    key.createdBy = "init";
    key.name = valueOf(*certificate, "name");
    if (key.name.empty())
        key.name = file.stem().string();
    if (auto valid = checkName("key", key.name); !valid)
        return keyError(file, valid.error().message);
    const std::string node = valueOf(*certificate, "node");
    if (key.role == KeyRole::Node) {
        const auto id = NodeId::parse(node);
        if (!id || id->isNil())
            return keyError(file,
                            "a node's key needs the node's id in its metadata, not `" + node + "`");
        key.node = *id;
    }
    return std::optional{key};
}

} // namespace

Result<std::vector<Record>> firstRecords(const fs::path& keys, const std::string& clusterName,
                                         IdSource& ids, TimePoint at,
                                         const std::optional<ClusterId>& known)
{
    if (auto valid = checkName("cluster", clusterName); !valid)
        return valid.error();
    std::vector<fs::path> files;
    std::error_code failure;
    for (fs::directory_iterator it(keys, failure), end; !failure && it != end;
         it.increment(failure))
        if (it->path().extension() == ".key")
            files.push_back(it->path());
    if (failure)
        return keyError(keys, "cannot read the folder of keys: " + failure.message());
    std::sort(files.begin(), files.end());

    ClusterRecord cluster;
    cluster.id = known ? *known : ids.make<ClusterId>();
    cluster.header.name = clusterName;
    cluster.header.modRevision = 1;
    cluster.header.createdAt = at;
    cluster.header.createdBy = "init";
    HistoryRecord history;
    history.history = ids.make<HistoryId>();
    std::vector<Record> records{cluster, history};

    std::map<std::string, fs::path> names;
    std::map<std::string, fs::path> publicKeys;
    bool hasAdmin = false;
    for (const fs::path& file : files) {
        auto key = readKey(file, at);
        if (!key)
            return key.error();
        if (!*key)
            continue;
        if (const auto [other, fresh] = names.emplace((*key)->name, file); !fresh)
            return keyError(file, "its name `" + (*key)->name + "` is also that of " +
                                      other->second.string());
        if (const auto [other, fresh] = publicKeys.emplace((*key)->publicKey, file); !fresh)
            return keyError(file, "it holds the same key as " + other->second.string());
        hasAdmin = hasAdmin || (*key)->role == KeyRole::Admin;
        records.emplace_back(std::move(**key));
    }
    if (!hasAdmin)
        return keyError(keys, "there is no key of role admin (*.key) in this folder");
    return records;
}

} // namespace drover::control
