#include "gui/views/history_pane.h"

#include "gui/models/words.h"
#include "gui/views/sign_delegate.h"
#include "gui/views/workbench.h"

#include <QHeaderView>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace drover::gui {

using models::Words;

namespace {

constexpr std::uint32_t kCommits = 40;
constexpr int kRevisionRole = Qt::UserRole;
constexpr int kRows = 8; // that are seen at once

} // namespace

HistoryPane::HistoryPane(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_list(new QTreeWidget(this)), m_diff(new QLabel(this))
{
    auto* title = new QLabel(tr("&History"), this);
    QFont font = title->font();
    font.setBold(true);
    title->setFont(font);
    title->setBuddy(m_list);
    m_list->setObjectName(QStringLiteral("history"));
    m_list->setAccessibleName(tr("History of the dataset"));
    m_list->setHeaderLabels({tr("Revision"), tr("When"), tr("Who"), tr("What happened")});
    m_list->setItemDelegate(new SignDelegate(m_list));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAlternatingRowColors(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setToolTip(tr("Select two revisions to see what differs between them"));
    m_diff->setTextFormat(Qt::PlainText);
    m_diff->setWordWrap(true);
    m_diff->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(title);
    layout->addWidget(m_list);
    layout->addWidget(m_diff);
    connect(m_list, &QTreeWidget::itemSelectionChanged, this, &HistoryPane::compare);
}

void HistoryPane::show(const model::DatasetRecord* record)
{
    setVisible(record != nullptr);
    if (!record) {
        m_dataset.reset();
        return;
    }
    const bool other = m_dataset != record->id;
    if (!other && (m_asking || m_revision == m_bench.data.revision()))
        return;
    if (other) {
        m_list->clear();
        m_diff->clear();
    }
    m_dataset = record->id;
    m_subject = QStringLiteral("dataset ") + Words::text(record->header.name);
    ask();
}

void HistoryPane::ask()
{
    m_revision = m_bench.data.revision();
    const std::uint64_t question = ++m_question;
    m_asking = true;
    m_bench.session.call(
        model::ReadVerb{model::HistoryList{0, kCommits, m_dataset}}, this,
        [this, question](const model::Result<model::Reply>& reply) {
            m_asking = false;
            if (question != m_question)
                return;
            if (!reply)
                m_diff->setText(tr("The history is not known: %1").arg(Words::of(reply.error())));
            else if (const auto* history = std::get_if<model::HistoryListResult>(&reply->body))
                fill(*history);
        });
}

void HistoryPane::fill(const model::HistoryListResult& history)
{
    // New ones come on top; what is there stays, with its selection.
    const auto newest = m_list->topLevelItemCount() > 0
                            ? m_list->topLevelItem(0)->data(0, kRevisionRole).toULongLong()
                            : 0;
    int row = 0;
    for (const model::Commit& commit : history.commits) {
        if (commit.revision <= newest)
            break;
        QStringList actors;
        QStringList messages;
        for (const model::LogEntry& entry : commit.log) {
            actors << Words::text(entry.actor);
            messages << Words::text(entry.message.empty() ? entry.verb : entry.message);
        }
        actors.removeDuplicates();
        auto* item = new QTreeWidgetItem(
            {QString::number(commit.revision), Words::age(commit.at, m_bench.session.now()),
             actors.join(QStringLiteral(", ")), messages.join(QStringLiteral("; "))});
        item->setData(0, kRevisionRole, QVariant::fromValue<qulonglong>(commit.revision));
        item->setToolTip(1, Words::moment(commit.at));
        item->setToolTip(3, item->text(3));
        m_list->insertTopLevelItem(row++, item);
    }
    for (int column = 0; column < 3; ++column)
        m_list->resizeColumnToContents(column);
    const int shown = std::clamp(m_list->topLevelItemCount(), 1, kRows);
    m_list->setFixedHeight(m_list->header()->sizeHint().height() +
                           shown * std::max(m_list->sizeHintForRow(0), fontMetrics().height()) + 4);
}

void HistoryPane::compare()
{
    const auto selected = m_list->selectedItems();
    if (selected.size() != 2) {
        m_diff->setText(selected.size() == 1 ? tr("Select a second revision to compare with")
                                             : QString());
        return;
    }
    const auto a = selected[0]->data(0, kRevisionRole).toULongLong();
    const auto b = selected[1]->data(0, kRevisionRole).toULongLong();
    const std::uint64_t question = ++m_question;
    m_bench.session.call(model::ReadVerb{model::DiffGet{std::min(a, b), std::max(a, b)}}, this,
                         [this, question](const model::Result<model::Reply>& reply) {
                             if (question != m_question)
                                 return;
                             if (!reply)
                                 m_diff->setText(Words::of(reply.error()));
                             else if (const auto* diff =
                                          std::get_if<model::DiffResult>(&reply->body))
                                 showDiff(*diff);
                         });
}

void HistoryPane::showDiff(const model::DiffResult& diff)
{
    QStringList lines;
    for (const model::FieldDiff& field : diff.fields) {
        if (Words::text(field.subject) != m_subject)
            continue;
        const QString name = field.field.empty() ? m_subject : Words::text(field.field);
        if (!field.before.empty())
            lines << QStringLiteral("− ") + name + QStringLiteral(": ") + Words::text(field.before);
        if (!field.after.empty())
            lines << QStringLiteral("+ ") + name + QStringLiteral(": ") + Words::text(field.after);
    }
    m_diff->setText(lines.isEmpty() ? tr("What is desired of it is the same in both")
                                    : lines.join(QLatin1Char('\n')));
}

} // namespace drover::gui
