#include "gui/views/timeline_actions.h"

#include "gui/models/words.h"
#include "gui/views/workbench.h"

#include <QCoreApplication>

namespace drover::gui {

using models::Words;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::TimelineActions)
};

} // namespace

void addTimelineActions(Workbench& bench)
{
    bench.actions.add(
        {QStringLiteral("dataset.timeline"), QStringLiteral("dataset"),
         Text::tr("Show in the &timeline"), QKeySequence(Qt::CTRL | Qt::Key_T),
         [&bench] {
             return bench.selectedRecords().size() == 1 ? QString()
                                                        : Text::tr("Select one dataset first");
         },
         [&bench] {
             bench.show(QStringLiteral("timeline"),
                        QStringLiteral("dataset ") +
                            Words::text(bench.selectedRecords().front()->header.name));
         }});
    bench.actions.add(
        {QStringLiteral("node.timeline"), QStringLiteral("node"), Text::tr("Show in the &timeline"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T),
         [&bench] {
             return bench.selectedNodeLedgers().size() == 1 ? QString()
                                                            : Text::tr("Select one node first");
         },
         [&bench] {
             bench.show(QStringLiteral("timeline"),
                        QStringLiteral("node ") +
                            bench.data.nodeName(bench.selectedNodeLedgers().front()->id));
         }});
}

} // namespace drover::gui
