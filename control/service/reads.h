#pragma once

// Answers to what clients ask without changing anything. Each function reads the view it is given
// and nothing else; one file per group of verbs.

#include "control/core/cluster_state.h"
#include "control/service/environment.h"
#include "control/service/running_clock.h"
#include "control/service/streams.h"
#include "control/store/store.h"

#include <algorithm>
#include <optional>

namespace drover::control::service {

// Everything that is committed, at one moment, and who looks at it.
struct View
{
    const core::ClusterState& state;
    store::Store& store; // read only
    const Streams& streams;
    const ServiceConfig& config;
    model::Now now;
    std::string eventsEndpoint;
    std::string safeMode; // the reason; empty = not in safe mode
    std::optional<model::TimePoint> safeModeSince;
    std::optional<model::TimePoint> fullSince; // the disk under the store
    // The asker.
    std::string user;
    model::KeyRole role = model::KeyRole::Viewer;
    // At most so many items in one answer; the caller lowers it until the answer fits a frame.
    std::size_t mostItems = 500;

    [[nodiscard]] std::size_t limit(std::uint32_t asked) const
    {
        return asked == 0 ? mostItems : std::min<std::size_t>(asked, mostItems);
    }
};

using Answer = model::Result<model::ReplyBody>;

// Any read verb.
[[nodiscard]] Answer answer(const View& view, const model::ReadVerb& verb);

// read_cluster.cpp
[[nodiscard]] Answer read(const View& view, const model::ClientHello& hello);
[[nodiscard]] Answer read(const View& view, const model::StatusGet& get);
[[nodiscard]] Answer read(const View& view, const model::KeyList& list);
// read_nodes.cpp
[[nodiscard]] Answer read(const View& view, const model::NodeList& list);
[[nodiscard]] Answer read(const View& view, const model::NodeGet& get);
// read_datasets.cpp
[[nodiscard]] Answer read(const View& view, const model::DatasetList& list);
[[nodiscard]] Answer read(const View& view, const model::DatasetGet& get);
[[nodiscard]] Answer read(const View& view, const model::LeaseList& list);
// read_history.cpp
[[nodiscard]] Answer read(const View& view, const model::HistoryList& list);
[[nodiscard]] Answer read(const View& view, const model::DiffGet& get);
[[nodiscard]] Answer read(const View& view, const model::ExportGet& get);
// read_streams.cpp
[[nodiscard]] Answer read(const View& view, const model::SnapshotGet& get);
[[nodiscard]] Answer read(const View& view, const model::ChangesGet& get);
[[nodiscard]] Answer read(const View& view, const model::SubscriptionStatusGet& get);

// The error for a page key that no answer of ours gave out.
[[nodiscard]] model::Error badPageError(const std::string& after);

// What this control offers beyond the base protocol; nobody uses what its peer lacks.
[[nodiscard]] std::vector<std::string> features();

} // namespace drover::control::service
