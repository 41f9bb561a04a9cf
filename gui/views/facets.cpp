#include "gui/views/datasets_view.h"
#include "gui/views/facet.h"
#include "gui/views/workbench.h"

#include <QCoreApplication>

namespace drover::gui {

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::Facet)
};

QString livingDatasets(const Workbench& bench) { return QString::number(bench.data.living()); }

} // namespace

const std::vector<Facet>& facets()
{
    static const std::vector<Facet> kAll{
        {QStringLiteral("datasets"), Text::tr("Datasets"), QKeySequence(Qt::CTRL | Qt::Key_2),
         [](Workbench& bench, QWidget* parent) -> QWidget* {
             return new DatasetsView(bench, parent);
         },
         livingDatasets},
    };
    return kAll;
}

} // namespace drover::gui
