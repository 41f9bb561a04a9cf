#pragma once

// What `watch` shows of the cluster: its state in a few lines, then as many datasets as fit, what
// is wrong first.

#include "bus/client/tables.h"
#include "cli/resolve.h"
#include "cli/terminal.h"
#include "proto/model/api.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace drover::cli {

// A moment of the cluster, as a mirror has it.
struct WatchMoment
{
    const client::Tables& tables;
    model::Revision revision = 0;
    std::string stale; // why it may be old; empty: it is current
    std::optional<model::TimePoint> now;
};

struct WatchPage
{
    std::vector<std::string> lines; // as many as the screen has rows, at most
    std::size_t first = 0; // the first dataset that is shown, after the limits were applied
    std::size_t room = 1;  // datasets that fit
    std::size_t total = 0;
};

// The page of a screen with so many rows that begins with the dataset `first` (0: the worst).
// `hasKeys`: whether one can scroll.
[[nodiscard]] WatchPage watchPage(const Terminal& terminal, const WatchMoment& moment,
                                  std::size_t rows, std::size_t first, bool hasKeys);

[[nodiscard]] NodeNames namesOf(const client::Tables& tables);
// What of a mirror's tables people see as a dataset.
[[nodiscard]] model::DatasetView viewOf(const client::Tables& tables,
                                        const model::DatasetRecord& record);

} // namespace drover::cli
