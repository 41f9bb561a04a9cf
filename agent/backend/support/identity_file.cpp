#include "agent/backend/support/identity_file.h"

#include "agent/backend/support/json_number.h"
#include "proto/model/names.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace drover::agent::backend {

using model::CopyRole;
using model::Error;
using model::ErrorCode;
using model::Result;
using nlohmann::json;

namespace {

constexpr int kFormat = 1;
constexpr model::Epoch kMaximumEpoch = 1ULL << 62; // so that there is always a next one
constexpr std::size_t kMaximumFilesystem = 32;

constexpr CopyRole kRoles[] = {CopyRole::Primary, CopyRole::Receiving, CopyRole::Released,
                               CopyRole::Stale,   CopyRole::Trash,     CopyRole::Orphan};

Error malformed(const std::string& what)
{
    return {ErrorCode::Malformed, "the identity is not readable: " + what, {}, {}};
}

// Throws json exceptions or std::string (what is wrong); decodeIdentity() is the shell that catches
// them.
template <class AnyId>
AnyId idOf(const json& object, const char* key)
{
    auto id = AnyId::parse(object.at(key).get_ref<const std::string&>());
    if (!id || id->isNil())
        throw std::string(key) + " is not an id";
    return *id;
}

// The name of a filesystem, or nothing: it becomes a part of a command, and of a report.
std::string filesystemOf(const json& object, const char* key)
{
    auto name = object.at(key).get<std::string>();
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (name.size() > kMaximumFilesystem || !std::all_of(name.begin(), name.end(), fits))
        throw std::string(key) + " is not the name of a filesystem";
    return name;
}

json encodeSpec(const model::DatasetSpec& spec)
{
    json placement = {{"pool", spec.placement.pool},
                      {"required_labels", spec.placement.requiredLabels},
                      {"pool_kinds", spec.placement.poolKinds}};
    if (spec.placement.node)
        placement["node"] = spec.placement.node->toString();
    json object = {
        {"filesystem", spec.filesystem}, {"placement", placement}, {"metadata", spec.metadata}};
    if (spec.size)
        object["size"] = spec.size->value;
    return object;
}

model::DatasetSpec decodeSpec(const json& object)
{
    model::DatasetSpec spec;
    if (object.contains("size"))
        spec.size = model::ByteCount{numberOf<std::uint64_t>(object, "size")};
    spec.filesystem = filesystemOf(object, "filesystem");
    object.at("metadata").get_to(spec.metadata);
    const json& placement = object.at("placement");
    placement.at("pool").get_to(spec.placement.pool);
    placement.at("required_labels").get_to(spec.placement.requiredLabels);
    placement.at("pool_kinds").get_to(spec.placement.poolKinds);
    if (placement.contains("node"))
        spec.placement.node = idOf<model::NodeId>(placement, "node");
    return spec;
}

} // namespace

std::string subjectOf(const model::CopyId& copy) { return "copy " + copy.toString(); }

std::string encodeIdentity(const StoredIdentity& stored)
{
    const model::CopyIdentity& identity = stored.identity;
    json object = {{"format", kFormat},
                   {"cluster", identity.cluster.toString()},
                   {"dataset", identity.dataset.toString()},
                   {"copy", identity.copy.toString()},
                   {"role", model::toString(identity.role)},
                   {"epoch", identity.epoch},
                   {"generation", identity.generation},
                   {"name", identity.name},
                   {"spec", encodeSpec(identity.spec)},
                   {"whole", stored.whole},
                   {"released_epoch", stored.releasedEpoch},
                   {"late_writes", stored.lateWrites}};
    if (!stored.filesystem.empty() || !stored.formatting.empty())
        object["volume"] = {{"filesystem", stored.filesystem},
                            {"formatting", stored.formatting},
                            {"filesystem_bytes", stored.filesystemBytes},
                            {"prepared", stored.prepared}};
    // Text that is not UTF-8 never gets here (names and metadata are checked); should it, it is
    // replaced rather than thrown about.
    return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<StoredIdentity> decodeIdentity(std::string_view text)
{
    try {
        const json object = json::parse(text);
        if (numberOf<int>(object, "format") > kFormat)
            return Error{ErrorCode::UnsupportedVersion,
                         "the identity was written by a newer agent",
                         {},
                         "upgrade this node's agent"};
        StoredIdentity stored;
        model::CopyIdentity& identity = stored.identity;
        identity.cluster = idOf<model::ClusterId>(object, "cluster");
        identity.dataset = idOf<model::DatasetId>(object, "dataset");
        identity.copy = idOf<model::CopyId>(object, "copy");
        const auto role = object.at("role").get<std::string>();
        std::optional<CopyRole> known;
        for (const CopyRole candidate : kRoles)
            if (role == model::toString(candidate))
                known = candidate;
        if (!known)
            return malformed("role `" + role + "` is unknown");
        identity.role = *known;
        identity.epoch = numberOf(object, "epoch", kMaximumEpoch);
        identity.generation = numberOf<std::uint64_t>(object, "generation");
        object.at("name").get_to(identity.name);
        if (auto named = model::checkName("dataset", identity.name); !named)
            return malformed(named.error().message);
        identity.spec = decodeSpec(object.at("spec"));
        object.at("whole").get_to(stored.whole);
        stored.releasedEpoch = numberOf(object, "released_epoch", kMaximumEpoch);
        object.at("late_writes").get_to(stored.lateWrites);
        if (object.contains("volume")) {
            const json& volume = object.at("volume");
            stored.filesystem = filesystemOf(volume, "filesystem");
            stored.formatting = filesystemOf(volume, "formatting");
            stored.filesystemBytes = numberOf<std::uint64_t>(volume, "filesystem_bytes");
            volume.at("prepared").get_to(stored.prepared);
        }
        return stored;
    } catch (const json::exception& e) {
        return malformed(e.what());
    } catch (const std::string& what) {
        return malformed(what);
    }
}

StoredIdentity newIdentity(const model::CopyIdentity& identity)
{
    StoredIdentity stored;
    stored.identity = identity;
    stored.whole = identity.role != CopyRole::Receiving;
    return stored;
}

Result<void> sameCreation(const StoredIdentity& stored, const model::CopyIdentity& wanted)
{
    if (stored.identity.cluster != wanted.cluster || stored.identity.dataset != wanted.dataset)
        return Error{ErrorCode::AlreadyExists,
                     "it exists and belongs to dataset " + stored.identity.dataset.toString(),
                     subjectOf(wanted.copy),
                     {}};
    if (stored.identity.role != wanted.role)
        return Error{ErrorCode::AlreadyExists,
                     std::string("it exists in role ") + model::toString(stored.identity.role),
                     subjectOf(wanted.copy),
                     {}};
    return {};
}

Result<StoredIdentity> changeIdentity(const StoredIdentity& stored,
                                      const model::CopyIdentity& wanted, bool mounted)
{
    const model::CopyIdentity& now = stored.identity;
    const auto refuse = [&](ErrorCode code, std::string message) {
        return Error{code, std::move(message), subjectOf(now.copy), {}};
    };
    if (now.cluster != wanted.cluster || now.dataset != wanted.dataset || now.copy != wanted.copy)
        return refuse(ErrorCode::Conflict, "it is of dataset " + now.dataset.toString() +
                                               " of cluster " + now.cluster.toString());
    if (wanted.epoch < now.epoch)
        return refuse(ErrorCode::FailedState, "its epoch is " + std::to_string(now.epoch) +
                                                  ", which " + std::to_string(wanted.epoch) +
                                                  " would lower");
    if (mounted && (wanted.role != now.role))
        return refuse(ErrorCode::FailedState,
                      std::string("it is mounted, so its role stays ") + model::toString(now.role));

    StoredIdentity next = stored;
    next.identity = wanted;
    switch (wanted.role) {
    case CopyRole::Primary:
        if (stored.releasedEpoch >= wanted.epoch)
            return refuse(ErrorCode::FailedState, "it was released at epoch " +
                                                      std::to_string(stored.releasedEpoch) +
                                                      " and can be primary only above it");
        if (!stored.whole)
            return refuse(ErrorCode::FailedState, "it has not been received to its end");
        next.lateWrites = false; // a new grant takes it as it is
        break;
    case CopyRole::Receiving:
        if (now.role == CopyRole::Receiving)
            break;
        if (now.role != CopyRole::Stale && now.role != CopyRole::Orphan)
            return refuse(ErrorCode::FailedState, std::string("its role is ") +
                                                      model::toString(now.role) +
                                                      "; what it holds may not be overwritten");
        next.whole = false;
        break;
    case CopyRole::Released:
        if (now.role == CopyRole::Receiving)
            return refuse(ErrorCode::FailedState, "it never was the dataset");
        next.releasedEpoch = wanted.epoch;
        break;
    case CopyRole::Stale:
    case CopyRole::Trash:
    case CopyRole::Orphan:
        break;
    }
    return next;
}

Result<void> checkMountable(const StoredIdentity& stored, model::Epoch epoch)
{
    const model::CopyIdentity& identity = stored.identity;
    const auto refuse = [&](std::string message) {
        return Error{ErrorCode::FailedState, std::move(message), subjectOf(identity.copy), {}};
    };
    if (identity.role != CopyRole::Primary)
        return refuse(std::string("its role is ") + model::toString(identity.role) +
                      ", not primary");
    if (identity.epoch != epoch)
        return refuse("its epoch is " + std::to_string(identity.epoch) + ", not " +
                      std::to_string(epoch));
    if (epoch <= stored.releasedEpoch)
        return refuse("it was released at epoch " + std::to_string(stored.releasedEpoch));
    if (!stored.whole)
        return refuse("it is not whole");
    return {};
}

model::LocalCopy unreadableCopy(const model::CopyId& copy, const Error& why)
{
    model::LocalCopy local;
    local.identity.copy = copy;
    local.identity.role = CopyRole::Orphan;
    local.createdWhole = false;
    model::Condition condition;
    condition.type = model::ConditionType::Quarantined;
    condition.severity = model::ConditionSeverity::Error;
    condition.reason = "IdentityUnreadable";
    condition.message = why.message;
    condition.suggestion =
        "restore identity.json of copy " + copy.toString() + " from a backup, or destroy the copy";
    local.conditions.push_back(std::move(condition));
    return local;
}

model::Condition lateWritesCondition()
{
    model::Condition condition;
    condition.type = model::ConditionType::LateWrites;
    condition.severity = model::ConditionSeverity::Error;
    condition.reason = "WrittenAfterRelease";
    condition.message =
        "somebody wrote to this copy after it was released; the new primary does not have it";
    condition.suggestion = "look at the copy and carry over what is missing before it is destroyed";
    return condition;
}

model::Condition readOnlyCondition(const std::string& where)
{
    model::Condition condition;
    condition.type = model::ConditionType::ReadOnly;
    condition.severity = model::ConditionSeverity::Error;
    condition.reason = "FilesystemReadOnly";
    condition.message = "the filesystem at " + where + " is read-only";
    condition.suggestion =
        "the kernel's log says why; if the disk is sound, mount it read-write again";
    return condition;
}

} // namespace drover::agent::backend
