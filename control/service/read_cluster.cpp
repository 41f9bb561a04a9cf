#include "control/service/reads.h"

#include "control/core/status.h"

#include <algorithm>

namespace drover::control::service {

using namespace model;

Answer answer(const View& view, const ReadVerb& verb)
{
    return std::visit([&](const auto& one) { return read(view, one); }, verb);
}

Error badPageError(const std::string& after)
{
    return Error{ErrorCode::InvalidArgument, "`" + after + "` is not where a page ended", "page",
                 "give `after` exactly as the last answer's `next` had it, or leave it empty"};
}

std::vector<std::string> features() { return {}; }

Answer read(const View& view, const ClientHello& hello)
{
    if (hello.minimumVersion > kProtocolVersion || hello.maximumVersion < kProtocolVersion)
        return Error{ErrorCode::UnsupportedVersion,
                     "this control, version " + view.config.version + ", speaks protocol version " +
                         std::to_string(kProtocolVersion) + ", the client " +
                         std::to_string(hello.minimumVersion) + " to " +
                         std::to_string(hello.maximumVersion),
                     "protocol", "use a client of the same release"};
    ClientWelcome welcome;
    welcome.version = view.config.version;
    welcome.cluster = view.state.cluster().id;
    welcome.clusterName = view.state.cluster().header.name;
    welcome.history = view.state.history().history;
    welcome.term = view.state.history().term;
    welcome.controlTime = view.now.wall;
    welcome.eventsEndpoint = view.eventsEndpoint;
    welcome.user = view.user;
    welcome.role = view.role;
    for (const std::string& feature : features())
        if (std::find(hello.features.begin(), hello.features.end(), feature) !=
            hello.features.end())
            welcome.features.push_back(feature);
    return ReplyBody{welcome};
}

Answer read(const View& view, const StatusGet&)
{
    const core::ClusterState& state = view.state;
    StatusResult status;
    status.version = view.config.version;
    status.cluster = state.cluster();
    status.history = state.history();
    status.history.running = view.now.running;
    status.revision = state.revision();
    status.safeMode = !view.safeMode.empty();
    status.safeModeReason = view.safeMode;
    status.safeModeSince = view.safeModeSince;
    status.controlTime = view.now.wall;
    status.user = view.user;
    status.role = view.role;
    status.datasets = state.livingCount();
    status.deleted = state.deletedCount();
    status.purging = state.purging().size();
    status.inSync = state.syncCounts().inSync;
    status.converging = state.syncCounts().converging;
    status.blocked = state.syncCounts().blocked;
    const core::LivenessCounts& liveness = state.livenessCounts();
    status.nodes = liveness.total();
    status.alive = liveness.alive;
    status.evasive = liveness.evasive;
    status.unreachable = liveness.unreachable;
    status.lost = liveness.lost;
    status.syncing = liveness.syncing;
    status.leases = state.leases().size();
    status.eventsEndpoint = view.eventsEndpoint;
    status.conditions = core::clusterConditions(state, view.now);
    if (view.fullSince) {
        Condition full;
        full.type = ConditionType::StepFailed;
        full.severity = ConditionSeverity::Error;
        full.reason = "StoreFull";
        full.message = "the disk under control's store is full; every write is refused";
        full.suggestion = "free some space there; control goes on by itself";
        full.since = *view.fullSince;
        status.conditions.push_back(std::move(full));
    }
    return ReplyBody{status};
}

Answer read(const View& view, const KeyList&)
{
    KeyListResult result;
    for (const auto& [publicKey, record] : view.state.keys())
        result.keys.push_back(record);
    std::sort(result.keys.begin(), result.keys.end(),
              [](const KeyRecord& a, const KeyRecord& b) { return a.name < b.name; });
    return ReplyBody{result};
}

} // namespace drover::control::service
