#pragma once

// Whether what an agent remembers is in the past of this store (DESIGN.md 5.10). An old copy of a
// store that is started goes on counting revisions and terms, so that numbers alone catch up; the
// nonces of the terms and the revisions at which they began do not.
//
// Specification
// - A store's past is a list of terms; each has a random nonce and a first revision, and ends where
//   the next one begins. Both are durable before anybody is told of the term.
// - Whoever remembers (term, nonce, revision) of this history has seen exactly this past if the
//   term is here with that nonce and the revision lies before the term's end. Everything else is a
//   contradiction: the store is an older copy, or two controls ran on one history.
// - A memory without a nonce (of an older program) is held against the numbers alone.
// Rationale: what an agent saw lies in one term whose commits follow each other in one process. Two
// pasts that share the term's nonce can differ only in how far that process had come when the copy
// was made, and that is the term's end.

#include "proto/model/assignment.h"
#include "proto/model/event.h"

#include <optional>
#include <string>
#include <vector>

namespace drover::control::core {

// Where a term began.
struct TermStart
{
    model::Term term = 0;
    model::Uuid nonce;
    model::Revision first = 0; // the commit that raised it
    bool operator==(const TermStart&) const = default;
};

// By term, ascending. A store of an older program does not know its earliest ones.
using Lineage = std::vector<TermStart>;

// Why what the agent remembers cannot be of this past, in words that say both; nothing when it can,
// or when it remembers another history or none. `revision`: the newest that anybody was told of.
[[nodiscard]] std::optional<std::string> contradiction(const model::HistoryRecord& history,
                                                       const Lineage& lineage,
                                                       model::Revision revision,
                                                       const model::Hello& hello);

} // namespace drover::control::core
