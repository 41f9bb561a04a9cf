#include "gui/views/shot_taker.h"

#include "gui/models/dataset_row.h"
#include "gui/views/facet.h"
#include "gui/views/main_window.h"
#include "gui/views/palettes.h"

#include <QApplication>

#include <chrono>

namespace drover::gui {

namespace {
constexpr std::chrono::milliseconds kSettle{1'200};
constexpr std::chrono::seconds kPatience{30};
} // namespace

ShotTaker::ShotTaker(MainWindow& window, const QDir& folder, QObject* parent)
    : QObject(parent), m_window(window), m_folder(folder)
{
    for (const bool dark : {false, true})
        for (const Facet& facet : facets()) {
            m_left.push_back({facet.id, {}, dark});
            for (const QString& part : facet.parts)
                m_left.push_back({facet.id, part, dark});
        }
    m_settled.setSingleShot(true);
    m_settled.setInterval(kSettle);
    connect(&m_settled, &QTimer::timeout, this, &ShotTaker::take);
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        Q_EMIT finished(
            tr("The cluster is not live: %1").arg(m_window.bench().session.connection().reason));
    });
    m_patience.start(kPatience);
    connect(&m_window.bench().session, &bridge::Session::connectionChanged, this,
            &ShotTaker::begin);
    connect(&m_window.bench().data, &models::ClusterData::changed, this, &ShotTaker::begin);
}

void ShotTaker::begin()
{
    using State = models::ConnectionInfo::State;
    Workbench& bench = m_window.bench();
    if (!m_patience.isActive() || bench.session.connection().state != State::Live ||
        bench.data.revision() == 0)
        return;
    m_patience.stop();
    next();
}

void ShotTaker::next()
{
    if (m_left.empty()) {
        Q_EMIT finished({});
        return;
    }
    const Shot& shot = m_left.front();
    QApplication::setPalette(shot.dark ? darkPalette() : lightPalette());
    m_window.showFacet(shot.facet);
    QWidget* view = m_window.currentView();
    if (view->metaObject()->indexOfMethod("showPart(QString)") >= 0)
        QMetaObject::invokeMethod(view, "showPart", Q_ARG(QString, shot.part));
    chooseDataset();
    m_settled.start();
}

// The one that has most to tell.
void ShotTaker::chooseDataset()
{
    Workbench& bench = m_window.bench();
    const model::DatasetRecord* chosen = nullptr;
    int least = 100;
    for (const auto& [id, record] : bench.data.datasets())
        if (const int urgent = urgency(rowOf(bench.data, record)); urgent < least) {
            least = urgent;
            chosen = &record;
        }
    if (chosen && m_left.front().facet == QStringLiteral("datasets"))
        bench.showDataset(chosen->id);
}

void ShotTaker::take()
{
    const Shot shot = m_left.front();
    m_left.erase(m_left.begin());
    const QString name = shot.facet +
                         (shot.part.isEmpty() ? QString() : QLatin1Char('-') + shot.part) +
                         (shot.dark ? QStringLiteral("-dark.png") : QStringLiteral("-light.png"));
    if (!m_folder.mkpath(QStringLiteral(".")) || !m_window.grab().save(m_folder.filePath(name))) {
        Q_EMIT finished(tr("Cannot write %1").arg(m_folder.filePath(name)));
        return;
    }
    next();
}

} // namespace drover::gui
