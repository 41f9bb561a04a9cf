#pragma once

// What stands in a picture of the cluster, before anything is laid out: which chips a dataset has on
// which cards, what the head of a node's card says, and what a card amounts to.

#include "gui/models/picture.h"

#include <optional>
#include <vector>

namespace drover::gui::models {

// A chip and the card it is on; absent: the one of those without a place.
struct Place
{
    std::optional<model::NodeId> node;
    Chip chip;
    bool operator==(const Place&) const = default;
};

[[nodiscard]] std::vector<Place> placesOf(const ClusterData& data,
                                          const model::DatasetRecord& record, double lineHeight);
// Title, sign, note and how full its pools are.
void writeHead(Card& card, const ClusterData& data, const model::NodeLedger& ledger);
[[nodiscard]] CardTally tallyOf(const std::vector<Chip>& chips);
// The order of the chips on a card: unsorted ones would have to be sorted each time, sorted ones are
// found by halving.
[[nodiscard]] bool isBefore(const Chip& a, const Chip& b);

} // namespace drover::gui::models
