#include "bus/client/snapshot_loader.h"

#include <algorithm>
#include <utility>

namespace drover::client {

using model::ErrorCode;

void SnapshotLoader::load(Callback callback)
{
    ++m_generation;
    m_callback = std::move(callback);
    m_snapshot = {};
    m_first = true;
    next({});
}

void SnapshotLoader::next(std::string after)
{
    model::SnapshotGet get;
    get.stream = m_stream;
    get.page.after = std::move(after);
    m_client.call(
        model::ReadVerb{std::move(get)},
        [this, alive = m_alive, generation = m_generation](model::Result<model::Reply> reply) {
            if (*alive && generation == m_generation)
                take(std::move(reply));
        });
}

void SnapshotLoader::take(model::Result<model::Reply> reply)
{
    const auto fail = [this](model::Error error) {
        const Callback callback = std::move(m_callback); // may load again, or destroy us
        callback(std::move(error));
    };
    if (!reply)
        return fail(reply.error());
    if (reply->error)
        return fail(*reply->error);
    auto* page = std::get_if<model::SnapshotResult>(&reply->body);
    if (!page)
        return fail({ErrorCode::Malformed,
                     "control answered a question for a snapshot with something else", "", ""});
    if (m_first) {
        m_snapshot.streamId = page->streamId;
        m_snapshot.firstN = page->n;
        m_first = false;
    }
    if (page->streamId != m_snapshot.streamId || page->n < m_snapshot.lastN)
        return fail({ErrorCode::Unavailable,
                     "control began a new stream in the middle of a snapshot", "", ""});
    m_snapshot.lastN = page->n;
    m_snapshot.revision = std::max(m_snapshot.revision, reply->revision);
    for (model::Record& record : page->records)
        m_snapshot.tables.apply(model::Change{model::RecordPut{std::move(record)}});
    for (const model::StateChange& fact : page->facts)
        m_snapshot.tables.apply(fact);
    if (!page->next.empty())
        return next(std::move(page->next));
    const Callback callback = std::move(m_callback);
    callback(std::move(m_snapshot));
}

} // namespace drover::client
