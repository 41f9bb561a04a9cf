// Verbs about the cluster itself: its settings and its keys.

#include "control/core/decide_ops.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

constexpr std::size_t kPublicKeyLength = 40;
constexpr std::string_view kZ85 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

bool isPublicKey(const std::string& text)
{
    return text.size() == kPublicKeyLength && std::all_of(text.begin(), text.end(), [](char c) {
               return kZ85.find(c) != std::string_view::npos;
           });
}

} // namespace

OperationOutcome decideOne(DecideContext& context, const ClusterSet& verb)
{
    ClusterRecord record = context.view.cluster();
    if (!verb.name.empty()) {
        if (const auto valid = checkName("cluster", verb.name); !valid)
            return about(valid.error(), "cluster " + context.view.cluster().header.name);
        record.header.name = verb.name;
    }
    if (verb.deleteGrace) {
        if (const auto valid = checkDuration("the grace of a delete", *verb.deleteGrace); !valid)
            return about(valid.error(), "cluster " + context.view.cluster().header.name);
        record.deleteGrace = *verb.deleteGrace;
    }
    if (verb.retiredCopyGrace) {
        if (const auto valid =
                checkDuration("the grace of a copy left behind", *verb.retiredCopyGrace);
            !valid)
            return about(valid.error(), "cluster " + context.view.cluster().header.name);
        record.retiredCopyGrace = *verb.retiredCopyGrace;
    }
    if (record == context.view.cluster())
        return OperationResult{{}, {}, {}, "it is set so already"};
    context.bump(record.header);
    context.view.put(record);
    context.log("cluster.set", "cluster " + record.header.name,
                "deleted datasets are kept for " + toString(record.deleteGrace) +
                    ", copies left behind for " + toString(record.retiredCopyGrace));
    return OperationResult{};
}

OperationOutcome decideOne(DecideContext&, const Recover&)
{
    return refuse(ErrorCode::InvalidArgument, "a recovery stands alone in its write", "cluster",
                  "send it as the only operation");
}

OperationOutcome decideOne(DecideContext& context, const KeyAdd& verb)
{
    const std::string subject = "key " + verb.name;
    if (const auto valid = checkName("key", verb.name); !valid)
        return about(valid.error(), subject);
    if (!isPublicKey(verb.publicKey))
        return refuse(ErrorCode::InvalidArgument, "a public key is 40 characters of z85", subject,
                      "it is the value `public-key` of the key's file");
    if (verb.role == KeyRole::Node && (!verb.node || verb.node->isNil()))
        return refuse(ErrorCode::InvalidArgument, "a node's key needs the node's id", subject,
                      "give it with --node");
    if (verb.role != KeyRole::Node && verb.node)
        return refuse(ErrorCode::InvalidArgument, "only a node's key is bound to a node", subject,
                      "leave the node out, or take the role node");
    for (const auto& key : context.view.keys()) {
        if (key.publicKey == verb.publicKey && key.name == verb.name && key.role == verb.role &&
            key.node == verb.node)
            return OperationResult{{}, key.node, {}, "it is accepted already"};
        if (key.publicKey == verb.publicKey)
            return refuse(ErrorCode::AlreadyExists, "this public key is accepted as " + key.name,
                          subject, "remove that one first");
        if (key.name == verb.name)
            return refuse(ErrorCode::AlreadyExists, "another key is named " + key.name, subject,
                          "choose another name");
    }
    context.view.put(KeyRecord{verb.publicKey, verb.name, verb.role, verb.node, context.now.wall,
                               context.actor.user});
    context.log("key.add", subject, std::string("accepted as ") + toString(verb.role), {},
                verb.node);
    return OperationResult{{}, verb.node, {}, {}};
}

OperationOutcome decideOne(DecideContext& context, const KeyRemove& verb)
{
    const std::string subject = "key " + verb.name;
    const auto keys = context.view.keys();
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [&](const auto& key) { return key.name == verb.name; });
    if (found == keys.end())
        return refuse(ErrorCode::NotFound, "there is no key named " + verb.name, subject,
                      "see `drover keys list`");
    const auto admins = std::count_if(keys.begin(), keys.end(),
                                      [](const auto& key) { return key.role == KeyRole::Admin; });
    if (found->role == KeyRole::Admin && admins == 1)
        return refuse(ErrorCode::FailedState, "key " + verb.name + " is the last admin's", subject,
                      "add another admin first");
    context.view.remove({RecordKind::Key, found->publicKey});
    context.log("key.remove", subject, "removed", {}, found->node);
    return OperationResult{{}, found->node, {}, {}};
}

} // namespace drover::control::core
