// rollback: desired fields as they were at an earlier revision.
//
// Specification
// - Only desired fields go back: never keys, roles or the ledger. What was made since stays, and is
//   listed.
// - What was deleted since and still has its data is brought back; what was purged is listed.
// - What cannot go back (a smaller size, a node that is gone, a name that is taken, a leased
//   dataset's place) stays as it is now, and is listed with the reason; the rest goes back all the
//   same.

#include "control/core/decide_ops.h"
#include "control/core/handover.h"
#include "control/core/placement.h"

#include <map>
#include <set>

namespace drover::control::core {

using namespace model;

namespace {

class RollbackWriter
{
public:
    RollbackWriter(DecideContext& context, const std::vector<Record>& past) : m_context(context)
    {
        for (const auto& record : past) {
            if (const auto* dataset = std::get_if<DatasetRecord>(&record))
                m_datasets.emplace(dataset->id, *dataset);
            if (const auto* node = std::get_if<NodeRecord>(&record))
                m_nodes.emplace(node->id, *node);
            if (const auto* cluster = std::get_if<ClusterRecord>(&record))
                m_cluster = *cluster;
        }
    }

    std::size_t write()
    {
        restoreCluster();
        for (const auto& [id, past] : m_nodes)
            restoreNode(id, past);
        settleNames();
        for (const auto& [id, past] : m_datasets)
            if (!past.deletion)
                restoreDataset(id, past);
        for (const auto& id : m_context.view.livingIds())
            if (!m_datasets.contains(id))
                warn(datasetSubject(m_context.view.dataset(id)->header.name) +
                     " was made since and stays");
        return m_restored;
    }

private:
    void warn(std::string text) { m_context.out.warnings.push_back(std::move(text)); }

    void restoreCluster()
    {
        if (!m_cluster)
            return;
        ClusterRecord record = m_context.view.cluster();
        record.header.name = m_cluster->header.name;
        record.deleteGrace = m_cluster->deleteGrace;
        record.retiredCopyGrace = m_cluster->retiredCopyGrace;
        if (record == m_context.view.cluster())
            return;
        m_context.bump(record.header);
        m_context.view.put(record);
        ++m_restored;
    }

    void restoreNode(const NodeId& id, const NodeRecord& past)
    {
        const auto* now = m_context.view.node(id);
        if (m_context.view.nodeLedger(id) == nullptr)
            return warn("node " + past.header.name + " was forgotten since");
        NodeRecord record = now != nullptr ? *now : past;
        record.header.labels = past.header.labels;
        record.cordoned = past.cordoned;
        if (now != nullptr && record == *now)
            return;
        m_context.bump(record.header);
        m_context.view.put(record);
        ++m_restored;
    }

    // Which datasets get their former name. All at once, so that two may swap; one that cannot have
    // its name keeps the present one, which may keep others from having theirs.
    void settleNames()
    {
        std::map<std::string, DatasetId> wanted; // former names of what can be named so
        for (const auto& [id, past] : m_datasets)
            if (!past.deletion && m_context.view.dataset(id) != nullptr)
                wanted.emplace(past.header.name, id);
        for (bool settled = false; !settled;) {
            settled = true;
            for (auto it = wanted.begin(); it != wanted.end();) {
                const auto* holder = m_context.view.living(it->first);
                const bool leaves = holder == nullptr || holder->id == it->second ||
                                    givesUp(holder->id, it->first, wanted);
                if (leaves) {
                    ++it;
                    continue;
                }
                it = wanted.erase(it);
                settled = false;
            }
        }
        for (const auto& [name, id] : wanted)
            m_named.insert(id);
    }

    bool givesUp(const DatasetId& holder, const std::string& name,
                 const std::map<std::string, DatasetId>& wanted) const
    {
        const auto past = m_datasets.find(holder);
        if (past == m_datasets.end() || past->second.deletion || past->second.header.name == name)
            return false;
        const auto it = wanted.find(past->second.header.name);
        return it != wanted.end() && it->second == holder;
    }

    void restoreDataset(const DatasetId& id, const DatasetRecord& past)
    {
        const std::string subject = datasetSubject(past.header.name);
        const auto* now = m_context.view.dataset(id);
        if (now == nullptr)
            return warn(subject + " was purged since and cannot come back");
        DatasetRecord record = *now;
        record.header.labels = past.header.labels;
        record.spec.metadata = past.spec.metadata;
        if (m_named.contains(id))
            record.header.name = past.header.name;
        else if (record.deletion)
            return warn(subject + " stays deleted: another dataset has its name");
        else if (record.header.name != past.header.name)
            warn(datasetSubject(record.header.name) + " keeps its name: another dataset is named " +
                 past.header.name);
        record.deletion.reset();
        restoreSize(record, past);
        restorePlacement(record, past);
        if (record == *now)
            return;
        putChanged(m_context, std::move(record));
        ++m_restored;
    }

    void restoreSize(DatasetRecord& record, const DatasetRecord& past)
    {
        if (record.spec.size == past.spec.size || !past.spec.size)
            return;
        if (!record.spec.size || *record.spec.size < *past.spec.size) {
            // Sizes never shrink, so a smaller one now can only be of a dataset without a size.
            if (!isFrozen(m_context.view.ledger(record.id)))
                record.spec.size = past.spec.size;
            return;
        }
        warn(datasetSubject(record.header.name) + " keeps its size of " +
             toString(*record.spec.size) + ": it cannot shrink to " + toString(*past.spec.size));
    }

    void restorePlacement(DatasetRecord& record, const DatasetRecord& past)
    {
        const Placement wished = past.spec.placement;
        if (record.spec.placement == wished)
            return;
        const auto keep = [&](const std::string& why) {
            warn(datasetSubject(record.header.name) + " stays wished where it is: " + why);
        };
        if (!wished.node) {
            record.spec.placement = wished;
            return;
        }
        const auto node = openNode(m_context, {*wished.node, {}});
        if (!node)
            return keep(node.error().message);
        const auto* ledger = m_context.view.ledger(record.id);
        const bool placed = ledger != nullptr && ledger->owner;
        const auto pool = PlacementPlanner(m_context.state)
                              .poolOn(*node, wished.pool, placed ? &ledger->pool : nullptr);
        if (!pool)
            return keep(pool.error().message);
        const bool moves = placed && (*ledger->owner != *node || ledger->pool != *pool);
        if (moves) {
            if (const auto possible = canHandOver(m_context.state, *ledger, {*node, *pool});
                !possible)
                return keep(possible.error().message);
            if (const std::string holders = holdersOf(m_context.view, record.id); !holders.empty())
                return keep("it is leased by " + holders);
        }
        record.spec.placement = wished;
    }

    DecideContext& m_context;
    std::map<DatasetId, DatasetRecord> m_datasets;
    std::map<NodeId, NodeRecord> m_nodes;
    std::optional<ClusterRecord> m_cluster;
    std::set<DatasetId> m_named; // get their former name
    std::size_t m_restored = 0;
};

} // namespace

OperationOutcome decideOne(DecideContext& context, const Rollback& verb)
{
    if (verb.to == 0 || verb.to > context.state.revision())
        return refuse(ErrorCode::InvalidArgument,
                      "there is no revision " + std::to_string(verb.to) + "; the newest is " +
                          std::to_string(context.state.revision()),
                      {}, "see `drover history`");
    if (!context.past)
        return refuse(ErrorCode::Internal, "rollback was decided without the past configuration");
    const auto past = context.past(verb.to);
    if (!past)
        return past.error();
    const std::size_t restored = RollbackWriter(context, *past).write();
    const std::string message = std::to_string(restored) +
                                " objects are as they were at revision " + std::to_string(verb.to);
    if (restored != 0)
        context.log("rollback", "configuration", message);
    return OperationResult{{}, {}, {}, restored == 0 ? "it is so already" : message};
}

} // namespace drover::control::core
