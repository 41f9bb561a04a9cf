#include "gui/views/pending_pane.h"

#include "gui/views/sign_delegate.h"
#include "gui/views/table_style.h"
#include "gui/views/workbench.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace drover::gui {

using models::PendingChange;
using models::PendingChanges;

namespace {
constexpr int kLines = 8;
} // namespace

PendingPane::PendingPane(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench),
      m_empty(new QLabel(tr("Nothing is pending. What you change is listed here first."), this)),
      m_table(new QTableView(this)), m_keep(new QPushButton(tr("&Keep anyway"), this)),
      m_retry(new QPushButton(tr("&Retry…"), this)),
      m_discard(new QPushButton(tr("Disc&ard"), this)),
      m_apply(new QPushButton(tr("&Preview and apply…"), this))
{
    setObjectName(QStringLiteral("pending"));
    m_table->setObjectName(QStringLiteral("pendingTable"));
    m_table->setAccessibleName(tr("Pending changes"));
    m_table->setModel(&bench.pending);
    m_table->setItemDelegate(new SignDelegate(m_table));
    styleTable(*m_table);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_keep->setObjectName(QStringLiteral("keepChange"));
    m_keep->setToolTip(tr("Take what the object is now as seen, and keep the change"));
    m_retry->setObjectName(QStringLiteral("retryChange"));
    m_retry->setToolTip(tr("Preview it again, and apply it"));
    m_retry->hide();
    m_discard->setObjectName(QStringLiteral("discardChange"));
    m_apply->setObjectName(QStringLiteral("applyChanges"));

    auto* buttons = new QVBoxLayout;
    buttons->addWidget(m_apply);
    buttons->addWidget(m_keep);
    buttons->addWidget(m_retry);
    buttons->addWidget(m_discard);
    buttons->addStretch(1);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 4);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_table, 1);
    layout->addLayout(buttons);

    connect(&bench.pending, &PendingChanges::countChanged, this, &PendingPane::update);
    connect(&bench.session, &bridge::Session::connectionChanged, this, &PendingPane::update);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &PendingPane::update);
    connect(m_apply, &QPushButton::clicked, this, [this] {
        if (QAction* action = m_bench.actions.find(QStringLiteral("pending.apply")))
            action->trigger();
    });
    connect(m_keep, &QPushButton::clicked, this, [this] {
        if (const auto number = current())
            m_bench.pending.acceptPresent(*number);
    });
    connect(m_retry, &QPushButton::clicked, this, [this] {
        const auto number = current();
        QAction* apply = m_bench.actions.find(QStringLiteral("pending.apply"));
        if (!number || !apply)
            return;
        m_bench.pending.retry(*number);
        apply->trigger(); // does nothing while it may not be done; the change stays pending
    });
    connect(m_discard, &QPushButton::clicked, this, [this] {
        if (const auto number = current())
            m_bench.pending.discard(*number);
    });
    update();
}

std::optional<std::uint64_t> PendingPane::current() const
{
    const QModelIndex index = m_table->currentIndex();
    if (!index.isValid())
        return std::nullopt;
    return index.data(PendingChanges::kNumberRole).toULongLong();
}

void PendingPane::update()
{
    const bool any = m_bench.pending.rowCount() > 0;
    m_empty->setVisible(!any);
    m_table->setVisible(any);
    for (QWidget* button : {m_apply, m_discard})
        button->setVisible(any);
    // One line while there is nothing to be seen, room for some as soon as there is.
    setMinimumHeight(any ? fontMetrics().height() * kLines : 0);
    setMaximumHeight(any ? QWIDGETSIZE_MAX : fontMetrics().height() + 10);
    const QModelIndex index = m_table->currentIndex();
    const PendingChange* change = nullptr;
    if (index.isValid() && index.row() < static_cast<int>(m_bench.pending.changes().size()))
        change = &m_bench.pending.changes()[static_cast<std::size_t>(index.row())];
    const auto is = [&](PendingChange::State state) { return change && change->state == state; };
    m_keep->setVisible(any && !is(PendingChange::State::Failed));
    m_retry->setVisible(is(PendingChange::State::Failed));
    m_keep->setEnabled(is(PendingChange::State::Conflict));
    m_discard->setEnabled(is(PendingChange::State::Staged) || is(PendingChange::State::Conflict) ||
                          is(PendingChange::State::Failed));
    const QAction* apply = m_bench.actions.find(QStringLiteral("pending.apply"));
    m_apply->setEnabled(apply && apply->isEnabled());
    m_apply->setToolTip(apply ? apply->toolTip() : QString());
}

} // namespace drover::gui
