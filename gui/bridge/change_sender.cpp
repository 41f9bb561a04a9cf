#include "gui/bridge/change_sender.h"

#include "gui/models/words.h"

#include <algorithm>
#include <utility>

namespace drover::gui::bridge {

using models::PendingChange;
using models::Words;

namespace {

// Only the first one is guarded: it is what makes the object other than it was seen.
model::Write writeOf(const std::vector<PendingChange>& changes)
{
    model::Write write;
    for (const PendingChange& change : changes) {
        model::Operation operation{change.verb, {}};
        if (write.operations.empty()) {
            if (auto precondition = preconditionOf(change))
                operation.preconditions.push_back(std::move(*precondition));
        }
        write.operations.push_back(std::move(operation));
    }
    return write;
}

} // namespace

ChangeSender::ChangeSender(Session& session, models::PendingChanges& changes, QObject* parent)
    : QObject(parent), m_session(session), m_changes(changes)
{}

void ChangeSender::preview()
{
    const std::uint64_t generation = ++m_generation;
    m_previews.clear();
    for (auto& group : m_changes.groups())
        m_previews.push_back({std::move(group), {}, {}, {}});
    for (std::size_t i = 0; i < m_previews.size(); ++i) {
        model::Write write = writeOf(m_previews[i].changes);
        write.dryRun = true;
        m_session.call(std::move(write), this,
                       [this, generation, i](const model::Result<model::Reply>& reply) {
                           if (generation != m_generation)
                               return;
                           Preview& preview = m_previews[i];
                           if (!reply) {
                               preview.refusal = reply.error();
                           } else if (const auto* result =
                                          std::get_if<model::WriteResult>(&reply->body)) {
                               preview.plan = result->plan.value_or(model::Plan{});
                               preview.warnings = result->warnings;
                               for (const std::string& warning : preview.plan->warnings)
                                   if (std::find(preview.warnings.begin(), preview.warnings.end(),
                                                 warning) == preview.warnings.end())
                                       preview.warnings.push_back(warning);
                           } else {
                               preview.refusal =
                                   model::Error{model::ErrorCode::Malformed,
                                                "control's answer is not one to a change", "", ""};
                           }
                           Q_EMIT previewChanged();
                       });
    }
    Q_EMIT previewChanged();
}

bool ChangeSender::previewComplete() const
{
    return std::all_of(m_previews.begin(), m_previews.end(),
                       [](const Preview& p) { return p.answered(); });
}

void ChangeSender::apply()
{
    ++m_generation;
    const std::vector<Preview> previews = std::exchange(m_previews, {});
    for (const Preview& preview : previews) {
        if (preview.refusal) {
            for (const PendingChange& change : preview.changes)
                m_changes.setState(change.number, PendingChange::State::Failed,
                                   Words::of(*preview.refusal), Words::text(preview.refusal->hint));
            continue;
        }
        if (!preview.plan)
            continue;
        model::Write write = writeOf(preview.changes);
        write.expectPlan = preview.plan->digest;
        for (const PendingChange& change : preview.changes)
            m_changes.setState(change.number, PendingChange::State::Sending, {});
        ++m_sending;
        m_session.call(std::move(write), this,
                       [this, changes = preview.changes](const model::Result<model::Reply>& reply) {
                           finished(changes, reply);
                       });
    }
    if (m_sending == 0)
        Q_EMIT applied();
}

void ChangeSender::finished(const std::vector<PendingChange>& changes,
                            const model::Result<model::Reply>& reply)
{
    --m_sending;
    for (const PendingChange& change : changes) {
        if (reply) {
            m_changes.setState(change.number, PendingChange::State::Done,
                               tr("revision %1").arg(reply->revision));
            continue;
        }
        const model::Error& error = reply.error();
        QString hint = Words::text(error.hint);
        if (error.code == model::ErrorCode::PlanChanged)
            hint = tr("Preview again, and apply what is shown then");
        m_changes.setState(change.number,
                           error.code == model::ErrorCode::PreconditionFailed
                               ? PendingChange::State::Conflict
                               : PendingChange::State::Failed,
                           Words::of(error), hint);
    }
    if (m_sending == 0)
        Q_EMIT applied();
}

} // namespace drover::gui::bridge
