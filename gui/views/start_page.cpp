#include "gui/views/start_page.h"

#include "gui/models/words.h"
#include "gui/views/connection_words.h"
#include "gui/views/workbench.h"

#include <QAction>
#include <QCoreApplication>
#include <QFontDatabase>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace drover::gui {

using models::Words;

namespace {

constexpr int kWidest = 620;
constexpr int kMostLines = 2'000; // of what the script says

void follow(QPushButton* button, QAction* action)
{
    const auto take = [button, action] {
        button->setEnabled(action->isEnabled());
        button->setToolTip(action->toolTip());
    };
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    QObject::connect(action, &QAction::changed, button, take);
    take();
}

} // namespace

StartPage::StartPage(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_words(new QLabel(this)),
      m_listTitle(new QLabel(tr("&Known clusters"), this)), m_list(new QListWidget(this)),
      m_open(new QPushButton(tr("&Open"), this)), m_forget(new QPushButton(tr("Fo&rget…"), this)),
      m_none(new QLabel(this)), m_start(new QPushButton(tr("&Start a local cluster"), this)),
      m_join(new QPushButton(tr("&Join a cluster…"), this)), m_progress(new QWidget(this)),
      m_progressTitle(new QLabel(m_progress)), m_bar(new QProgressBar(m_progress)),
      m_output(new QPlainTextEdit(m_progress)), m_cancel(new QPushButton(tr("&Cancel"), m_progress))
{
    setObjectName(QStringLiteral("start"));
    m_words->setObjectName(QStringLiteral("startWords"));
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_listTitle->setBuddy(m_list);
    m_list->setObjectName(QStringLiteral("contexts"));
    m_list->setAccessibleName(tr("Known clusters"));
    m_open->setObjectName(QStringLiteral("openContext"));
    m_forget->setObjectName(QStringLiteral("forgetContext"));
    m_start->setObjectName(QStringLiteral("startLocal"));
    m_join->setObjectName(QStringLiteral("joinCluster"));
    m_none->setWordWrap(true);
    m_none->setText(tr("No cluster is known yet. Start one on this machine to look around, or join "
                       "one that runs elsewhere."));
    m_progressTitle->setTextFormat(Qt::PlainText);
    m_progressTitle->setWordWrap(true);
    m_progressTitle->setObjectName(QStringLiteral("startProgress"));
    m_output->setObjectName(QStringLiteral("startOutput"));
    m_output->setAccessibleName(tr("What ./up says"));
    m_output->setReadOnly(true);
    m_output->setMaximumBlockCount(kMostLines);
    m_output->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_output->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_bar->setAccessibleName(tr("Starting a local cluster"));
    m_cancel->setObjectName(QStringLiteral("cancelStart"));
    m_progress->hide();
    layOut();

    connect(m_open, &QPushButton::clicked, this, &StartPage::openChosen);
    connect(m_list, &QListWidget::itemActivated, this, &StartPage::openChosen);
    connect(m_list, &QListWidget::currentRowChanged, &m_bench.actions, &ActionRegistry::refresh);
    connect(m_cancel, &QPushButton::clicked, &m_starter, &bridge::LocalStarter::cancel);
    connect(&m_starter, &bridge::LocalStarter::said, this, [this](const QString& text) {
        m_output->moveCursor(QTextCursor::End);
        m_output->insertPlainText(text);
        m_output->moveCursor(QTextCursor::End);
    });
    connect(&m_starter, &bridge::LocalStarter::finished, this, &StartPage::started);
    connect(&bench.clusters, &bridge::KnownClusters::changed, this, &StartPage::fill);
    connect(&bench.session, &bridge::Session::connectionChanged, this, &StartPage::update);
    setPrograms(QCoreApplication::applicationDirPath());
    fill();
}

void StartPage::layOut()
{
    auto* title = new QLabel(tr("Drover"), this);
    QFont font = title->font();
    font.setPointSizeF(font.pointSizeF() * 1.8);
    font.setBold(true);
    title->setFont(font);
    auto* progress = new QVBoxLayout(m_progress);
    progress->setContentsMargins(0, 0, 0, 0);
    auto* head = new QHBoxLayout;
    head->addWidget(m_progressTitle, 1);
    head->addWidget(m_cancel, 0, Qt::AlignTop);
    progress->addLayout(head);
    progress->addWidget(m_bar);
    progress->addWidget(m_output, 1);

    auto* column = new QWidget(this);
    column->setMaximumWidth(kWidest);
    auto* inside = new QVBoxLayout(column);
    auto* ofChosen = new QHBoxLayout;
    ofChosen->addStretch(1);
    ofChosen->addWidget(m_forget);
    ofChosen->addWidget(m_open);
    auto* another = new QHBoxLayout;
    another->addWidget(m_start);
    another->addWidget(m_join);
    another->addStretch(1);
    inside->addStretch(1);
    inside->addWidget(title);
    inside->addWidget(m_words);
    inside->addSpacing(8);
    inside->addWidget(m_listTitle);
    inside->addWidget(m_list, 2);
    inside->addWidget(m_none);
    inside->addLayout(ofChosen);
    inside->addSpacing(8);
    inside->addLayout(another);
    inside->addWidget(m_progress, 3);
    inside->addStretch(1);
    auto* layout = new QHBoxLayout(this);
    layout->addStretch(1);
    layout->addWidget(column, 4);
    layout->addStretch(1);
    setTabOrder(m_list, m_open);
    setTabOrder(m_open, m_forget);
    setTabOrder(m_forget, m_start);
    setTabOrder(m_start, m_join);
}

void StartPage::setActions(QAction* startLocal, QAction* join, QAction* forget)
{
    follow(m_start, startLocal);
    follow(m_join, join);
    follow(m_forget, forget);
}

void StartPage::fill()
{
    const contexts::Config& config = m_bench.clusters.config();
    const QListWidgetItem* current = m_list->currentItem();
    const QString before = current ? current->data(Qt::UserRole).toString() : QString();
    m_list->clear();
    for (const contexts::Context& context : config.contexts) {
        auto* item = new QListWidgetItem(Words::text(context.name) + QStringLiteral("  –  ") +
                                             Words::text(context.control),
                                         m_list);
        item->setData(Qt::UserRole, Words::text(context.name));
    }
    choose(config.current);
    if (!before.isEmpty())
        choose(before.toStdString());
    if (!m_list->currentItem() && m_list->count() > 0)
        m_list->setCurrentRow(0);
    update();
    m_bench.actions.refresh();
}

void StartPage::choose(const std::string& name)
{
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->data(Qt::UserRole).toString() == Words::text(name))
            m_list->setCurrentRow(row);
}

const contexts::Context* StartPage::chosenContext() const
{
    const auto& known = m_bench.clusters.config().contexts;
    const int row = m_list->currentRow();
    return row >= 0 && row < static_cast<int>(known.size()) ? &known[static_cast<std::size_t>(row)]
                                                            : nullptr;
}

void StartPage::openChosen()
{
    const contexts::Context* context = chosenContext();
    if (!context)
        return;
    m_told.clear();
    m_progress->hide();
    Q_EMIT chosen(*context);
}

void StartPage::tell(const QString& words)
{
    m_told = words;
    update();
}

void StartPage::update()
{
    const QString state = explanation(m_bench.session.connection(), m_bench.session.now());
    const QString& problem = m_bench.clusters.problem();
    m_words->setText(!m_told.isEmpty() ? m_told : problem.isEmpty() ? state : problem);
    m_words->setVisible(!m_words->text().isEmpty());
    const bool any = m_list->count() > 0;
    for (QWidget* part : {static_cast<QWidget*>(m_list), static_cast<QWidget*>(m_listTitle),
                          static_cast<QWidget*>(m_open), static_cast<QWidget*>(m_forget)})
        part->setVisible(any);
    m_none->setVisible(!any);
}

void StartPage::setPrograms(const QString& folder) { m_found = bridge::LocalStarter::find(folder); }

QString StartPage::startBlocker() const
{
    return m_starter.isRunning() ? tr("One is being started") : m_found.problem;
}

void StartPage::startLocal()
{
    m_told.clear();
    m_output->clear();
    m_progressTitle->setText(tr("Starting control and its nodes on this machine…"));
    m_bar->setRange(0, 0); // how long it takes is not known
    m_bar->show();
    m_cancel->show();
    m_progress->show();
    m_starter.start(m_found);
    update();
    m_bench.actions.refresh();
}

void StartPage::started(const QString& problem)
{
    m_bar->hide();
    m_cancel->hide();
    m_bench.actions.refresh();
    if (!problem.isEmpty()) {
        m_progressTitle->setText(tr("The local cluster was not started. %1").arg(problem));
        return;
    }
    m_progressTitle->setText(tr("The local cluster runs."));
    const auto local = m_bench.clusters.adoptLocal();
    if (!local)
        return tell(Words::of(local.error()));
    choose(local->name);
    if (!m_bench.session.connection().hasData()) // somebody has opened another one meanwhile
        openChosen();
}

} // namespace drover::gui
