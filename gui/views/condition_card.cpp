#include "gui/views/condition_card.h"

#include "gui/models/sign.h"
#include "gui/models/words.h"
#include "gui/views/signs.h"
#include "gui/views/suggested_act.h"
#include "gui/views/workbench.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

namespace drover::gui {

using models::Words;

namespace {

QLabel* plainLabel(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText); // what comes from elsewhere is never markup
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

} // namespace

ConditionCard::ConditionCard(Workbench& bench, const model::Condition& condition,
                             std::optional<model::DatasetId> about, QWidget* parent)
    : QFrame(parent)
{
    const model::TimePoint now = bench.session.now();
    setFrameShape(QFrame::StyledPanel);
    auto* layout = new QGridLayout(this);
    layout->setColumnStretch(1, 1);
    auto* sign = new QLabel(this);
    const int side = fontMetrics().height();
    sign->setPixmap(iconOf(models::signOf(condition.severity), palette()).pixmap(side, side));
    layout->addWidget(sign, 0, 0, Qt::AlignTop);

    QString head = Words::of(condition.severity) + QStringLiteral(": ") +
                   QString::fromLatin1(toString(condition.type));
    if (!condition.reason.empty() && condition.reason != toString(condition.type))
        head += QStringLiteral(" (") + Words::text(condition.reason) + QLatin1Char(')');
    auto* title = plainLabel(head, this);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    layout->addWidget(title, 0, 1);
    int row = 1;
    if (!condition.message.empty())
        layout->addWidget(plainLabel(Words::text(condition.message), this), row++, 1);

    QString since = tr("since %1").arg(Words::moment(condition.since, now));
    if (condition.attempts > 0)
        since += tr(", tried %1 times").arg(condition.attempts);
    if (condition.nextRetry)
        since += *condition.nextRetry <= now
                     ? tr(", next try now")
                     : tr(", next try in %1").arg(Words::span(*condition.nextRetry - now));
    QLabel* when = plainLabel(since, this);
    when->setForegroundRole(QPalette::PlaceholderText);
    layout->addWidget(when, row++, 1);

    setAccessibleName(head);
    setAccessibleDescription(Words::text(condition.message));
    if (!condition.suggestion.empty())
        addSuggestion(bench, condition.suggestion, about);
}

void ConditionCard::addSuggestion(Workbench& bench, const std::string& suggestion,
                                  std::optional<model::DatasetId> about)
{
    auto* grid = static_cast<QGridLayout*>(layout());
    const int row = grid->rowCount();
    const QString text = Words::text(suggestion);
    grid->addWidget(plainLabel(text, this), row, 1);
    // The command alone, where there is one: that is what one pastes.
    const std::string command = models::commandIn(suggestion);
    const QString toCopy = command.empty() ? text : Words::text(command);
    auto* copy = new QToolButton(this);
    copy->setText(tr("Copy"));
    copy->setObjectName(QStringLiteral("copySuggestion"));
    copy->setAccessibleName(tr("Copy: %1").arg(toCopy));
    connect(copy, &QToolButton::clicked, this,
            [toCopy] { QGuiApplication::clipboard()->setText(toCopy); });
    grid->addWidget(copy, row, 2, Qt::AlignTop);
    const auto act = suggestedAct(bench, suggestion, about);
    if (!act)
        return;
    auto* stage = new QPushButton(act->words, this);
    stage->setObjectName(QStringLiteral("stageSuggestion"));
    stage->setEnabled(act->blocker.isEmpty());
    stage->setToolTip(act->blocker);
    // Later: what it does may bring other cards into the place of this one.
    connect(stage, &QPushButton::clicked, &bench, act->run, Qt::QueuedConnection);
    grid->addWidget(stage, row + 1, 1, Qt::AlignLeft);
}

} // namespace drover::gui
