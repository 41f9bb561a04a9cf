#pragma once

// Collects changes until they are handed on: of each object only the newest, so that what waits
// never grows beyond the cluster itself. Keeps the order in which objects were first touched.
//
// Owner: the worker's thread.

#include "gui/models/batch.h"

#include <cstddef>
#include <map>
#include <string>

namespace drover::gui::bridge {

class BatchCollector
{
public:
    void take(const model::Change& change);
    void take(const model::StateChange& fact);
    void reached(model::Revision revision) { m_batch.revision = revision; }
    [[nodiscard]] bool isEmpty() const { return m_batch.records.empty() && m_batch.facts.empty(); }
    [[nodiscard]] models::Batch drain();

private:
    models::Batch m_batch;
    std::map<model::RecordKey, std::size_t> m_records; // where each stands in the batch
    std::map<std::string, std::size_t> m_facts;
};

} // namespace drover::gui::bridge
