#pragma once

// Reads a snapshot of records (Config) or facts (State), page by page, into tables.
//
// Each page is true at its own position. Puts and removals carry whole values, so applying every
// change after the *first* page's position, in order, up to the *last* page's gives the truth at
// the last one, whatever key lies on which page. In between the tables are no truth, and nobody is
// to see them. (Equal to applying to each key only what is later than its page, without having to
// know the order of keys.)
//
// Owner: the Executor's thread. One load at a time; a new `load` drops the one before.

#include "bus/client/cluster_client.h"
#include "bus/client/tables.h"

#include <functional>
#include <memory>

namespace drover::client {

struct Snapshot
{
    Tables tables;
    model::StreamId streamId;
    std::uint64_t firstN = 0;     // position of the first page
    std::uint64_t lastN = 0;      // position of the last page
    model::Revision revision = 0; // the highest that any page was read at
};

class SnapshotLoader
{
public:
    // Unavailable and the like: the caller tries again. A stream that changes its id between two
    // pages is such an error too.
    using Callback = std::function<void(model::Result<Snapshot>)>;

    SnapshotLoader(ClusterClient& client, model::Stream stream) : m_client(client), m_stream(stream)
    {}
    ~SnapshotLoader() { *m_alive = false; }
    SnapshotLoader(const SnapshotLoader&) = delete;
    SnapshotLoader& operator=(const SnapshotLoader&) = delete;

    void load(Callback callback);
    void cancel() { ++m_generation; }

private:
    void next(std::string after);
    void take(model::Result<model::Reply> reply);

    ClusterClient& m_client;
    model::Stream m_stream;
    Callback m_callback;
    Snapshot m_snapshot;
    bool m_first = true;
    std::uint64_t m_generation = 0;
    // answers look here; shared with them only
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace drover::client
