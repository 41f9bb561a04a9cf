#include "gui/views/suggested_act.h"

#include "gui/models/words.h"
#include "gui/views/workbench.h"

#include <QCoreApplication>

#include <utility>

namespace drover::gui {

using models::Suggestion;
using models::Words;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::SuggestedAct)
};

// A dialog's action is about what is selected.
std::function<void()> asking(Workbench& bench, const Suggestion& suggestion, const QString& action)
{
    return [&bench, dataset = *suggestion.dataset, action] {
        bench.selectDatasets({dataset});
        if (QAction* found = bench.actions.find(action))
            found->trigger();
    };
}

} // namespace

std::optional<SuggestedAct> suggestedAct(Workbench& bench, const std::string& suggestion,
                                         std::optional<model::DatasetId> about)
{
    const auto found = models::suggestionIn(suggestion, bench.data, about);
    if (!found)
        return std::nullopt;
    SuggestedAct act;
    act.blocker = bench.changeBlocker();
    switch (found->open) {
    case Suggestion::Open::TargetNode:
        act.words = Text::tr("Move %1…").arg(Words::text(found->name));
        act.run = asking(bench, *found, QStringLiteral("dataset.move"));
        return act;
    case Suggestion::Open::NewName:
        act.words = Text::tr("Undelete %1 as…").arg(Words::text(found->name));
        act.run = asking(bench, *found, QStringLiteral("dataset.undelete"));
        return act;
    case Suggestion::Open::Nothing:
        break;
    }
    models::PendingChange change;
    change.verb = found->verb;
    change.dataset = found->dataset;
    change.node = found->node;
    change.name = found->name;
    act.words = Text::tr("Stage: %1").arg(describe(change, bench.data));
    act.run = [&bench, found = *found] {
        bench.pending.stage(found.verb, found.dataset, found.node, found.name);
    };
    return act;
}

} // namespace drover::gui
