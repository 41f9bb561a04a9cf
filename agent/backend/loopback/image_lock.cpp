#include "agent/backend/loopback/image_lock.h"

#include <nlohmann/json.hpp>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;
using nlohmann::json;

namespace {

constexpr const char* kLock = "lock.json";
constexpr std::size_t kMaximumBytes = 16 * 1024;

Result<void> write(int folder, const ImageLock& lock)
{
    const json object = {
        {"format", 1},         {"node", lock.node.toString()}, {"boot", lock.boot.toString()},
        {"epoch", lock.epoch}, {"copy", lock.copy.toString()}, {"released", lock.released}};
    return replaceFile(folder, kLock, object.dump(2) + "\n");
}

} // namespace

Result<ImageLock> readImageLock(int folder)
{
    auto text = readFile(folder, kLock, kMaximumBytes);
    if (!text)
        return text.error();
    try {
        const json object = json::parse(*text);
        const auto node = model::NodeId::parse(object.at("node").get<std::string>());
        const auto boot = model::BootId::parse(object.at("boot").get<std::string>());
        const auto copy = model::CopyId::parse(object.at("copy").get<std::string>());
        if (!node || !boot || !copy)
            return Error{ErrorCode::Malformed, "its lock record names no node", {}, {}};
        return ImageLock{*node, *boot, object.at("epoch").get<model::Epoch>(), *copy,
                         object.at("released").get<bool>()};
    } catch (const json::exception& e) {
        return Error{ErrorCode::Malformed,
                     std::string("its lock record is not readable: ") + e.what(),
                     {},
                     "see that no node has it attached, then remove lock.json"};
    }
}

Result<void> takeImageLock(int folder, const ImageLock& ours)
{
    return underFolderLock(folder, [&]() -> Result<void> {
        const auto present = readImageLock(folder);
        if (!present && present.error().code != ErrorCode::NotFound)
            return present.error();
        if (present) {
            if (*present == ours)
                return syncFd(folder, kLock);
            const bool own = present->node == ours.node;
            if (!own && !present->released && present->epoch >= ours.epoch)
                return Error{ErrorCode::FailedState,
                             "node " + present->node.toString() + " holds it at epoch " +
                                 std::to_string(present->epoch),
                             {},
                             "it is let go by that node, or by declare-lost"};
            if (present->epoch > ours.epoch)
                return Error{ErrorCode::FailedState,
                             "it was held at epoch " + std::to_string(present->epoch) +
                                 ", above ours",
                             {},
                             {}};
        }
        return write(folder, ours);
    });
}

Result<void> releaseImageLock(int folder, const model::NodeId& node)
{
    return underFolderLock(folder, [&]() -> Result<void> {
        auto present = readImageLock(folder);
        if (!present && present.error().code == ErrorCode::NotFound)
            return {};
        if (!present)
            return present.error();
        if (present->node != node)
            return {};
        if (present->released)
            return syncFd(folder, kLock);
        present->released = true;
        return write(folder, *present);
    });
}

Result<std::optional<ImageLock>> foreignHolder(int folder, const model::NodeId& node)
{
    auto present = readImageLock(folder);
    if (!present && present.error().code == ErrorCode::NotFound)
        return std::optional<ImageLock>{};
    if (!present)
        return present.error();
    if (present->node == node || present->released)
        return std::optional<ImageLock>{};
    return std::optional<ImageLock>(*present);
}

} // namespace drover::agent::backend
