#pragma once

// Collects changes until they are handed on: of each object only the newest, so that what waits
// never grows beyond the cluster itself. Keeps the order in which objects were first touched.
//
// What is too much for one frame, above all a whole cluster, is handed on in pieces. In them stands
// first what rows are made of, and last the records that rows are about: so no row is made twice.
// Only the last piece tells the revision, since only then it is true.
//
// Owner: the worker's thread.

#include "gui/models/batch.h"

#include <cstddef>
#include <deque>
#include <map>
#include <string>

namespace drover::gui::bridge {

class BatchCollector
{
public:
    void take(const model::Change& change);
    void take(const model::StateChange& fact);
    void reached(model::Revision revision) { m_batch.revision = revision; }
    [[nodiscard]] bool isEmpty() const
    {
        return m_pieces.empty() && m_batch.records.empty() && m_batch.facts.empty();
    }
    // Whether some pieces of what was drained are still to come.
    [[nodiscard]] bool isInPieces() const { return !m_pieces.empty(); }
    // The next to hand on: about so many objects at most.
    [[nodiscard]] models::Batch drain(std::size_t most);

private:
    [[nodiscard]] models::Batch all();
    void split(models::Batch batch, std::size_t most);

    std::deque<models::Batch> m_pieces;
    models::Batch m_batch;
    std::map<model::RecordKey, std::size_t> m_records; // where each stands in the batch
    std::map<std::string, std::size_t> m_facts;
};

} // namespace drover::gui::bridge
