#include "gui/views/main_window.h"

#include "gui/dialogs/preview_dialog.h"
#include "gui/views/cluster_actions.h"
#include "gui/views/connection_strip.h"
#include "gui/views/dataset_actions.h"
#include "gui/views/detail_pane.h"
#include "gui/views/exporter.h"
#include "gui/views/facet.h"
#include "gui/views/facet_list.h"
#include "gui/views/key_actions.h"
#include "gui/views/keys_dialog.h"
#include "gui/views/node_actions.h"
#include "gui/views/palette_dialog.h"
#include "gui/views/pending_pane.h"
#include "gui/views/stale_banner.h"
#include "gui/views/start_page.h"
#include "gui/views/timeline_actions.h"

#include <QCloseEvent>
#include <QDockWidget>
#include <QFileDialog>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>

#include <utility>

namespace drover::gui {

namespace {

const auto kGeometry = QStringLiteral("window/geometry");
const auto kState = QStringLiteral("window/state");
const auto kFacet = QStringLiteral("window/facet");

} // namespace

MainWindow::MainWindow()
    : m_facets(new FacetList(m_bench, this)), m_centre(new QStackedWidget(this)),
      m_start(new StartPage(m_bench, this))
{
    setWindowTitle(tr("Drover"));
    auto* middle = new QWidget(this);
    auto* layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* banner = new StaleBanner(m_bench, middle);
    layout->addWidget(banner);
    layout->addWidget(m_centre, 1);
    m_centre->addWidget(m_start);
    new Veil(m_bench, m_centre);
    setCentralWidget(middle);

    makeDocks();
    addActions();
    makeMenus();
    statusBar()->addPermanentWidget(new ConnectionStrip(m_bench, this));
    m_bench.actions.refresh();
    restoreLayout();

    connect(m_facets, &FacetList::facetChosen, this, [this](const QString& id) { showFacet(id); });
    connect(m_start, &StartPage::chosen, this, &MainWindow::open);
    connect(&m_bench.clusters, &bridge::KnownClusters::changed, this, &MainWindow::listContexts);
    connect(&m_bench, &Workbench::showRequested, this, &MainWindow::showFacet);
    connect(&m_bench, &Workbench::datasetRequested, this, &MainWindow::showDataset);
    connect(&m_bench, &Workbench::nodeRequested, this, [this](const model::NodeId& id) {
        const auto nodes = QStringLiteral("nodes");
        const bool isNew = m_views[nodes] == nullptr;
        showFacet(nodes);
        if (isNew) // it did not hear of it
            m_bench.showNode(id);
    });
    connect(&m_bench.session, &bridge::Session::connectionChanged, this, [this, banner] {
        updateCentre();
        // The start page says the same, and more.
        if (m_centre->currentWidget() == m_start)
            banner->hide();
    });
    banner->hide();
}

MainWindow::~MainWindow()
{
    // Views look at the workbench until their end: they go first.
    qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
}

void MainWindow::makeDocks()
{
    setDockOptions(AnimatedDocks | AllowNestedDocks);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    const auto dock = [this](const QString& name, const QString& title, QWidget* widget,
                             Qt::DockWidgetArea area) {
        auto* made = new QDockWidget(title, this);
        made->setObjectName(name);
        made->setWidget(widget);
        addDockWidget(area, made);
        return made;
    };
    dock(QStringLiteral("facetsDock"), tr("Views"), m_facets, Qt::LeftDockWidgetArea);
    dock(QStringLiteral("detailDock"), tr("Detail"), new DetailPane(m_bench, this),
         Qt::RightDockWidgetArea);
    auto* pending = dock(QStringLiteral("pendingDock"), tr("Pending changes"),
                         new PendingPane(m_bench, this), Qt::BottomDockWidgetArea);
    connect(&m_bench.pending, &models::PendingChanges::countChanged, pending, [this, pending] {
        const int waiting = m_bench.pending.waiting();
        pending->setWindowTitle(waiting > 0 ? tr("Pending changes (%1)").arg(waiting)
                                            : tr("Pending changes"));
        if (waiting > 0)
            pending->show();
    });
}

void MainWindow::addActions()
{
    ActionRegistry& actions = m_bench.actions;
    for (const Facet& facet : facets())
        actions.add({QStringLiteral("view.") + facet.id,
                     QStringLiteral("view"),
                     facet.title,
                     facet.key,
                     {},
                     [this, id = facet.id] { showFacet(id); }});
    addClusterActions(m_bench, *m_start, *this);
    addDatasetActions(m_bench, *this);
    addNodeActions(m_bench, *this);
    addLeaseActions(m_bench, *this);
    addKeyActions(m_bench, *this);
    addTimelineActions(m_bench);
    actions.add({QStringLiteral("view.filter"),
                 QStringLiteral("view"),
                 tr("&Filter"),
                 QKeySequence(Qt::Key_Slash),
                 {},
                 [this] { focusFilter(); }});
    const auto ofDatasets = [this](const char* slot) {
        showFacet(QStringLiteral("datasets"));
        if (QWidget* view = m_views[QStringLiteral("datasets")]; view == m_centre->currentWidget())
            QMetaObject::invokeMethod(view, slot);
    };
    const auto anyFilter = [this] {
        return m_bench.filters.entries().empty() ? tr("No filter is saved yet") : QString();
    };
    actions.add({QStringLiteral("filter.choose"), QStringLiteral("view"), tr("Saved f&ilters…"),
                 QKeySequence(Qt::CTRL | Qt::Key_F), anyFilter,
                 [ofDatasets] { ofDatasets("offerFilters"); }});
    actions.add({QStringLiteral("filter.save"),
                 QStringLiteral("view"),
                 tr("&Save the filter…"),
                 QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S),
                 {},
                 [ofDatasets] { ofDatasets("saveFilter"); }});
    actions.add({QStringLiteral("filter.remove"), QStringLiteral("view"), tr("&Remove a filter…"),
                 QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R), anyFilter,
                 [ofDatasets] { ofDatasets("removeFilter"); }});
    connect(&m_bench.filters, &models::SavedFilters::changed, &actions, &ActionRegistry::refresh);
    actions.add({QStringLiteral("pending.apply"), QStringLiteral("edit"), tr("&Preview and apply…"),
                 QKeySequence(Qt::CTRL | Qt::Key_Return), [this] { return applyBlocker(); },
                 [this] { previewAndApply(); }});
    actions.add({QStringLiteral("pending.retry"), QStringLiteral("edit"), tr("&Retry what failed…"),
                 QKeySequence(Qt::CTRL | Qt::Key_R),
                 [this] {
                     return m_bench.pending.hasFailed() ? m_bench.changeBlocker()
                                                        : tr("Nothing has failed");
                 },
                 [this] {
                     m_bench.pending.retryFailed();
                     m_bench.actions.find(QStringLiteral("pending.apply"))->trigger();
                 }});
    actions.add({QStringLiteral("pending.undo"), QStringLiteral("edit"), tr("&Undo"),
                 QKeySequence(Qt::CTRL | Qt::Key_Z),
                 [this] {
                     return m_bench.pending.undoStack().canUndo() ? QString()
                                                                  : tr("Nothing can be taken back");
                 },
                 [this] { m_bench.pending.undoStack().undo(); }});
    actions.add({QStringLiteral("pending.redo"), QStringLiteral("edit"), tr("&Redo"),
                 QKeySequence(Qt::CTRL | Qt::Key_Y),
                 [this] {
                     return m_bench.pending.undoStack().canRedo() ? QString()
                                                                  : tr("Nothing was taken back");
                 },
                 [this] { m_bench.pending.undoStack().redo(); }});
    actions.add(
        {QStringLiteral("pending.discardAll"), QStringLiteral("edit"), tr("&Discard all"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Backspace),
         [this] { return m_bench.pending.waiting() > 0 ? QString() : tr("Nothing is pending"); },
         [this] { m_bench.pending.discardAll(); }});
    addPictureActions();
    actions.add({QStringLiteral("view.export"),
                 QStringLiteral("view"),
                 tr("&Save as…"),
                 QKeySequence(Qt::CTRL | Qt::Key_S),
                 {},
                 [this] { exportCurrent(); }});
    actions.add({QStringLiteral("cluster.close"),
                 QStringLiteral("cluster"),
                 tr("&Leave the cluster"),
                 QKeySequence(Qt::CTRL | Qt::Key_W),
                 {},
                 [this] { m_bench.session.close(); }});
    actions.add({QStringLiteral("cluster.quit"),
                 QStringLiteral("cluster"),
                 tr("&Quit"),
                 QKeySequence(Qt::CTRL | Qt::Key_Q),
                 {},
                 [this] { close(); }});
    actions.add({QStringLiteral("help.palette"),
                 QStringLiteral("help"),
                 tr("&Find anything…"),
                 QKeySequence(Qt::CTRL | Qt::Key_K),
                 {},
                 [this] { PaletteDialog(m_bench, this).exec(); }});
    actions.add({QStringLiteral("help.keys"),
                 QStringLiteral("help"),
                 tr("&Keys"),
                 QKeySequence(Qt::Key_Question),
                 {},
                 [this] { KeysDialog(m_bench.actions, this).exec(); }});
    // Their keys work wherever the window has the focus.
    for (QAction* action : actions.actions())
        addAction(action);
    connect(&m_bench.pending.undoStack(), &QUndoStack::indexChanged, &actions,
            &ActionRegistry::refresh);
}

void MainWindow::addPictureActions()
{
    const auto add = [this](const QString& id, const QString& text, const QKeySequence& key,
                            const char* slot) {
        m_bench.actions.add({QStringLiteral("picture.") + id, QStringLiteral("view"), text, key,
                             [this] {
                                 return m_bench.session.connection().hasData()
                                            ? QString()
                                            : tr("No cluster is shown yet");
                             },
                             [this, slot] {
                                 showFacet(QStringLiteral("picture"));
                                 QMetaObject::invokeMethod(m_centre->currentWidget(), slot);
                             }});
    };
    add(QStringLiteral("fit"), tr("Picture: &show all of it"), QKeySequence(Qt::CTRL | Qt::Key_0),
        "fit");
    add(QStringLiteral("larger"), tr("Picture: &larger"), QKeySequence(Qt::CTRL | Qt::Key_Plus),
        "larger");
    add(QStringLiteral("smaller"), tr("Picture: s&maller"), QKeySequence(Qt::CTRL | Qt::Key_Minus),
        "smaller");
    add(QStringLiteral("actual"), tr("Picture: &as it is"),
        QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_0), "actual");
}

void MainWindow::makeMenus()
{
    const auto menu = [this](const QString& title, const QString& id) {
        QMenu* made = menuBar()->addMenu(title);
        made->setToolTipsVisible(true);
        for (QAction* action : m_bench.actions.actions(id))
            made->addAction(action);
        return made;
    };
    QMenu* cluster = menu(tr("&Cluster"), QStringLiteral("cluster"));
    m_contextMenu = new QMenu(tr("&Open"), this);
    cluster->insertMenu(cluster->actions().value(0), m_contextMenu);
    menu(tr("&Edit"), QStringLiteral("edit"));
    menu(tr("&Dataset"), QStringLiteral("dataset"));
    menu(tr("&Node"), QStringLiteral("node"));
    menu(tr("&Lease"), QStringLiteral("lease"));
    menu(tr("&Key"), QStringLiteral("key"));
    QMenu* view = menu(tr("&View"), QStringLiteral("view"));
    view->addSeparator();
    menu(tr("&Help"), QStringLiteral("help"));
    for (QDockWidget* dock : findChildren<QDockWidget*>())
        view->addAction(dock->toggleViewAction());
}

void MainWindow::restoreLayout()
{
    const QSettings settings;
    if (!restoreGeometry(settings.value(kGeometry).toByteArray()))
        resize(1280, 800);
    restoreState(settings.value(kState).toByteArray());
    m_facets->choose(settings.value(kFacet, facets().front().id).toString());
}

void MainWindow::loadContexts(const std::filesystem::path& file) { m_bench.clusters.load(file); }

void MainWindow::tell(const QString& words) { m_start->tell(words); }

void MainWindow::listContexts()
{
    const contexts::Config& config = m_bench.clusters.config();
    m_contextMenu->clear();
    for (const contexts::Context& context : config.contexts)
        m_contextMenu->addAction(QString::fromStdString(context.name), this,
                                 [this, context] { open(context); });
    m_contextMenu->setEnabled(!config.contexts.empty());
}

void MainWindow::open(contexts::Context context)
{
    m_bench.session.open(context);
    setWindowTitle(tr("%1 – Drover").arg(QString::fromStdString(context.name)));
}

void MainWindow::updateCentre()
{
    const bool hasData = m_bench.session.connection().hasData() || m_bench.data.revision() > 0;
    if (!hasData) {
        if (m_centre->currentWidget() != m_start)
            m_bench.clusters.reload(); // the command line may have changed them meanwhile
        m_centre->setCurrentWidget(m_start);
    } else if (m_centre->currentWidget() == m_start)
        showFacet(m_facets->chosen());
}

void MainWindow::showFacet(const QString& id, const QString& filter)
{
    for (const Facet& facet : facets()) {
        if (facet.id != id)
            continue;
        QWidget*& view = m_views[id];
        if (!view) {
            view = facet.make(m_bench, m_centre);
            m_centre->addWidget(view);
        }
        m_facets->choose(id);
        if (!filter.isNull())
            QMetaObject::invokeMethod(view, "setFilter", Q_ARG(QString, filter));
        if (m_bench.session.connection().hasData())
            m_centre->setCurrentWidget(view);
    }
}

QWidget* MainWindow::currentView() const { return m_centre->currentWidget(); }

void MainWindow::showDataset(const model::DatasetId& id)
{
    showFacet(QStringLiteral("datasets"));
    QMetaObject::invokeMethod(m_views[QStringLiteral("datasets")], "select",
                              Q_ARG(drover::model::DatasetId, id));
}

void MainWindow::focusFilter()
{
    QWidget* view = m_centre->currentWidget();
    if (view->metaObject()->indexOfMethod("focusFilter()") >= 0) // the first page has none
        QMetaObject::invokeMethod(view, "focusFilter");
}

void MainWindow::exportCurrent()
{
    QWidget* view = m_centre->currentWidget();
    const QString file = QFileDialog::getSaveFileName(this, tr("Save the view"), view->objectName(),
                                                      exportFilters(*view));
    if (file.isEmpty())
        return;
    const QString problem = exportView(*view, file);
    statusBar()->showMessage(problem.isEmpty() ? tr("Saved as %1").arg(file) : problem, 10'000);
}

QString MainWindow::applyBlocker() const
{
    if (const QString why = m_bench.changeBlocker(); !why.isEmpty())
        return why;
    if (m_bench.pending.waiting() == 0)
        return tr("Nothing is pending");
    if (m_bench.session.connection().safeMode)
        return tr("Control is in safe mode and refuses changes");
    if (m_bench.pending.groups().empty())
        return tr("All that is pending is in conflict");
    if (m_bench.session.connection().state != models::ConnectionInfo::State::Live)
        return tr("There is no connection to control; pending changes stay until there is");
    return {};
}

void MainWindow::previewAndApply()
{
    PreviewDialog dialog(m_bench.sender, m_bench.data, this);
    if (dialog.exec() == QDialog::Accepted)
        m_bench.sender.apply();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (const int waiting = m_bench.pending.waiting(); waiting > 0) {
        QMessageBox box(QMessageBox::Warning, tr("Quit"),
                        tr("Changes are pending and would be lost: %1.").arg(waiting),
                        QMessageBox::Discard | QMessageBox::Cancel, this);
        box.setObjectName(QStringLiteral("quitWarning"));
        box.setDefaultButton(QMessageBox::Cancel);
        if (box.exec() != QMessageBox::Discard) {
            event->ignore();
            return;
        }
    }
    QSettings settings;
    settings.setValue(kGeometry, saveGeometry());
    settings.setValue(kState, saveState());
    settings.setValue(kFacet, m_facets->chosen());
    event->accept();
}

} // namespace drover::gui
