#include "control/service/reads.h"

#include "control/core/diff.h"

namespace drover::control::service {

using namespace model;

Answer read(const View& view, const HistoryList& list)
{
    auto commits = view.store.history(
        list.before, static_cast<std::uint32_t>(view.limit(list.limit)), list.dataset);
    if (!commits)
        return commits.error();
    const auto oldest = view.store.oldestKept();
    if (!oldest)
        return oldest.error();
    HistoryListResult result;
    result.commits = std::move(*commits);
    result.oldestKept = *oldest;
    return ReplyBody{result};
}

Answer read(const View& view, const DiffGet& get)
{
    const auto from = view.store.configurationAt(get.from);
    if (!from)
        return from.error();
    auto to = get.to == 0 ? Result<std::vector<Record>>{core::configurationOf(view.state)}
                          : view.store.configurationAt(get.to);
    if (!to)
        return to.error();
    return ReplyBody{DiffResult{core::diff(*from, *to, view.state)}};
}

Answer read(const View& view, const ExportGet&)
{
    return ReplyBody{ExportResult{core::exportOf(view.state)}};
}

} // namespace drover::control::service
