#include "gui/views/facet_list.h"

#include "gui/views/facet.h"
#include "gui/views/sign_delegate.h"
#include "gui/views/workbench.h"

#include <QHeaderView>

namespace drover::gui {

namespace {
constexpr int kIdRole = Qt::UserRole;
}

FacetList::FacetList(Workbench& bench, QWidget* parent) : QTreeWidget(parent), m_bench(bench)
{
    setObjectName(QStringLiteral("facets"));
    setAccessibleName(tr("Views of the cluster"));
    setColumnCount(2);
    setHeaderHidden(true);
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    header()->setStretchLastSection(false);
    setItemDelegate(new SignDelegate(this));
    setMinimumWidth(fontMetrics().averageCharWidth() * 22);
    for (const Facet& facet : facets()) {
        auto* item = new QTreeWidgetItem(this, {facet.title, QString()});
        item->setData(0, kIdRole, facet.id);
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setToolTip(0, facet.title + QStringLiteral(" (") +
                                facet.key.toString(QKeySequence::NativeText) + QLatin1Char(')'));
    }
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item)
            Q_EMIT facetChosen(item->data(0, kIdRole).toString());
    });
    connect(&bench.data, &models::ClusterData::changed, this, &FacetList::updateCounts);
    updateCounts();
}

void FacetList::choose(const QString& facet)
{
    for (int i = 0; i < topLevelItemCount(); ++i)
        if (topLevelItem(i)->data(0, kIdRole).toString() == facet)
            setCurrentItem(topLevelItem(i));
}

QString FacetList::chosen() const
{
    return currentItem() ? currentItem()->data(0, kIdRole).toString() : QString();
}

QSize FacetList::sizeHint() const { return {fontMetrics().averageCharWidth() * 24, 200}; }

void FacetList::updateCounts()
{
    int i = 0;
    for (const Facet& facet : facets()) {
        const QString count = facet.count ? facet.count(m_bench) : QString();
        QTreeWidgetItem* item = topLevelItem(i++);
        if (item->text(1) != count)
            item->setText(1, count);
    }
}

} // namespace drover::gui
