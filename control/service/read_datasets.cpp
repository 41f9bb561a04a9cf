#include "control/service/reads.h"

#include "control/core/decide.h"
#include "control/core/status.h"

#include <algorithm>

namespace drover::control::service {

using namespace model;

namespace {

DatasetView viewOf(const View& view, const DatasetRecord& record)
{
    DatasetView dataset;
    dataset.record = record;
    if (const auto* ledger = view.state.ledger(record.id))
        dataset.ledger = *ledger;
    dataset.status = core::statusOf(view.state, record.id, view.now);
    for (const LeaseToken& token : view.state.leasesOf(record.id))
        if (const auto* lease = view.state.lease(token))
            dataset.leases.push_back(*lease);
    return dataset;
}

// What was purged has no record any more; its ledger remembers it until its copies are gone.
DatasetView viewOfPurge(const View& view, const DatasetId& id)
{
    DatasetView dataset;
    dataset.ledger = *view.state.ledger(id);
    if (dataset.ledger->purged)
        dataset.record = *dataset.ledger->purged;
    dataset.record.id = id;
    dataset.status = core::statusOf(view.state, id, view.now);
    return dataset;
}

std::optional<DatasetId> purgeNamed(const View& view, const DatasetRef& ref)
{
    const auto& purging = view.state.purging();
    if (ref.id)
        return purging.contains(*ref.id) ? ref.id : std::nullopt;
    for (const DatasetId& id : purging) {
        const auto& purged = view.state.ledger(id)->purged;
        if (purged && purged->header.name == ref.name)
            return id;
    }
    return std::nullopt;
}

LeaseView viewOf(const View& view, const LeaseRecord& record)
{
    LeaseView lease;
    lease.record = record;
    if (const auto ends = view.state.leaseEnds(record.token))
        lease.remaining = std::max(Duration{0}, *ends - view.now.running);
    return lease;
}

} // namespace

Answer read(const View& view, const DatasetList& list)
{
    const auto& datasets = view.state.datasets();
    const auto& purging = view.state.purging();
    auto next = datasets.begin();
    auto purge = list.deleted ? purging.begin() : purging.end();
    if (!list.page.after.empty()) {
        const auto after = DatasetId::parse(list.page.after);
        if (!after)
            return badPageError(list.page.after);
        next = datasets.upper_bound(*after);
        if (list.deleted)
            purge = purging.upper_bound(*after);
    }
    const auto skip = [&] {
        while (next != datasets.end() && next->second.deletion.has_value() != list.deleted)
            ++next;
        return next != datasets.end() || purge != purging.end();
    };
    DatasetListResult result;
    while (skip() && result.datasets.size() < view.limit(list.page.limit)) {
        // Both are in the order of ids, and so is the list.
        if (purge == purging.end() || (next != datasets.end() && next->first < *purge))
            result.datasets.push_back(viewOf(view, (next++)->second));
        else
            result.datasets.push_back(viewOfPurge(view, *purge++));
    }
    if (skip())
        result.next = result.datasets.back().record.id.toString();
    return ReplyBody{result};
}

Answer read(const View& view, const DatasetGet& get)
{
    const auto id = core::resolve(view.state, get.dataset, /*evenDeleted=*/true);
    if (!id) {
        const auto purge =
            id.error().code == ErrorCode::NotFound ? purgeNamed(view, get.dataset) : std::nullopt;
        if (!purge)
            return id.error();
        DatasetListResult result;
        result.datasets.push_back(viewOfPurge(view, *purge));
        return ReplyBody{result};
    }
    const auto* record = view.state.dataset(*id);
    if (record == nullptr)
        return Error{ErrorCode::NotFound, "there is no such dataset", "dataset " + id->toString(),
                     "see `drover dataset list`"};
    DatasetListResult result;
    result.datasets.push_back(viewOf(view, *record));
    return ReplyBody{result};
}

Answer read(const View& view, const LeaseList& list)
{
    LeaseListResult result;
    if (list.dataset.id || !list.dataset.name.empty()) {
        const auto id = core::resolve(view.state, list.dataset, /*evenDeleted=*/true);
        if (!id)
            return id.error();
        for (const LeaseToken& token : view.state.leasesOf(*id))
            if (const auto* lease = view.state.lease(token))
                result.leases.push_back(viewOf(view, *lease));
    } else {
        for (const auto& [token, lease] : view.state.leases())
            result.leases.push_back(viewOf(view, lease));
    }
    return ReplyBody{result};
}

} // namespace drover::control::service
