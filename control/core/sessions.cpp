#include "control/core/sessions.h"

#include "proto/model/mutation.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

HelloResult refused(ErrorCode code, std::string message, const Hello& hello, std::string hint = {})
{
    HelloResult result;
    result.verdict = HelloVerdict::Refuse;
    result.error =
        Error{code, std::move(message),
              "node " + (hello.hostname.empty() ? hello.node.toString() : hello.hostname),
              std::move(hint)};
    return result;
}

void distrust(PoolState& pool, const char* reason, const std::string& message,
              const std::string& suggestion, const Now& now)
{
    pool.available = false;
    Condition condition;
    condition.type = ConditionType::PoolUnavailable;
    condition.severity = ConditionSeverity::Error;
    condition.reason = reason;
    condition.message = message;
    condition.since = now.wall;
    condition.suggestion = suggestion;
    pool.conditions.push_back(std::move(condition));
}

bool isDistrusted(const PoolState& pool)
{
    static constexpr const char* kReasons[] = {"DuplicatePool", "DuplicatePoolName",
                                               "UnknownPool",   "BadPoolName",
                                               "PoolChanged",   "PoolOfAnotherNode"};
    return std::any_of(pool.conditions.begin(), pool.conditions.end(), [](const Condition& c) {
        return std::any_of(std::begin(kReasons), std::end(kReasons),
                           [&](const char* reason) { return c.reason == reason; });
    });
}

// A pool as its node states it, held against the ledger and against the node's other pools.
// `fresh`: pools that are not in the ledger yet may come in.
void checkPool(PoolState& pool, const ClusterState& state, const NodeId& node,
               const std::vector<PoolState>& earlier, bool fresh, const Now& now)
{
    for (const auto& other : earlier) {
        if (isDistrusted(other))
            continue;
        if (other.id == pool.id)
            return distrust(pool, "DuplicatePool",
                            "two folders of this node carry the pool id " + pool.id.toString(),
                            "one is a copy of the other; take it out of the agent's configuration",
                            now);
        if (other.name == pool.name)
            return distrust(pool, "DuplicatePoolName",
                            "two pools of this node are named " + pool.name,
                            "rename one in the agent's configuration", now);
    }
    const auto* known = state.pool(pool.id);
    if (known == nullptr) {
        if (!fresh)
            distrust(pool, "UnknownPool", "the pool was not named when the session began",
                     "restart the agent", now);
        else if (const auto valid = checkName("pool", pool.name); !valid)
            distrust(pool, "BadPoolName", valid.error().message,
                     "rename it in the agent's configuration", now);
        return;
    }
    if (known->kind != pool.kind || known->shared != pool.shared || known->fence != pool.fence)
        return distrust(pool, "PoolChanged",
                        "it was a " + std::string(known->shared ? "shared " : "") + known->kind +
                            " pool and now says to be a " + (pool.shared ? "shared " : "") +
                            pool.kind + " pool, or has another fence",
                        "make a new pool; a pool keeps its kind and fence", now);
    const bool mine =
        std::find(known->nodes.begin(), known->nodes.end(), node) != known->nodes.end();
    if (!mine && !known->shared)
        distrust(
            pool, "PoolOfAnotherNode",
            "this pool belongs to node " + nodeName(state, known->nodes.front()),
            "a pool's folder was copied or moved between machines; only its own node may use it",
            now);
}

// `checked` were held against the ledger before; `pools` come in beside them. Sorted by id.
std::vector<PoolState> checkedPools(std::vector<PoolState> checked, std::vector<PoolState> pools,
                                    const ClusterState& state, const NodeId& node, bool fresh,
                                    const Now& now)
{
    for (auto& pool : pools) {
        checkPool(pool, state, node, checked, fresh, now);
        checked.push_back(std::move(pool));
    }
    std::stable_sort(checked.begin(), checked.end(),
                     [](const auto& a, const auto& b) { return a.id < b.id; });
    // Two under one id: which of them holds the data is not known, so neither is used.
    std::vector<PoolState> pooled;
    for (auto& pool : checked) {
        if (pooled.empty() || pooled.back().id != pool.id) {
            pooled.push_back(std::move(pool));
            continue;
        }
        pooled.back().available = false;
        pooled.back().conditions.insert(pooled.back().conditions.end(), pool.conditions.begin(),
                                        pool.conditions.end());
    }
    return pooled;
}

// Ledger entries that a Hello brings in or changes.
void rememberPools(Decision& decision, const ClusterState& state, const NodeId& node,
                   const std::vector<PoolState>& pools)
{
    for (const auto& pool : pools) {
        const bool distrusted = isDistrusted(pool);
        const auto* known = state.pool(pool.id);
        if (known == nullptr) {
            if (distrusted)
                continue;
            decision.changes.emplace_back(RecordPut{PoolLedger{
                pool.id, pool.name, pool.kind, pool.shared, pool.fence, {node}, std::nullopt, 0}});
            continue;
        }
        const bool same =
            known->kind == pool.kind && known->shared == pool.shared && known->fence == pool.fence;
        const bool mine =
            std::find(known->nodes.begin(), known->nodes.end(), node) != known->nodes.end();
        if (!same || (!mine && !known->shared))
            continue;
        PoolLedger ledger = *known;
        if (!mine) {
            ledger.nodes.push_back(node);
            std::sort(ledger.nodes.begin(), ledger.nodes.end());
        }
        if (!distrusted)
            ledger.name = pool.name;
        if (ledger != *known)
            decision.changes.emplace_back(RecordPut{ledger});
    }
}

std::optional<HelloResult> refuseHello(const ClusterState& state, const Hello& hello,
                                       const Actor& actor, const std::optional<LiveSession>& live)
{
    if (actor.role != KeyRole::Node || actor.node != hello.node)
        return refused(ErrorCode::PermissionDenied,
                       "this key may not speak for node " + hello.node.toString(), hello,
                       "every node has its own key; see `drover keys list`");
    if (hello.node.isNil() || hello.hostname.empty() || hello.hostname.size() > 253 ||
        !isValidUtf8(hello.hostname))
        return refused(ErrorCode::InvalidArgument,
                       "a node needs an id, and a hostname of 1 to 253 bytes", hello);
    if (impliesAmnesia(state, hello)) {
        auto result =
            refused(ErrorCode::SafeMode,
                    "the node remembers term " + std::to_string(hello.highestTerm) + ", revision " +
                        std::to_string(hello.highestRevision) +
                        " of this cluster's history, control is at term " +
                        std::to_string(state.history().term) + ", revision " +
                        std::to_string(state.revision()),
                    hello, "control's store is older than it was; bring the newest one back");
        result.amnesia = true;
        return result;
    }
    // Who knows a history that a recovery ended is welcome: whatever it saw lies below this term.
    const auto& ended = state.history().superseded;
    const bool superseded =
        std::find(ended.begin(), ended.end(), hello.highestHistory) != ended.end() &&
        hello.highestTerm < state.history().term;
    if (!hello.highestHistory.isNil() && hello.highestHistory != state.history().history &&
        !superseded)
        return refused(ErrorCode::Conflict,
                       "the node belongs to the history " + hello.highestHistory.toString() +
                           ", control keeps " + state.history().history.toString(),
                       hello, "connect it to its own control, or give it a new state folder");
    // Without this word of a person, nobody knows that the machine which has the node's data, and its mounts, is not just cut off.
    const auto* known = state.nodeLedger(hello.node);
    if (known != nullptr && !known->lost && !known->machine.isNil() && !hello.machine.isNil() &&
        known->machine != hello.machine)
        return refused(
            ErrorCode::DuplicateNode,
            "the node belongs to another machine, " + known->machine.toString() + "; this one is " +
                hello.machine.toString(),
            hello,
            "a copied machine needs a node id and key of its own; if it replaces the other "
            "one, end that and say `drover node declare-lost`");
    // The same process after a broken connection; any other one must not take over from one that
    // still speaks.
    if (!live || live->incarnation == hello.incarnation)
        return std::nullopt;
    if (live->probe == LiveSession::Probe::NotProbed) {
        HelloResult result;
        result.verdict = HelloVerdict::Probe;
        return result;
    }
    if (live->probe == LiveSession::Probe::Answered)
        return refused(
            ErrorCode::DuplicateNode,
            live->machine == hello.machine ? "another agent on this machine speaks for this node"
                                           : "another machine speaks for this node",
            hello, "end one of the two; a copied machine needs a node id and key of its own");
    return std::nullopt;
}

} // namespace

HelloResult acceptHello(const ClusterState& state, const Hello& hello, const Actor& actor,
                        const std::optional<LiveSession>& live, const Now& now, IdSource& ids)
{
    if (auto refusal = refuseHello(state, hello, actor, live))
        return std::move(*refusal);

    HelloResult result;
    result.verdict = HelloVerdict::Accept;
    const auto* known = state.nodeLedger(hello.node);
    NodeLedger ledger = known != nullptr ? *known : NodeLedger{};
    const bool otherMachine = known != nullptr && known->machine != hello.machine;
    if (known == nullptr) {
        ledger.id = hello.node;
        ledger.firstSeen = now.wall;
    }
    ledger.machine = hello.machine;
    ledger.hostname = hello.hostname;
    ledger.address = hello.address;
    ledger.bulkEndpoint = hello.bulkEndpoint;
    if (const auto* key = state.keyNamed(actor.user))
        ledger.publicKey = key->publicKey;
    if (known == nullptr || *known != ledger)
        result.decision.changes.emplace_back(RecordPut{ledger});
    const auto note = [&](const char* verb, const std::string& message) {
        result.decision.log.push_back({now.wall, "node " + hello.hostname, verb,
                                       "node " + hello.hostname, std::nullopt, hello.node,
                                       message});
    };
    if (known == nullptr)
        note("node.joined", "joined the cluster");
    if (otherMachine)
        note("node.machine", "speaks from another machine than before");

    const auto pools = checkedPools({}, hello.pools, state, hello.node, /*fresh=*/true, now);
    rememberPools(result.decision, state, hello.node, pools);

    NodeState node;
    node.id = hello.node;
    node.liveness = Liveness::Syncing;
    node.since = now.wall;
    node.lastHeard = now.wall;
    node.session = ids.make<SessionId>();
    node.boot = hello.boot;
    node.version = hello.version;
    node.labels = hello.labels;
    node.pools = pools;
    result.facts.emplace_back(NodeStatePut{node});

    result.welcome.session = *node.session;
    result.welcome.cluster = state.cluster().id;
    result.welcome.history = state.history().history;
    result.welcome.term = state.history().term;
    result.welcome.nonce = state.history().nonce;
    result.welcome.supersedes = state.history().superseded;
    result.welcome.ownershipTerm = state.cluster().ownershipTerm;
    result.welcome.controlTime = now.wall;
    return result;
}

Result<void> checkReport(const ClusterState& state, const NodeId& node, const Report& report)
{
    const auto* known = state.nodeState(node);
    if (known != nullptr && known->session &&
        (*known->session == report.session || DROVER_MUTATION("accept-old-session")))
        return {};
    return Error{ErrorCode::StaleSession, "the report is of another session",
                 "node " + nodeName(state, node), "open a new session"};
}

std::vector<StateChange> onReport(const ClusterState& state, const NodeId& id, const Report& report,
                                  const Now& now)
{
    std::vector<StateChange> changes;
    const auto* known = state.nodeState(id);
    if (known == nullptr ||
        (known->session != report.session && !DROVER_MUTATION("accept-old-session")))
        return changes;
    const auto* sync = state.syncProgress(id);
    const bool wasComplete = sync != nullptr && sync->complete;
    const bool completes =
        (report.complete || DROVER_MUTATION("trust-partial-report")) && !wasComplete;

    NodeState node = *known;
    if (!report.pools.empty()) {
        // What is not reported about now stays as it was, and what comes is held against it too.
        std::vector<PoolState> kept;
        for (const auto& old : known->pools) {
            const bool replaced = std::any_of(report.pools.begin(), report.pools.end(),
                                              [&](const PoolState& p) { return p.id == old.id; });
            if (!replaced)
                kept.push_back(old);
        }
        // Named when the session began, and known though no ledger has it: while control is in safe
        // mode it writes none.
        const bool fresh =
            std::all_of(report.pools.begin(), report.pools.end(), [&](const PoolState& pool) {
                return std::any_of(known->pools.begin(), known->pools.end(), [&](const auto& p) {
                    return p.id == pool.id && !isDistrusted(p);
                });
            });
        node.pools = checkedPools(std::move(kept), report.pools, state, id, fresh, now);
    }
    const Liveness speaking = wasComplete || completes ? Liveness::Alive : Liveness::Syncing;
    if (node.liveness != speaking) {
        node.liveness = speaking;
        node.since = now.wall;
    }
    if (node != *known)
        node.lastHeard = now.wall;

    // Copies first: when the node becomes Alive, what it has is known.
    std::set<CopyId> named;
    for (const auto& copy : report.copies) {
        named.insert(copy.copy);
        const auto* old = state.copyState(id, copy.copy);
        const bool unseen = sync != nullptr && !sync->complete && !sync->seen.contains(copy.copy);
        if (old == nullptr || *old != copy || unseen)
            changes.emplace_back(CopyStatePut{id, copy});
    }
    for (const auto& copy : report.gone) {
        if (named.contains(copy))
            continue;
        if (state.copyState(id, copy) != nullptr || state.destroyedDataset(copy))
            changes.emplace_back(CopyStateRemoved{{id, copy}});
    }
    if (completes) {
        const auto available = [&](const PoolId& pool) {
            return std::any_of(node.pools.begin(), node.pools.end(),
                               [&](const PoolState& p) { return p.id == pool && p.available; });
        };
        for (const auto& key : state.copiesOn(id)) {
            const auto* copy = state.copyState(key.node, key.copy);
            const bool seen =
                named.contains(key.copy) || (sync != nullptr && sync->seen.contains(key.copy));
            // Who is not the cluster agent of a shared pool lists only what it holds: that it names an image no more does not prove that
            // the image is destroyed. It says so itself when it is asked.
            const auto* pool = state.pool(copy->pool);
            const bool listsAll = pool == nullptr || !pool->shared || pool->agentNode == id;
            if (!seen && available(copy->pool) && (listsAll || !state.destroyedDataset(key.copy)))
                changes.emplace_back(CopyStateRemoved{key});
        }
    }
    if (node != *known)
        changes.emplace_back(NodeStatePut{std::move(node)});
    return changes;
}

bool impliesAmnesia(const ClusterState& state, const Hello& hello)
{
    if (hello.highestHistory.isNil() || hello.highestHistory != state.history().history)
        return false;
    return hello.highestTerm > state.history().term || hello.highestRevision > state.revision();
}

bool impliesAmnesia(const ClusterState& state, const Report& report)
{
    return std::any_of(report.copies.begin(), report.copies.end(), [&](const CopyState& copy) {
        const auto* ledger = state.ledger(copy.dataset);
        return ledger != nullptr && copy.epoch > ledger->epoch;
    });
}

namespace {

bool isDuplicate(const Condition& condition)
{
    return condition.type == ConditionType::DuplicateNode;
}

} // namespace

std::vector<StateChange> showDuplicate(const ClusterState& state, const Hello& refused,
                                       const Error& why, const Now& now)
{
    const auto* known = state.nodeState(refused.node);
    if (known == nullptr)
        return {};
    Condition condition;
    condition.type = ConditionType::DuplicateNode;
    condition.severity = ConditionSeverity::Error;
    condition.reason = "DuplicateNode";
    condition.message = why.message + "; the second one calls itself " + refused.hostname +
                        (refused.address.empty() ? "" : " at " + refused.address) +
                        " and is refused";
    condition.suggestion = why.hint;
    condition.since = now.wall;
    NodeState node = *known;
    const auto old = std::find_if(node.conditions.begin(), node.conditions.end(), isDuplicate);
    if (old != node.conditions.end()) {
        condition.since = old->since;
        if (*old == condition)
            return {};
        node.conditions.erase(old);
    }
    node.conditions.push_back(std::move(condition));
    return {NodeStatePut{std::move(node)}};
}

std::vector<StateChange> hideDuplicate(const ClusterState& state, const NodeId& id)
{
    const auto* known = state.nodeState(id);
    if (known == nullptr)
        return {};
    NodeState node = *known;
    if (std::erase_if(node.conditions, isDuplicate) == 0)
        return {};
    return {NodeStatePut{std::move(node)}};
}

} // namespace drover::control::core
