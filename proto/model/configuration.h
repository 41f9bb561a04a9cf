#pragma once

// The desired state: what people want. Only clients change it; durable, versioned, rolled back and
// exported.

#include "proto/model/id.h"
#include "proto/model/names.h"
#include "proto/model/quantity.h"
#include "proto/model/rare.h"

#include <optional>
#include <string>
#include <vector>

namespace drover::model {

// Carried by every object of the configuration.
struct Header
{
    std::string name;
    Labels labels;
    std::uint64_t generation = 1; // grows when a desired field changes
    // revision of the last change of a desired field; the ledger never bumps it
    Revision modRevision = 0;
    TimePoint createdAt;
    std::string createdBy; // user name
    auto operator<=>(const Header&) const = default;
};

// Where a dataset's primary shall be: a node by name, or constraints by which control picks one.
struct Placement
{
    std::optional<NodeId> node;         // set: this node and no other
    std::string pool;                   // pool name; empty = the node's only, or its `default`
    Labels requiredLabels;              // the node must have them all
    std::vector<std::string> poolKinds; // empty = any
    auto operator<=>(const Placement&) const = default;
};

struct DatasetSpec
{
    std::optional<ByteCount> size; // absent: as large as its pool (kinds without sizes only)
    // ext4, xfs, btrfs; empty = the pool's default; fixed once created
    std::string filesystem;
    Placement placement;
    Labels metadata;
    auto operator<=>(const DatasetSpec&) const = default;
};

// A delete that was accepted. The data stays for the grace; both clocks must have passed it.
struct Deletion
{
    Now at;
    Duration grace{0};
    std::string by;
    auto operator<=>(const Deletion&) const = default;
};

struct DatasetRecord
{
    DatasetId id;
    Header header;
    DatasetSpec spec;
    Rare<Deletion> deletion;
    auto operator<=>(const DatasetRecord&) const = default;
};

// What people want of a node. Exists from the first label or cordon on; a node without one is
// uncordoned and unlabelled.
struct NodeRecord
{
    NodeId id;
    Header header;         // name = hostname when it was made; labels = the desired labels
    bool cordoned = false; // no new datasets are placed there
    auto operator<=>(const NodeRecord&) const = default;
};

// The cluster's settings; one record.
struct ClusterRecord
{
    ClusterId id;
    Header header;                                // name = the cluster's name
    Duration deleteGrace{std::chrono::hours{24}}; // default for delete
    // how long the source's copy is kept after a move
    Duration retiredCopyGrace{std::chrono::hours{1}};
    std::uint32_t historyRevisions = 10'000; // revisions kept for history, diff, rollback
    Duration historyAge{std::chrono::hours{24 * 90}};
    // how long an agent may make mounts without hearing from control (DESIGN.md 6)
    Duration ownershipTerm{std::chrono::seconds{30}};
    Duration evasiveAfter{std::chrono::seconds{6}}; // silent for so long: evasive
    Duration unreachableAfter{std::chrono::seconds{20}};
    auto operator<=>(const ClusterRecord&) const = default;
};

enum class KeyRole : std::uint32_t { Admin = 1, Operator = 2, Viewer = 3, Plugin = 4, Node = 5 };
[[nodiscard]] const char* toString(KeyRole role); // "admin", ...
[[nodiscard]] std::optional<KeyRole> parseKeyRole(std::string_view text);

// An accepted public key. Never rolled back, never exported.
struct KeyRecord
{
    std::string publicKey; // 40 characters of z85
    std::string name;      // the user's name in logs and audit; unique
    KeyRole role = KeyRole::Viewer;
    std::optional<NodeId> node; // for role Node: the only node it may speak for
    TimePoint createdAt;
    std::string createdBy;
    auto operator<=>(const KeyRecord&) const = default;
};

} // namespace drover::model
