#include "gui/views/past_view.h"

#include "gui/models/words.h"
#include "gui/views/field_table.h"
#include "gui/views/signs.h"
#include "gui/views/table_page.h"
#include "gui/views/workbench.h"

#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>
#include <utility>

namespace drover::gui {

using models::FieldRow;
using models::PastModel;
using models::Words;

namespace {

constexpr int kSettle = 120; // ms; one question for a drag of the slider

int bounded(model::Revision revision)
{
    constexpr auto kMost = static_cast<model::Revision>(std::numeric_limits<int>::max());
    return static_cast<int>(std::min(revision, kMost));
}

} // namespace

PastView::PastView(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_model(bench.data), m_reader(bench.session),
      m_slider(new QSlider(Qt::Horizontal, this)), m_number(new QSpinBox(this)),
      m_banner(new QFrame(this)), m_words(new QLabel(m_banner)),
      m_page(new TablePage(QStringLiteral("past"), tr("The configuration of then"), m_model,
                           PastModel::kSortRole,
                           {{PastModel::Name, 18},
                            {PastModel::Kind, 9},
                            {PastModel::State, 14},
                            {PastModel::Node, 14},
                            {PastModel::Size, 18},
                            {PastModel::Labels, 20},
                            {PastModel::Difference, 16}},
                           this)),
      m_fields(new FieldTable(this))
{
    setObjectName(QStringLiteral("pastView"));
    m_slider->setObjectName(QStringLiteral("pastSlider"));
    m_slider->setAccessibleName(tr("Revision to be shown"));
    m_number->setObjectName(QStringLiteral("pastRevision"));
    m_number->setAccessibleName(tr("Revision to be shown, as a number"));
    m_number->setKeyboardTracking(false);
    m_banner->setObjectName(QStringLiteral("pastBanner"));
    m_banner->setFrameShape(QFrame::StyledPanel);
    m_words->setObjectName(QStringLiteral("pastWords"));
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);
    m_fields->setObjectName(QStringLiteral("thenAndNow"));
    m_fields->setAccessibleName(tr("Then and now, field by field"));
    m_fields->setHeaderLabels({tr("Field"), tr("Then"), tr("Now")});
    m_fields->hide();
    layOut();

    m_pause.setSingleShot(true);
    m_pause.setInterval(kSettle);
    connect(&m_pause, &QTimer::timeout, this, [this] { m_reader.read(m_wanted); });
    connect(m_slider, &QSlider::valueChanged, this,
            [this](int value) { choose(m_oldest + static_cast<model::Revision>(value)); });
    connect(m_number, &QSpinBox::valueChanged, this,
            [this](int value) { choose(static_cast<model::Revision>(value)); });
    connect(&m_reader, &bridge::PastReader::done, this, &PastView::take);
    connect(&m_reader, &bridge::PastReader::failed, this, [this](const model::Error& error) {
        m_reading = false;
        m_problem = Words::of(error);
        m_model.clear();
        tell();
    });
    connect(m_page, &TablePage::selectionChanged, this, &PastView::showFields);
    connect(&bench.data, &models::ClusterData::changed, this,
            [this](const models::Touched& touched) {
                if (touched.all) {
                    m_reader.cancel();
                    m_reading = false;
                    m_wanted = m_oldest = m_newest = 0;
                    m_made.clear();
                    m_problem.clear();
                }
                if (isVisible() || touched.all) {
                    tell();
                    showFields();
                }
            });
    connect(&bench.session, &bridge::Session::connectionChanged, this, [this] {
        // What could not be read is asked for again when control is there again.
        if (!m_problem.isEmpty() &&
            m_bench.session.connection().state == models::ConnectionInfo::State::Live)
            choose(m_wanted);
    });
    setRange(0, 0);
    tell();
}

void PastView::layOut()
{
    auto* top = new QHBoxLayout;
    auto* title = new QLabel(tr("&Revision"), this);
    title->setBuddy(m_number);
    const auto arrow = [&](Qt::ArrowType type, const QString& name, int by) {
        auto* made = new QToolButton(this);
        made->setArrowType(type);
        made->setToolTip(name);
        made->setAccessibleName(name);
        made->setAutoRepeat(true);
        connect(made, &QToolButton::clicked, this, [this, by] { stepTo(by); });
        return made;
    };
    top->addWidget(title);
    top->addWidget(m_number);
    top->addWidget(arrow(Qt::LeftArrow, tr("One revision earlier"), -1));
    top->addWidget(m_slider, 1);
    top->addWidget(arrow(Qt::RightArrow, tr("One revision later"), 1));
    auto* inside = new QHBoxLayout(m_banner);
    inside->setContentsMargins(8, 4, 8, 4);
    inside->addWidget(m_words, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addLayout(top);
    layout->addWidget(m_banner);
    layout->addWidget(m_page, 1);
    layout->addWidget(m_fields);
    setFocusProxy(m_slider);
}

void PastView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_wanted == 0 && m_newest > 0)
        showRevision(m_newest);
    tell();
}

void PastView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        tell(); // the banner is in a colour of its own
}

void PastView::setRange(model::Revision oldest, model::Revision newest)
{
    m_oldest = oldest;
    m_newest = newest;
    const QSignalBlocker quiet(m_slider);
    const QSignalBlocker silent(m_number);
    m_slider->setRange(0, bounded(newest - std::min(oldest, newest)));
    m_slider->setPageStep(std::max(1, m_slider->maximum() / 20));
    m_number->setRange(bounded(oldest), bounded(newest));
    m_number->setEnabled(newest > 0);
    m_slider->setEnabled(newest > 0);
    m_slider->setValue(bounded(m_wanted - std::min(m_oldest, m_wanted)));
    m_number->setValue(bounded(m_wanted));
    if (m_wanted != 0 && m_wanted < oldest) // control has forgotten it
        choose(oldest);
}

void PastView::showRevision(model::Revision revision)
{
    choose(std::clamp(revision, m_oldest, std::max(m_oldest, m_newest)));
}

void PastView::stepTo(int by)
{
    if (by < 0 && m_wanted > m_oldest)
        choose(m_wanted - 1);
    else if (by > 0 && m_wanted < m_newest)
        choose(m_wanted + 1);
}

void PastView::choose(model::Revision revision)
{
    if (revision == 0)
        return;
    m_wanted = revision;
    const QSignalBlocker quiet(m_slider);
    const QSignalBlocker silent(m_number);
    m_slider->setValue(bounded(revision - std::min(m_oldest, revision)));
    m_number->setValue(bounded(revision));
    m_reader.cancel(); // what is on its way is not wanted any more
    m_reading = true;
    m_problem.clear();
    m_pause.start();
    tell();
    Q_EMIT revisionChanged();
}

void PastView::take(const bridge::Past& past)
{
    m_reading = false;
    m_made.clear();
    if (past.commit) {
        m_made = Words::moment(past.commit->at, m_bench.session.now());
        if (!past.commit->log.empty()) {
            const model::LogEntry& entry = past.commit->log.front();
            m_made += QStringLiteral(" – ") + Words::text(entry.actor) + QStringLiteral(": ") +
                      Words::text(entry.subject) + QStringLiteral(": ") +
                      Words::text(entry.message.empty() ? entry.verb : entry.message);
        }
    }
    m_model.take(past.revision, past.records);
    tell();
    showFields();
}

void PastView::tell()
{
    QString words;
    if (!m_problem.isEmpty())
        words = tr("Revision %1 cannot be shown: %2").arg(QString::number(m_wanted), m_problem);
    else if (m_wanted == 0)
        words = tr("Choose a revision to see what was desired then");
    else if (m_reading || m_model.revision() != m_wanted)
        words = tr("Reading revision %1 …").arg(m_wanted);
    else
        words = tr("THE PAST, read-only: what was desired at revision %1")
                    .arg(QString::number(m_wanted)) +
                (m_made.isEmpty() ? QString() : QStringLiteral(" (") + m_made + QLatin1Char(')')) +
                QStringLiteral(". ") +
                (m_model.different() == 0
                     ? tr("Nothing has changed since.")
                     : tr("Objects that are not as they were: %L1.").arg(m_model.different()));
    m_words->setText(words);
    QPalette colours = palette();
    const QColor mark = colourOf(models::Sign::Warning, palette());
    QColor ground = palette().color(QPalette::Window);
    ground = QColor::fromRgbF((ground.redF() * 4 + mark.redF()) / 5,
                              (ground.greenF() * 4 + mark.greenF()) / 5,
                              (ground.blueF() * 4 + mark.blueF()) / 5);
    colours.setColor(QPalette::Window, ground);
    m_banner->setPalette(colours);
    m_banner->setAutoFillBackground(true);
}

void PastView::showFields()
{
    const auto rows = m_page->selectedRows();
    auto fields = rows.size() == 1 ? m_model.thenAndNow(rows.front()) : std::vector<FieldRow>();
    if (fields == m_shown)
        return;
    m_shown = std::move(fields);
    m_fields->setVisible(!m_shown.empty());
    m_fields->show(m_shown);
}

void PastView::setFilter(const QString& text) { m_page->setFilter(text); }

void PastView::focusFilter() { m_page->focusFilter(); }

} // namespace drover::gui
