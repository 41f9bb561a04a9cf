#pragma once

// Forms that lie on disk: control's records and commits, an agent's last assignments. Each carries
// the number of its format; one that is newer than this program knows, or has fields that it does
// not know, is refused (Unsupported) and never half understood. Damage is Malformed.

#include "proto/model/assignment.h"
#include "proto/model/event.h"

#include <string>
#include <string_view>
#include <vector>

namespace drover::codec {

[[nodiscard]] std::string encodeRecord(const model::Record& record);
[[nodiscard]] model::Result<model::Record> decodeRecord(std::string_view bytes);

[[nodiscard]] std::string encodeCommit(const model::Commit& commit);
[[nodiscard]] model::Result<model::Commit> decodeCommit(std::string_view bytes);

// What an agent must know after a restart without control.
struct SavedAssignments
{
    model::ClusterId cluster;
    model::HistoryId history; // the highest it has seen, with term and revision; nil = none yet
    model::Term term = 0;
    model::Revision revision = 0;
    std::vector<model::Assignment> assignments;
    std::vector<model::PoolId> clusterAgentFor;
    model::Uuid nonce{}; // of the term; nil = not known
    bool operator==(const SavedAssignments&) const = default;
};
[[nodiscard]] std::string encodeAssignments(const SavedAssignments& saved);
[[nodiscard]] model::Result<SavedAssignments> decodeAssignments(std::string_view bytes);

[[nodiscard]] std::string encodeAssignment(const model::Assignment& assignment);
[[nodiscard]] model::Result<model::Assignment> decodeAssignment(std::string_view bytes);

} // namespace drover::codec
