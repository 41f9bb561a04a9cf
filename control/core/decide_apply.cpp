// apply: a whole configuration at once.

#include "control/core/decide_ops.h"
#include "control/core/diff.h"

#include <algorithm>
#include <set>

namespace drover::control::core {

using namespace model;

namespace {

NodeRef nodeRef(const std::string& text)
{
    if (const auto id = NodeId::parse(text))
        return {*id, {}};
    return {std::nullopt, text};
}

// One dataset to what the file says of it. Each part goes the way of its own verb, so that it is
// refused for the same reasons.
Result<void> applyDataset(DecideContext& context, const DesiredDataset& wanted)
{
    const std::string subject = datasetSubject(wanted.name);
    const auto* known = context.view.living(wanted.name);
    const DatasetRef ref{std::nullopt, wanted.name};
    if (known == nullptr) {
        DatasetCreate create;
        create.name = wanted.name;
        create.labels = wanted.labels;
        create.size = wanted.size;
        create.filesystem = wanted.filesystem;
        create.metadata = wanted.metadata;
        if (!wanted.node.empty())
            create.node = nodeRef(wanted.node);
        create.pool = wanted.pool;
        create.requiredLabels = wanted.requiredLabels;
        create.poolKinds = wanted.poolKinds;
        if (const auto made = decideOne(context, create); !made)
            return made.error();
        return {};
    }
    const DatasetRecord before = *known;
    if (!wanted.filesystem.empty() && wanted.filesystem != before.spec.filesystem)
        return refuse(
            ErrorCode::Unsupported,
            "the filesystem of " + wanted.name + " cannot change" +
                (before.spec.filesystem.empty() ? "" : " from " + before.spec.filesystem) + " to " +
                wanted.filesystem,
            subject, "create another dataset with it and copy what is in it");
    if (wanted.size)
        if (const auto done = decideOne(context, DatasetResize{ref, *wanted.size}); !done)
            return done.error();
    if (const auto done = decideOne(context, DatasetSetMetadata{ref, wanted.metadata}); !done)
        return done.error();
    if (!wanted.node.empty()) {
        const auto node = resolve(context.state, nodeRef(wanted.node));
        if (!node)
            return node.error();
        const bool stays = before.spec.placement.node == *node &&
                           (wanted.pool.empty() || wanted.pool == before.spec.placement.pool);
        if (!stays)
            if (const auto done =
                    decideOne(context, DatasetMove{ref, nodeRef(wanted.node), wanted.pool, false});
                !done)
                return done.error();
    }
    if (const auto valid = checkLabels(wanted.labels); !valid)
        return about(valid.error(), subject);
    if (const auto valid = checkLabels(wanted.requiredLabels); !valid)
        return about(valid.error(), subject);

    DatasetRecord record = *context.view.living(wanted.name);
    const DatasetRecord unchanged = record;
    record.header.labels = wanted.labels;
    record.spec.placement.requiredLabels = wanted.requiredLabels;
    record.spec.placement.poolKinds = wanted.poolKinds;
    // By constraints from now on: it stays where it is until that node is lost.
    if (wanted.node.empty()) {
        record.spec.placement.node.reset();
        record.spec.placement.pool = wanted.pool;
    }
    if (record == unchanged)
        return {};
    context.log("dataset.apply", subject,
                "as the configuration says: " + changesOf(unchanged, record, context.state),
                record.id);
    putChanged(context, std::move(record));
    return {};
}

Result<void> applyNode(DecideContext& context, const DesiredNode& wanted)
{
    const NodeRef ref = nodeRef(wanted.name);
    if (const auto done = decideOne(context, NodeLabel{ref, wanted.labels}); !done)
        return done.error();
    if (const auto done = decideOne(context, NodeCordon{ref, wanted.cordoned}); !done)
        return done.error();
    return {};
}

} // namespace

OperationOutcome decideOne(DecideContext& context, const Apply& verb)
{
    if (verb.datasets.size() + verb.nodes.size() > kMaximumBatchOperations)
        return refuse(
            ErrorCode::TooLarge,
            "the configuration names " + std::to_string(verb.datasets.size() + verb.nodes.size()) +
                " objects; at most " + std::to_string(kMaximumBatchOperations) + " are allowed",
            {}, "apply it in several parts, without --prune");
    std::set<std::string> named;
    for (const auto& wanted : verb.datasets)
        if (!named.insert(wanted.name).second)
            return refuse(ErrorCode::InvalidArgument,
                          "the configuration names the dataset " + wanted.name + " twice",
                          datasetSubject(wanted.name), "remove one of the two");
    std::set<std::string> nodes;
    for (const auto& wanted : verb.nodes)
        if (!nodes.insert(wanted.name).second)
            return refuse(ErrorCode::InvalidArgument,
                          "the configuration names the node " + wanted.name + " twice",
                          "node " + wanted.name, "remove one of the two");
    // What goes first: a name or room that it had may be wanted by what comes.
    std::vector<std::string> kept;
    for (const auto& id : context.view.livingIds()) {
        const DatasetRecord record = *context.view.dataset(id);
        if (named.contains(record.header.name))
            continue;
        if (!verb.prune) {
            kept.push_back(record.header.name);
            continue;
        }
        const auto done = decideOne(context, DatasetDelete{{id, {}}, std::nullopt, false});
        if (!done)
            return done.error();
    }
    std::sort(kept.begin(), kept.end());
    if (kept.size() == 1)
        context.out.warnings.push_back("what is applied does not name dataset " + kept.front() +
                                       ", which stays as it is; --prune deletes it");
    else if (!kept.empty())
        context.out.warnings.push_back(
            "what is applied does not name " + std::to_string(kept.size()) +
            " datasets, which stay as they are; --prune deletes them: " + listed(kept));
    // Nodes before datasets: a cordon or label of the same file counts for what is placed by it.
    for (const auto& wanted : verb.nodes)
        if (const auto done = applyNode(context, wanted); !done)
            return done.error();
    for (const auto& wanted : verb.datasets)
        if (const auto done = applyDataset(context, wanted); !done)
            return done.error();
    return OperationResult{
        {}, {}, {}, context.view.changes().empty() ? "it is so already" : std::string()};
}

} // namespace drover::control::core
