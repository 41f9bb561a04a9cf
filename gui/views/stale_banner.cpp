#include "gui/views/stale_banner.h"

#include "gui/views/connection_words.h"
#include "gui/views/signs.h"
#include "gui/views/workbench.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QTimer>

namespace drover::gui {

namespace {
constexpr int kAgesEvery = 1'000; // ms
}

StaleBanner::StaleBanner(Workbench& bench, QWidget* parent)
    : QFrame(parent), m_bench(bench), m_sign(new QLabel(this)), m_text(new QLabel(this))
{
    setObjectName(QStringLiteral("staleBanner"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    m_text->setObjectName(QStringLiteral("staleText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* layout = new QHBoxLayout(this);
    layout->addWidget(m_sign, 0, Qt::AlignTop);
    layout->addWidget(m_text, 1);
    connect(&bench.session, &bridge::Session::connectionChanged, this, &StaleBanner::update);
    auto* ages = new QTimer(this);
    ages->setInterval(kAgesEvery);
    connect(ages, &QTimer::timeout, this, [this] {
        if (isVisible())
            update();
    });
    ages->start();
    update();
}

void StaleBanner::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QFrame::changeEvent(event);
}

void StaleBanner::update()
{
    const models::ConnectionInfo& info = m_bench.session.connection();
    const QString text = explanation(info, m_bench.session.now());
    const int side = fontMetrics().height();
    m_sign->setPixmap(iconOf(signOf(info), palette()).pixmap(side, side));
    if (m_text->text() != text) {
        m_text->setText(text);
        m_text->setAccessibleName(text);
    }
    setVisible(!text.isEmpty());
}

Veil::Veil(Workbench& bench, QWidget* below) : QWidget(below), m_bench(bench)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_NoSystemBackground);
    setFocusPolicy(Qt::NoFocus);
    below->installEventFilter(this);
    connect(&bench.session, &bridge::Session::connectionChanged, this, &Veil::update);
    update();
}

void Veil::update()
{
    const models::ConnectionInfo& info = m_bench.session.connection();
    setVisible(info.state != models::ConnectionInfo::State::Live && info.hasData());
    resize(parentWidget()->size());
    raise();
}

bool Veil::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parent() && event->type() == QEvent::Resize)
        resize(parentWidget()->size());
    if (watched == parent() && event->type() == QEvent::ChildAdded)
        raise();
    return false;
}

void Veil::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    QColor grey = palette().color(QPalette::Mid);
    grey.setAlpha(90);
    painter.fillRect(rect(), grey);
}

} // namespace drover::gui
