#include "control/service/reads.h"

#include "control/core/decide.h"

namespace drover::control::service {

using namespace model;

namespace {

NodeView viewOf(const core::ClusterState& state, const NodeLedger& ledger)
{
    NodeView node;
    node.ledger = ledger;
    if (const auto* record = state.node(ledger.id))
        node.record = *record;
    if (const auto* actual = state.nodeState(ledger.id))
        node.state = *actual;
    node.datasets = state.ownedBy(ledger.id);
    return node;
}

} // namespace

Answer read(const View& view, const NodeList& list)
{
    const auto& nodes = view.state.nodeLedgers();
    auto next = nodes.begin();
    if (!list.page.after.empty()) {
        const auto after = NodeId::parse(list.page.after);
        if (!after)
            return badPageError(list.page.after);
        next = nodes.upper_bound(*after);
    }
    NodeListResult result;
    for (; next != nodes.end() && result.nodes.size() < view.limit(list.page.limit); ++next)
        result.nodes.push_back(viewOf(view.state, next->second));
    if (next != nodes.end())
        result.next = result.nodes.back().ledger.id.toString();
    return ReplyBody{result};
}

Answer read(const View& view, const NodeGet& get)
{
    const auto id = core::resolve(view.state, get.node);
    if (!id)
        return id.error();
    const auto* ledger = view.state.nodeLedger(*id);
    if (ledger == nullptr)
        return Error{ErrorCode::NotFound, "there is no such node", "node " + id->toString(),
                     "see `drover node list`"};
    NodeListResult result;
    result.nodes.push_back(viewOf(view.state, *ledger));
    return ReplyBody{result};
}

} // namespace drover::control::service
