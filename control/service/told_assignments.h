#pragma once

// What the agents were told to do: of each assignment its digest, which is enough to see what has
// changed since. Belongs to AgentSessions; its thread.
//
// Rationale: the assignments themselves are a copy of most of what the state has, and would take
// more room than anything else that control keeps of a dataset.

#include "control/core/compact_set.h"
#include "proto/codec/reply_codec.h"

#include <set>
#include <vector>

namespace drover::control::service {

class ToldAssignments
{
public:
    // What a node must hear of a dataset so that it knows this and no more. `now` is sorted by key.
    struct Difference
    {
        std::vector<model::Assignment> upserts;
        std::vector<model::AssignmentKey> unassign;
    };
    [[nodiscard]] Difference difference(const model::NodeId& node, const model::DatasetId& dataset,
                                        const std::vector<model::Assignment>& now) const;
    // It hears it.
    void tell(const model::NodeId& node, const model::DatasetId& dataset,
              const Difference& difference);
    // Its session is over: from now on it was told nothing.
    void forget(const model::NodeId& node);
    // Who was told something of the dataset that still counts.
    [[nodiscard]] std::set<model::NodeId> nodes(const model::DatasetId& dataset) const;

private:
    struct Place
    {
        model::DatasetId dataset;
        model::NodeId node;
        model::AssignmentKey key;
        auto operator<=>(const Place&) const = default;
    };
    struct Told
    {
        Place place;
        codec::AssignmentDigest digest;
    };
    struct ByPlace
    {
        bool operator()(const Told& a, const Told& b) const { return a.place < b.place; }
        bool operator()(const Told& a, const Place& b) const { return a.place < b; }
        bool operator()(const Place& a, const Told& b) const { return a < b.place; }
    };
    struct Owned // for forget(): the same, by node
    {
        model::NodeId node;
        model::DatasetId dataset;
        auto operator<=>(const Owned&) const = default;
    };

    [[nodiscard]] std::vector<Told> of(const model::NodeId& node,
                                       const model::DatasetId& dataset) const;

    core::CompactSet<Told, ByPlace> m_told;
    core::CompactSet<Owned> m_byNode;
};

} // namespace drover::control::service
