#include "control/core/placement.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

template <class T>
bool contains(const std::vector<T>& values, const T& value)
{
    return std::find(values.begin(), values.end(), value) != values.end();
}

std::string hostname(const ClusterState& state, const NodeId& id)
{
    const auto* node = state.nodeLedger(id);
    return node != nullptr && !node->hostname.empty() ? node->hostname : id.toString();
}

Error error(ErrorCode code, std::string message, std::string subject, std::string hint = {})
{
    return Error{code, std::move(message), std::move(subject), std::move(hint)};
}

} // namespace

std::string PlacementChoice::why(const ClusterState& state) const
{
    std::string text;
    for (const auto& one : rejected)
        text += (text.empty() ? "" : "; ") + hostname(state, one.node) + ": " + one.reason;
    return text.empty() ? "no node is known" : text;
}

bool PlacementChoice::mayFitLater() const
{
    return rejected.empty() ||
           std::any_of(rejected.begin(), rejected.end(), [](const auto& r) { return r.temporary; });
}

Labels PlacementPlanner::labelsOf(const NodeId& node) const
{
    Labels labels;
    if (const auto* wished = m_state.node(node))
        labels = wished->header.labels;
    if (const auto* state = m_state.nodeState(node))
        labels.insert(state->labels.begin(), state->labels.end());
    return labels;
}

Result<PoolId> PlacementPlanner::poolOn(const NodeId& node, const std::string& name,
                                        const PoolId* like) const
{
    const auto pools = m_state.poolsOfNode(node);
    const auto named = [&](const std::string& wanted) -> std::optional<PoolId> {
        for (const auto& id : pools)
            if (m_state.pool(id)->name == wanted)
                return id;
        return std::nullopt;
    };
    std::vector<std::string> names;
    for (const auto& id : pools)
        names.push_back(m_state.pool(id)->name);
    const std::string subject = "node " + hostname(m_state, node);
    if (!name.empty()) {
        if (const auto id = named(name))
            return *id;
        return error(ErrorCode::NotFound, "there is no pool " + name + " on " + subject, subject,
                     names.empty() ? "it has no pools; start its agent with one"
                                   : "its pools: " + joined(names));
    }
    if (like != nullptr) {
        if (contains(pools, *like))
            return *like;
        const auto* ledger = m_state.pool(*like);
        if (ledger != nullptr)
            if (const auto id = named(ledger->name))
                return *id;
    }
    if (pools.size() == 1)
        return pools.front();
    if (const auto id = named("default"))
        return *id;
    if (pools.empty())
        return error(ErrorCode::NotFound, subject + " has no pool", subject,
                     "start its agent with a pool");
    return error(ErrorCode::InvalidArgument, "which pool of " + subject + " is not clear", subject,
                 "name one with --pool: " + joined(names));
}

Result<void> PlacementPlanner::fits(const DatasetSpec& spec, const NodeId& node, const PoolId& pool,
                                    const Room& room) const
{
    const auto* state = m_state.poolState(node, pool);
    if (state == nullptr)
        return {};
    const std::string subject = "pool " + state->name + " on node " + hostname(m_state, node);
    const auto& can = state->capabilities;
    if (!spec.filesystem.empty() && !contains(can.filesystems, spec.filesystem))
        return error(ErrorCode::Unsupported,
                     can.filesystems.empty()
                         ? subject + " makes no filesystems of its own, so it cannot offer " +
                               spec.filesystem
                         : subject + " does not offer the filesystem " + spec.filesystem,
                     subject,
                     can.filesystems.empty() ? "leave the filesystem out"
                                             : "it offers: " + joined(can.filesystems));
    if (!can.sizes)
        return {};
    if (!spec.size)
        return error(ErrorCode::InvalidArgument, subject + " needs to know the size", subject,
                     "give one with --size");
    const ByteCount size = *spec.size;
    if (size < kMinimumDatasetSize)
        return error(ErrorCode::InvalidArgument,
                     "the size " + toString(size) + " is below the least size of " +
                         toString(kMinimumDatasetSize),
                     subject, "take " + toString(kMinimumDatasetSize) + " or more");
    if (room.others.value > state->capacity.value ||
        size.value > state->capacity.value - room.others.value) {
        const std::uint64_t left =
            state->capacity.value - std::min(state->capacity.value, room.others.value);
        return error(ErrorCode::NoPlacement,
                     subject + " has " + toString(ByteCount{left}) + " that are not promised, " +
                         toString(size) + " are needed",
                     subject, "delete or move something there, or choose another place");
    }
    const std::uint64_t grows = size.value - std::min(size.value, room.alreadyThere.value);
    if (grows > state->free.value)
        return error(ErrorCode::NoPlacement,
                     subject + " has " + toString(state->free) + " free, " +
                         toString(ByteCount{grows}) + " are needed",
                     subject, "free something there, or choose another place");
    return {};
}

std::optional<RejectedNode> PlacementPlanner::rejectNode(const DatasetSpec& spec,
                                                         const NodeId& node) const
{
    const auto because = [&](std::string reason, bool temporary) {
        return RejectedNode{node, std::move(reason), temporary};
    };
    if (m_state.nodeLedger(node) == nullptr)
        return because("unknown", false);
    if (m_state.isLost(node))
        return because("declared lost", false);
    if (!spec.placement.node) {
        const auto* wished = m_state.node(node);
        if (wished != nullptr && wished->cordoned)
            return because("cordoned", false);
        const Labels labels = labelsOf(node);
        for (const auto& [key, value] : spec.placement.requiredLabels) {
            const auto it = labels.find(key);
            if (it == labels.end())
                return because("has no label " + key, false);
            if (it->second != value)
                return because("label " + key + " is " + it->second + ", not " + value, false);
        }
    }
    const auto* state = m_state.nodeState(node);
    if (state == nullptr)
        return because("has not spoken yet", true);
    switch (state->liveness) {
    case Liveness::Alive:
        return std::nullopt;
    case Liveness::Syncing:
        return because("still reporting what it has", true);
    case Liveness::Evasive:
        return because("missed heartbeats", true);
    case Liveness::Unreachable:
        return because("unreachable", true);
    case Liveness::Lost:
        return because("declared lost", false);
    }
    return std::nullopt;
}

Result<std::vector<PoolId>> PlacementPlanner::poolsFor(const DatasetSpec& spec,
                                                       const NodeId& node) const
{
    const auto& placement = spec.placement;
    if (placement.poolKinds.empty()) {
        const auto pool = poolOn(node, placement.pool);
        // By constraints any pool may do; a node that was named must be clear about its own.
        if (pool)
            return std::vector<PoolId>{*pool};
        if (placement.node || pool.error().code == ErrorCode::NotFound)
            return pool.error();
    }
    std::vector<PoolId> fitting;
    for (const auto& id : m_state.poolsOfNode(node)) {
        const auto* pool = m_state.pool(id);
        if (!placement.pool.empty() && pool->name != placement.pool)
            continue;
        if (!placement.poolKinds.empty() && !contains(placement.poolKinds, pool->kind))
            continue;
        fitting.push_back(id);
    }
    if (fitting.empty())
        return error(ErrorCode::NotFound, "has no pool of the kind " + joined(placement.poolKinds),
                     {});
    return fitting;
}

PlacementChoice PlacementPlanner::best(const DatasetSpec& spec, const std::vector<NodeId>& nodes,
                                       const PoolId* there) const
{
    PlacementChoice choice;
    std::optional<Candidate> chosen;
    const std::uint64_t size = spec.size ? spec.size->value : 0;
    for (const auto& node : nodes) {
        if (auto rejected = rejectNode(spec, node)) {
            choice.rejected.push_back(std::move(*rejected));
            continue;
        }
        const auto pools = there != nullptr
                               ? Result<std::vector<PoolId>>(std::vector<PoolId>{*there})
                               : poolsFor(spec, node);
        if (!pools) {
            choice.rejected.push_back({node, pools.error().message, false});
            continue;
        }
        std::optional<Candidate> here;
        std::optional<RejectedNode> reason;
        for (const auto& pool : *pools) {
            const auto* state = m_state.poolState(node, pool);
            if (state == nullptr || !state->available) {
                reason = RejectedNode{node, "pool " + m_state.pool(pool)->name + " is unavailable",
                                      true};
                continue;
            }
            const ByteCount committed = m_state.committed(pool);
            if (there == nullptr)
                if (const auto fit = fits(spec, node, pool, {committed, {}}); !fit) {
                    reason = RejectedNode{node, fit.error().message, false};
                    continue;
                }
            const std::uint64_t room =
                state->capabilities.sizes
                    ? state->capacity.value - std::min(state->capacity.value, committed.value)
                    : state->free.value;
            const Candidate candidate{node, pool, room - std::min(room, size)};
            if (!here || candidate.left > here->left)
                here = candidate;
        }
        if (!here) {
            if (reason)
                choice.rejected.push_back(std::move(*reason));
            continue;
        }
        const bool better =
            !chosen || here->left > chosen->left ||
            (here->left == chosen->left && m_state.ownedBy(node) < m_state.ownedBy(chosen->node));
        if (better)
            chosen = here;
    }
    if (chosen) {
        choice.node = chosen->node;
        choice.pool = chosen->pool;
    }
    return choice;
}

PlacementChoice PlacementPlanner::choose(const DatasetSpec& spec) const
{
    std::vector<NodeId> nodes;
    if (spec.placement.node)
        nodes.push_back(*spec.placement.node);
    else
        for (const auto& [id, node] : m_state.nodeLedgers())
            nodes.push_back(id);
    return best(spec, nodes, nullptr);
}

PlacementChoice PlacementPlanner::chooseIn(const DatasetSpec& spec, const PoolId& pool) const
{
    const auto* ledger = m_state.pool(pool);
    std::vector<NodeId> nodes = ledger != nullptr ? ledger->nodes : std::vector<NodeId>{};
    if (spec.placement.node)
        std::erase_if(nodes, [&](const NodeId& n) { return n != *spec.placement.node; });
    return best(spec, nodes, &pool);
}

} // namespace drover::control::core
