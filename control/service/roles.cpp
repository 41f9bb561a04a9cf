#include "control/service/roles.h"

#include <string>

namespace drover::control::service {

using namespace model;

namespace {

// A set of roles, by bit.
using Roles = unsigned;
constexpr Roles bit(KeyRole role) { return 1U << static_cast<unsigned>(role); }
constexpr Roles kAdmin = bit(KeyRole::Admin);
constexpr Roles kOperator = kAdmin | bit(KeyRole::Operator);
constexpr Roles kPlugin = kOperator | bit(KeyRole::Plugin);
constexpr Roles kViewer = kPlugin | bit(KeyRole::Viewer);
constexpr Roles kEverybody = kViewer | bit(KeyRole::Node);
constexpr Roles kNode = bit(KeyRole::Node);

struct Allowed
{
    // writes
    Roles operator()(const DatasetCreate&) const { return kPlugin; }
    Roles operator()(const DatasetMove&) const { return kPlugin; }
    Roles operator()(const DatasetResize&) const { return kOperator; }
    Roles operator()(const DatasetSetMetadata&) const { return kOperator; }
    Roles operator()(const DatasetRename&) const { return kOperator; }
    Roles operator()(const DatasetDelete&) const { return kPlugin; }
    Roles operator()(const DatasetUndelete&) const { return kOperator; }
    Roles operator()(const DatasetPurge&) const { return kOperator; }
    Roles operator()(const NodeLabel&) const { return kOperator; }
    Roles operator()(const NodeCordon&) const { return kOperator; }
    Roles operator()(const NodeDeclareLost&) const { return kAdmin; }
    Roles operator()(const NodeForget&) const { return kAdmin; }
    Roles operator()(const LeaseAcquire&) const { return kPlugin; }
    Roles operator()(const LeaseRenew&) const { return kPlugin; }
    Roles operator()(const LeaseRelease&) const { return kPlugin; }
    Roles operator()(const ClusterSet&) const { return kAdmin; }
    Roles operator()(const Rollback&) const { return kOperator; }
    Roles operator()(const KeyAdd&) const { return kAdmin; }
    Roles operator()(const KeyRemove&) const { return kAdmin; }
    Roles operator()(const Apply&) const { return kOperator; }
    Roles operator()(const Recover&) const { return kAdmin; }
    // reads
    Roles operator()(const ClientHello&) const { return kEverybody; }
    Roles operator()(const StatusGet&) const { return kViewer; }
    Roles operator()(const NodeList&) const { return kViewer; }
    Roles operator()(const NodeGet&) const { return kViewer; }
    Roles operator()(const DatasetList&) const { return kViewer; }
    Roles operator()(const DatasetGet&) const { return kViewer; }
    Roles operator()(const LeaseList&) const { return kViewer; }
    Roles operator()(const KeyList&) const { return kAdmin; }
    Roles operator()(const HistoryList&) const { return kViewer; }
    Roles operator()(const DiffGet&) const { return kViewer; }
    Roles operator()(const ExportGet&) const { return kViewer; }
    Roles operator()(const SnapshotGet&) const { return kViewer; }
    Roles operator()(const ChangesGet&) const { return kViewer; }
    // Says no more than what the asker itself may do.
    Roles operator()(const SubscriptionStatusGet&) const { return kEverybody; }
    // agents; for which node is checked with the key
    Roles operator()(const Hello&) const { return kNode; }
    Roles operator()(const Report&) const { return kNode; }
    Roles operator()(const AssignmentAck&) const { return kNode; }
};

template <class Verb>
bool contains(KeyRole role, const Verb& verb)
{
    return (std::visit(Allowed{}, verb) & bit(role)) != 0;
}

Error denied(KeyRole role, std::string_view verb)
{
    return Error{ErrorCode::PermissionDenied,
                 std::string{"role "} + toString(role) + " may not use " + std::string{verb},
                 std::string{verb},
                 "use a key whose role may; `drover keys list` shows them to an admin"};
}

} // namespace

bool isAllowed(KeyRole role, const WriteVerb& verb) { return contains(role, verb); }
bool isAllowed(KeyRole role, const ReadVerb& verb) { return contains(role, verb); }
bool isAllowed(KeyRole role, const AgentVerb& verb) { return contains(role, verb); }

bool maySubscribe(KeyRole role, std::string_view topic)
{
    if (topic == kTickTopic)
        return (kEverybody & bit(role)) != 0;
    for (const Stream stream : {Stream::Config, Stream::Log, Stream::State})
        if (topic == topicOf(stream))
            return (kViewer & bit(role)) != 0;
    return false;
}

Result<void> authorize(KeyRole role, const Request& request)
{
    if (const auto* write = std::get_if<Write>(&request.body)) {
        for (const Operation& operation : write->operations)
            if (!isAllowed(role, operation.verb))
                return denied(role, verbName(operation.verb));
        return {};
    }
    if (const auto* read = std::get_if<ReadVerb>(&request.body)) {
        if (!isAllowed(role, *read))
            return denied(role, verbName(*read));
        return {};
    }
    const auto& agent = std::get<AgentVerb>(request.body);
    if (!isAllowed(role, agent))
        return denied(role, verbName(agent));
    return {};
}

} // namespace drover::control::service
