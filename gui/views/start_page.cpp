#include "gui/views/start_page.h"

#include "gui/views/connection_words.h"
#include "gui/views/workbench.h"

#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace drover::gui {

StartPage::StartPage(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_words(new QLabel(this)),
      m_listTitle(new QLabel(tr("&Known clusters"), this)), m_list(new QListWidget(this)),
      m_open(new QPushButton(tr("&Open"), this)), m_none(new QLabel(this))
{
    setObjectName(QStringLiteral("start"));
    auto* title = new QLabel(tr("Drover"), this);
    QFont font = title->font();
    font.setPointSizeF(font.pointSizeF() * 1.8);
    font.setBold(true);
    title->setFont(font);
    m_words->setObjectName(QStringLiteral("startWords"));
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);
    m_listTitle->setBuddy(m_list);
    m_list->setObjectName(QStringLiteral("contexts"));
    m_list->setAccessibleName(tr("Known clusters"));
    m_open->setObjectName(QStringLiteral("openContext"));
    m_none->setWordWrap(true);
    m_none->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_none->setText(
        tr("No cluster is known yet. To start one on this machine, run ./up in "
           "Drover's folder. To add one that runs elsewhere: drover context set --help"));

    auto* column = new QWidget(this);
    column->setMaximumWidth(560);
    auto* inside = new QVBoxLayout(column);
    inside->addStretch(1);
    inside->addWidget(title);
    inside->addWidget(m_words);
    inside->addSpacing(8);
    inside->addWidget(m_listTitle);
    inside->addWidget(m_list, 2);
    inside->addWidget(m_none);
    inside->addWidget(m_open, 0, Qt::AlignRight);
    inside->addStretch(1);
    auto* layout = new QHBoxLayout(this);
    layout->addStretch(1);
    layout->addWidget(column, 4);
    layout->addStretch(1);

    connect(m_open, &QPushButton::clicked, this, &StartPage::choose);
    connect(m_list, &QListWidget::itemActivated, this, &StartPage::choose);
    connect(&bench.session, &bridge::Session::connectionChanged, this, &StartPage::update);
    update();
}

void StartPage::setContexts(const contexts::Config& config, const QString& problem)
{
    m_config = config;
    m_problem = problem;
    m_list->clear();
    for (const contexts::Context& context : config.contexts) {
        auto* item =
            new QListWidgetItem(QString::fromStdString(context.name) + QStringLiteral("  –  ") +
                                    QString::fromStdString(context.control),
                                m_list);
        if (context.name == config.current)
            m_list->setCurrentItem(item);
    }
    if (!m_list->currentItem() && m_list->count() > 0)
        m_list->setCurrentRow(0);
    update();
}

void StartPage::update()
{
    const QString state = explanation(m_bench.session.connection(), m_bench.session.now());
    m_words->setText(m_problem.isEmpty() ? state : m_problem);
    m_words->setVisible(!m_words->text().isEmpty());
    const bool any = m_list->count() > 0;
    m_list->setVisible(any);
    m_listTitle->setVisible(any);
    m_open->setVisible(any);
    m_none->setVisible(!any);
}

void StartPage::choose()
{
    const int row = m_list->currentRow();
    if (row >= 0 && row < static_cast<int>(m_config.contexts.size()))
        Q_EMIT chosen(m_config.contexts[static_cast<std::size_t>(row)]);
}

} // namespace drover::gui
