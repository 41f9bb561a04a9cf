#include "gui/views/connection_strip.h"

#include "gui/models/words.h"
#include "gui/views/connection_words.h"
#include "gui/views/signs.h"
#include "gui/views/workbench.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>

namespace drover::gui {

using models::ConnectionInfo;
using models::Words;

ConnectionStrip::ConnectionStrip(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_sign(new QLabel(this)), m_state(new QLabel(this)),
      m_identity(new QLabel(this)), m_roundTrip(new QLabel(this)), m_lag(new QLabel(this))
{
    setObjectName(QStringLiteral("connection"));
    m_state->setObjectName(QStringLiteral("connectionState"));
    m_identity->setObjectName(QStringLiteral("identity"));
    m_roundTrip->setToolTip(tr("How long control took to answer the last small question"));
    m_lag->setToolTip(tr("What control has published and this window does not show yet"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 0, 6, 0);
    layout->setSpacing(6);
    layout->addWidget(m_sign);
    layout->addWidget(m_state);
    for (QLabel* label : {m_identity, m_roundTrip, m_lag}) {
        layout->addSpacing(10);
        layout->addWidget(label);
    }
    for (QLabel* label : {m_state, m_identity, m_roundTrip, m_lag})
        label->setTextFormat(Qt::PlainText);
    connect(&bench.session, &bridge::Session::connectionChanged, this, &ConnectionStrip::update);
    connect(&bench.data, &models::ClusterData::changed, this, &ConnectionStrip::update);
    update();
}

void ConnectionStrip::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QWidget::changeEvent(event);
}

void ConnectionStrip::update()
{
    const ConnectionInfo& info = m_bench.session.connection();
    const int side = fontMetrics().height();
    m_sign->setPixmap(iconOf(signOf(info), palette()).pixmap(side, side));
    QString state = stateWord(info);
    if (!info.cluster.isEmpty())
        state = info.cluster + QStringLiteral(": ") + state;
    if (m_bench.data.revision() > 0)
        state += tr(", revision %1").arg(m_bench.data.revision());
    m_state->setText(state);
    m_state->setToolTip(info.reason.isEmpty() ? info.endpoint
                                              : info.endpoint + QLatin1Char('\n') + info.reason);
    m_identity->setText(info.role ? tr("%1 (%2)").arg(info.user, Words::of(*info.role))
                                  : QString());
    m_roundTrip->setText(!info.roundTrip               ? QString()
                         : info.roundTrip->count() < 1 ? tr("<1 ms")
                                                       : tr("%1 ms").arg(info.roundTrip->count()));
    m_lag->setText(info.behind > 0 ? tr("behind by %L1").arg(info.behind) : QString());
}

} // namespace drover::gui
