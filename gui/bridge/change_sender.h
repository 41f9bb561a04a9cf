#pragma once

// Sends pending changes to control: first as a dry run, to be looked at, then for good.
//
// Specification
// - Changes of one object travel as one atomic write, those of different objects each on their own,
//   so that one refusal does not hold up the rest.
// - Each write carries the mod_revision at which its object was seen, and the digest of the plan
//   that was shown: control refuses it when either is not so any more.
//
// Owner: the GUI thread.

#include "gui/bridge/session.h"
#include "gui/models/pending_changes.h"

#include <QObject>

#include <optional>
#include <vector>

namespace drover::gui::bridge {

// What control said to the dry run of one group of changes.
struct Preview
{
    std::vector<models::PendingChange> changes; // of one object
    std::optional<model::Plan> plan;            // absent: not answered yet, or refused
    std::optional<model::Error> refusal;
    std::vector<std::string> warnings;
    [[nodiscard]] bool answered() const { return plan.has_value() || refusal.has_value(); }
};

class ChangeSender final : public QObject
{
    Q_OBJECT
public:
    // Both outlive it.
    ChangeSender(Session& session, models::PendingChanges& changes, QObject* parent = nullptr);

    // Asks for the plans of all that is pending; `previewChanged` tells of each answer. A preview
    // before is dropped.
    void preview();
    [[nodiscard]] const std::vector<Preview>& previews() const { return m_previews; }
    [[nodiscard]] bool previewComplete() const;
    // Sends what control did not refuse in the preview; all others stay pending.
    void apply();
    [[nodiscard]] bool isSending() const { return m_sending > 0; }

Q_SIGNALS:
    void previewChanged();
    void applied(); // nothing is on its way any more

private:
    void finished(const std::vector<models::PendingChange>& changes,
                  const model::Result<model::Reply>& reply);

    Session& m_session;
    models::PendingChanges& m_changes;
    std::vector<Preview> m_previews;
    std::uint64_t m_generation = 0; // of the preview
    int m_sending = 0;
};

} // namespace drover::gui::bridge
