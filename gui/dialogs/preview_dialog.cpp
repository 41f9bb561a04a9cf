#include "gui/dialogs/preview_dialog.h"

#include "gui/bridge/change_sender.h"
#include "gui/models/words.h"
#include "gui/views/sign_delegate.h"
#include "gui/views/signs.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStringList>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace drover::gui {

using models::Sign;
using models::Words;

PreviewDialog::PreviewDialog(bridge::ChangeSender& sender, const models::ClusterData& cluster,
                             QWidget* parent)
    : QDialog(parent), m_sender(sender), m_data(cluster), m_summary(new QLabel(this)),
      m_plan(new QTreeWidget(this))
{
    setObjectName(QStringLiteral("preview"));
    setWindowTitle(tr("Preview"));
    resize(860, 480);
    m_summary->setObjectName(QStringLiteral("previewSummary"));
    m_summary->setWordWrap(true);
    m_plan->setObjectName(QStringLiteral("plan"));
    m_plan->setAccessibleName(tr("What control would do"));
    m_plan->setHeaderLabels({tr("Where"), tr("What"), tr("Why")});
    m_plan->setItemDelegate(new SignDelegate(m_plan));
    m_plan->setAlternatingRowColors(true);
    m_plan->setWordWrap(true);
    m_plan->setTextElideMode(Qt::ElideNone);
    m_plan->header()->setStretchLastSection(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_apply = buttons->addButton(tr("&Apply"), QDialogButtonBox::AcceptRole);
    m_apply->setObjectName(QStringLiteral("apply"));
    m_apply->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_summary);
    layout->addWidget(m_plan, 1);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(&sender, &bridge::ChangeSender::previewChanged, this, &PreviewDialog::update);
    sender.preview();
}

void PreviewDialog::update()
{
    m_plan->clear();
    int refused = 0;
    int good = 0;
    for (const bridge::Preview& preview : m_sender.previews()) {
        add(preview);
        refused += preview.refusal ? 1 : 0;
        good += preview.plan ? 1 : 0;
    }
    m_plan->expandAll();
    const bool complete = m_sender.previewComplete();
    QString words;
    if (!complete)
        words = tr("Control is working out what would happen …");
    else if (refused == 0)
        words = tr("This is what control would do. Apply does exactly this, or, if anything has "
                   "changed until then, nothing.");
    else
        words =
            tr("Control refuses some of the changes (%1), for the reasons below; Apply sends the "
               "others.")
                .arg(refused);
    m_summary->setText(words);
    m_apply->setEnabled(complete && good > 0);
    m_plan->resizeColumnToContents(0);
    m_plan->setColumnWidth(1, std::max(320, width() / 2 - 60));
}

void PreviewDialog::add(const bridge::Preview& preview)
{
    QStringList changes;
    for (const models::PendingChange& change : preview.changes)
        changes << describe(change, m_data);
    auto* top = new QTreeWidgetItem(m_plan, {changes.join(QStringLiteral("; "))});
    top->setFirstColumnSpanned(true);
    QFont bold = font();
    bold.setBold(true);
    top->setFont(0, bold);
    top->setIcon(0, iconOf(preview.refusal ? Sign::Bad
                           : preview.plan  ? Sign::Good
                                           : Sign::Busy,
                           palette()));
    const auto line = [&](const QString& where, const QString& what, const QString& why,
                          Sign sign) {
        auto* item = new QTreeWidgetItem(top, {where, what, why});
        for (int column = 0; column < 3; ++column)
            item->setToolTip(column, item->text(column));
        if (sign != Sign::None)
            item->setIcon(0, iconOf(sign, palette()));
    };
    if (preview.refusal)
        line(tr("refused"), Words::of(*preview.refusal), Words::text(preview.refusal->hint),
             Sign::Bad);
    if (!preview.plan)
        return;
    for (const model::PlanStep& step : preview.plan->steps) {
        const QString subject =
            step.subject.empty() ? QString() : Words::text(step.subject) + QStringLiteral(": ");
        line(step.node.empty() ? tr("configuration") : Words::text(step.node),
             subject + Words::text(step.action), Words::text(step.reason), Sign::None);
    }
    for (const std::string& warning : preview.warnings)
        line(tr("warning"), Words::text(warning), {}, Sign::Warning);
    if (preview.plan->steps.empty())
        line({}, tr("Nothing would change"), {}, Sign::None);
}

} // namespace drover::gui
