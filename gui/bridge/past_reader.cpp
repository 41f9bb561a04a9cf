#include "gui/bridge/past_reader.h"

#include <utility>

namespace drover::gui::bridge {

PastReader::PastReader(Session& session, QObject* parent) : QObject(parent), m_session(session) {}

void PastReader::cancel() { ++m_question; }

void PastReader::read(model::Revision revision)
{
    ++m_question;
    m_past = {};
    m_past.revision = revision;
    readCommit();
}

void PastReader::readCommit()
{
    m_session.call(model::ReadVerb{model::HistoryList{m_past.revision + 1, 1, std::nullopt}}, this,
                   [this, question = m_question](const model::Result<model::Reply>& reply) {
                       if (question != m_question)
                           return;
                       if (!reply) {
                           Q_EMIT failed(reply.error());
                           return;
                       }
                       const auto* history = std::get_if<model::HistoryListResult>(&reply->body);
                       if (history && !history->commits.empty() &&
                           history->commits.front().revision == m_past.revision)
                           m_past.commit = history->commits.front();
                       readPage({});
                   });
}

void PastReader::readPage(std::string after)
{
    model::SnapshotGet get;
    get.at = m_past.revision;
    get.page.after = std::move(after);
    m_session.call(model::ReadVerb{std::move(get)}, this,
                   [this, question = m_question](const model::Result<model::Reply>& reply) {
                       if (question == m_question)
                           takePage(reply);
                   });
}

void PastReader::takePage(const model::Result<model::Reply>& reply)
{
    if (!reply) {
        Q_EMIT failed(reply.error());
        return;
    }
    const auto* page = std::get_if<model::SnapshotResult>(&reply->body);
    if (!page || page->n != m_past.revision) {
        Q_EMIT failed({model::ErrorCode::UnsupportedVersion,
                       "this control cannot show the configuration of the past", "control",
                       "use a control of this console's release"});
        return;
    }
    m_past.records.insert(m_past.records.end(), page->records.begin(), page->records.end());
    if (!page->next.empty())
        return readPage(page->next);
    Q_EMIT done(std::exchange(m_past, {}));
}

} // namespace drover::gui::bridge
