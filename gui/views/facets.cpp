#include "gui/views/datasets_view.h"
#include "gui/views/facet.h"
#include "gui/views/lists.h"
#include "gui/views/messages_view.h"
#include "gui/views/overview_view.h"
#include "gui/views/picture_view.h"
#include "gui/views/timeline_view.h"
#include "gui/views/workbench.h"

#include <QCoreApplication>
#include <QLocale>

namespace drover::gui {

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::Facet)
};

// As the tiles of the overview say it.
QString countOf(std::size_t number) { return QLocale().toString(qulonglong{number}); }

QString livingDatasets(const Workbench& bench) { return countOf(bench.data.living()); }

} // namespace

std::vector<Facet> facets()
{
    return {
        {QStringLiteral("overview"),
         Text::tr("Overview"),
         QKeySequence(Qt::CTRL | Qt::Key_1),
         [](Workbench& bench, QWidget* parent) -> QWidget* {
             return new OverviewView(bench, parent);
         },
         {}},
        {QStringLiteral("datasets"), Text::tr("Datasets"), QKeySequence(Qt::CTRL | Qt::Key_2),
         [](Workbench& bench, QWidget* parent) -> QWidget* {
             return new DatasetsView(bench, parent);
         },
         livingDatasets},
        {QStringLiteral("picture"),
         Text::tr("Picture"),
         QKeySequence(Qt::CTRL | Qt::Key_3),
         [](Workbench& bench, QWidget* parent) -> QWidget* {
             return new PictureView(bench, parent);
         },
         {}},
        {QStringLiteral("nodes"), Text::tr("Nodes"), QKeySequence(Qt::CTRL | Qt::Key_4),
         makeNodesView,
         [](const Workbench& bench) { return countOf(bench.data.nodeLedgers().size()); }},
        {QStringLiteral("leases"), Text::tr("Leases"), QKeySequence(Qt::CTRL | Qt::Key_5),
         makeLeasesView,
         [](const Workbench& bench) { return countOf(bench.data.leases().size()); }},
        {QStringLiteral("timeline"),
         Text::tr("Timeline"),
         QKeySequence(Qt::CTRL | Qt::Key_6),
         [](Workbench& bench, QWidget* parent) -> QWidget* {
             return new TimelineView(bench, parent);
         },
         {},
         {QStringLiteral("lanes"), QStringLiteral("past")}},
        {QStringLiteral("keys"), Text::tr("Keys"), QKeySequence(Qt::CTRL | Qt::Key_7), makeKeysView,
         [](const Workbench& bench) { return countOf(bench.data.keys().size()); }},
        {QStringLiteral("messages"),
         Text::tr("Messages"),
         QKeySequence(Qt::CTRL | Qt::Key_8),
         [](Workbench& bench, QWidget* parent) -> QWidget* {
             return new MessagesView(bench, parent);
         },
         {}},
    };
}

} // namespace drover::gui
