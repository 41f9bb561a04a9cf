#include "gui/views/cluster_actions.h"

#include "gui/dialogs/join_dialog.h"
#include "gui/models/words.h"
#include "gui/views/start_page.h"
#include "gui/views/workbench.h"

#include <QCoreApplication>
#include <QMessageBox>
#include <QPushButton>

namespace drover::gui {

using models::Words;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::ClusterActions)
};

QString words(const model::Error& error)
{
    const QString text = Words::of(error);
    return error.hint.empty() ? text : text + QStringLiteral(". ") + Words::text(error.hint);
}

bool isOpen(const Workbench& bench) { return bench.session.connection().hasData(); }

void join(Workbench& bench, StartPage& start, QWidget& window)
{
    bench.clusters.reload(); // the command line may have added some
    JoinDialog dialog(bench.clusters.config(), &window);
    if (dialog.exec() != QDialog::Accepted)
        return;
    const auto joined = bench.clusters.join(dialog.token(), dialog.name(), dialog.ownKey());
    if (!joined)
        return start.tell(Text::tr("It could not be joined: %1").arg(words(joined.error())));
    start.choose(joined->name);
    if (!isOpen(bench)) // what is open, and pending there, is not left unasked
        start.openChosen();
}

void forget(Workbench& bench, StartPage& start, QWidget& window)
{
    const contexts::Context* chosen = start.chosenContext();
    if (!chosen)
        return;
    const std::string name = chosen->name;
    QMessageBox box(QMessageBox::Question, Text::tr("Forget a cluster"),
                    Text::tr("Forget %1? The cluster itself, and your key in %2, stay as they are.")
                        .arg(Words::text(name), Words::text(chosen->identity)),
                    QMessageBox::Cancel, &window);
    box.setObjectName(QStringLiteral("forgetCluster"));
    box.setTextFormat(Qt::PlainText);
    QPushButton* yes = box.addButton(Text::tr("Forget it"), QMessageBox::AcceptRole);
    yes->setObjectName(QStringLiteral("forget"));
    box.setDefaultButton(QMessageBox::Cancel);
    box.exec();
    if (box.clickedButton() != yes)
        return;
    if (const auto done = bench.clusters.forget(name); !done)
        start.tell(Text::tr("It could not be forgotten: %1").arg(words(done.error())));
}

QString forgetBlocker(const Workbench& bench, const StartPage& start)
{
    const contexts::Context* chosen = start.chosenContext();
    if (!chosen)
        return Text::tr("No cluster is known yet");
    return bench.session.context().name == chosen->name && isOpen(bench)
               ? Text::tr("It is open; leave it first")
               : QString();
}

} // namespace

void addClusterActions(Workbench& bench, StartPage& start, QWidget& window)
{
    const auto menu = QStringLiteral("cluster");
    QAction* local = bench.actions.add(
        {QStringLiteral("cluster.startLocal"), menu, Text::tr("&Start a local cluster"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_N),
         [&bench, &start] {
             return isOpen(bench) ? Text::tr("A cluster is open; leave it first")
                                  : start.startBlocker();
         },
         [&start] { start.startLocal(); }});
    QAction* joins = bench.actions.add({QStringLiteral("cluster.join"),
                                        menu,
                                        Text::tr("&Join a cluster…"),
                                        QKeySequence(Qt::CTRL | Qt::Key_J),
                                        {},
                                        [&bench, &start, &window] { join(bench, start, window); }});
    QAction* forgets =
        bench.actions.add({QStringLiteral("cluster.forget"), menu, Text::tr("&Forget a cluster…"),
                           QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F),
                           [&bench, &start] { return forgetBlocker(bench, start); },
                           [&bench, &start, &window] { forget(bench, start, window); }});
    start.setActions(local, joins, forgets);
}

} // namespace drover::gui
