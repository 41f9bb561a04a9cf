#include "gui/views/node_actions.h"

#include "gui/dialogs/node_choice.h"
#include "gui/dialogs/text_dialog.h"
#include "gui/models/label_edit.h"
#include "gui/models/words.h"
#include "gui/views/workbench.h"

#include <QCoreApplication>
#include <QWidget>

#include <algorithm>
#include <utility>

namespace drover::gui {

using models::Words;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::NodeActions)
};

QString nodeBlocker(const Workbench& bench)
{
    if (const QString why = bench.changeBlocker(); !why.isEmpty())
        return why;
    return bench.selectedNodeLedgers().empty() ? Text::tr("Select a node first") : QString();
}

QString oneNodeBlocker(const Workbench& bench)
{
    if (const QString why = nodeBlocker(bench); !why.isEmpty())
        return why;
    return bench.selectedNodeLedgers().size() > 1 ? Text::tr("Select only one node") : QString();
}

// Why a node cannot be (un)cordoned: those that are selected are all so already.
QString cordonBlocker(const Workbench& bench, bool cordoned)
{
    if (const QString why = nodeBlocker(bench); !why.isEmpty())
        return why;
    const auto nodes = bench.selectedNodeLedgers();
    const bool all = std::all_of(nodes.begin(), nodes.end(), [&](const auto* ledger) {
        const model::NodeRecord* record = bench.data.node(ledger->id);
        return (record && record->cordoned) == cordoned;
    });
    if (!all)
        return {};
    return cordoned ? Text::tr("It is cordoned already") : Text::tr("It is not cordoned");
}

void stage(Workbench& bench, model::WriteVerb verb, const model::NodeLedger& ledger)
{
    bench.pending.stage(std::move(verb), std::nullopt, ledger.id,
                        bench.data.nodeName(ledger.id).toStdString());
}

void cordon(Workbench& bench, bool cordoned)
{
    for (const model::NodeLedger* ledger : bench.selectedNodeLedgers()) {
        const model::NodeRecord* record = bench.data.node(ledger->id);
        if ((record && record->cordoned) != cordoned)
            stage(bench, model::NodeCordon{{ledger->id, {}}, cordoned}, *ledger);
    }
}

void setLabels(Workbench& bench, QWidget& window)
{
    const model::NodeLedger ledger = *bench.selectedNodeLedgers().front();
    const model::NodeRecord* record = bench.data.node(ledger.id);
    const auto problem = [](const QString& text) {
        const auto labels = parseLabels(text);
        if (!labels)
            return Words::text(labels.error().message);
        const auto good = model::checkLabels(*labels);
        return good ? QString() : Words::text(good.error().message);
    };
    TextDialog dialog({QStringLiteral("nodeLabels"), Text::tr("Labels"),
                       Text::tr("Datasets can ask for nodes by their labels."), Text::tr("&Labels"),
                       record ? Words::labels(record->header.labels) : QString(), problem},
                      &window);
    if (dialog.exec() != QDialog::Accepted)
        return;
    if (auto labels = parseLabels(dialog.answer()))
        stage(bench, model::NodeLabel{{ledger.id, {}}, std::move(*labels)}, ledger);
}

// Of many at once: some are set or taken away, and each node keeps what else it has.
void editLabels(Workbench& bench, QWidget& window)
{
    std::vector<std::pair<model::NodeLedger, model::Labels>> nodes; // copies: the data may change
    for (const model::NodeLedger* ledger : bench.selectedNodeLedgers()) {
        const model::NodeRecord* record = bench.data.node(ledger->id);
        nodes.emplace_back(*ledger, record ? record->header.labels : model::Labels{});
    }
    const auto problem = [&nodes](const QString& text) {
        const auto edit = models::LabelEdit::parse(text);
        if (!edit)
            return Words::text(edit.error().message);
        if (edit->isEmpty())
            return Text::tr("Say what to set or to take away");
        for (const auto& [ledger, labels] : nodes)
            if (const auto good = model::checkLabels(edit->applied(labels)); !good)
                return Words::text(ledger.hostname) + QStringLiteral(": ") +
                       Words::text(good.error().message);
        return QString();
    };
    TextDialog dialog({QStringLiteral("nodeLabels"), Text::tr("Labels"),
                       Text::tr("Changes the labels of %1 nodes. key=value sets one, key- takes it "
                                "away; what else they have stays.")
                           .arg(nodes.size()),
                       Text::tr("&Labels"), QString(), problem},
                      &window);
    if (dialog.exec() != QDialog::Accepted)
        return;
    const auto edit = models::LabelEdit::parse(dialog.answer());
    for (const auto& [ledger, labels] : nodes)
        if (model::Labels next = edit->applied(labels); next != labels)
            stage(bench, model::NodeLabel{{ledger.id, {}}, std::move(next)}, ledger);
}

void labels(Workbench& bench, QWidget& window)
{
    if (bench.selectedNodeLedgers().size() > 1)
        editLabels(bench, window);
    else
        setLabels(bench, window);
}

QString lostBlocker(const Workbench& bench)
{
    if (const QString why = oneNodeBlocker(bench); !why.isEmpty())
        return why;
    const model::NodeLedger& ledger = *bench.selectedNodeLedgers().front();
    if (ledger.lost)
        return Text::tr("It is declared lost already");
    const model::NodeState* state = bench.data.nodeState(ledger.id);
    return state && state->liveness == model::Liveness::Alive
               ? Text::tr("It is alive; only a silent node can be lost")
               : QString();
}

void declareLost(Workbench& bench, QWidget& window)
{
    const model::NodeLedger ledger = *bench.selectedNodeLedgers().front();
    const QString name = bench.data.nodeName(ledger.id);
    TextDialog dialog(
        {QStringLiteral("declareLost"), Text::tr("Declare lost"),
         Text::tr("Say that %1 is off and will write no more. Its leases end, and what others can "
                  "reach of its %2 datasets may be used elsewhere. If it is not off, data is lost.")
             .arg(name)
             .arg(bench.data.ownedBy(ledger.id)),
         Text::tr("&How do you know?"), QString(),
         [](const QString& text) {
             return text.isEmpty() ? Text::tr("Say how it is known that the machine is off")
                                   : QString();
         }},
        &window);
    if (dialog.exec() == QDialog::Accepted)
        stage(bench, model::NodeDeclareLost{{ledger.id, {}}, dialog.answer().toStdString()},
              ledger);
}

void releaseLeases(Workbench& bench)
{
    for (const model::LeaseRecord* lease : bench.selectedLeases())
        if (const model::DatasetRecord* record = bench.data.dataset(lease->dataset))
            bench.pending.stageDataset(model::LeaseRelease{lease->token}, *record);
}

QString acquireBlocker(const Workbench& bench)
{
    if (const QString why = bench.changeBlocker(); !why.isEmpty())
        return why;
    const auto records = bench.selectedRecords();
    if (records.size() != 1)
        return Text::tr("Select one dataset first");
    const model::DatasetLedger* ledger = bench.data.ledger(records.front()->id);
    return ledger && ledger->owner ? QString() : Text::tr("It is on no node yet");
}

void acquireLease(Workbench& bench, QWidget& window)
{
    const model::DatasetRecord record = *bench.selectedRecords().front();
    const model::DatasetLedger* ledger = bench.data.ledger(record.id);
    if (!ledger || !ledger->owner)
        return;
    const model::NodeId owner = *ledger->owner;
    TextDialog dialog({QStringLiteral("acquireLease"), Text::tr("Lease"),
                       Text::tr("%1 stays mounted on %2 until the lease is released.")
                           .arg(Words::text(record.header.name), bench.data.nodeName(owner)),
                       Text::tr("For &whom?"), QString(),
                       [](const QString& text) {
                           if (text.isEmpty())
                               return Text::tr("Name the holder");
                           const auto good = model::checkText("the holder", text.toStdString(),
                                                              model::kMaximumHolderLength);
                           return good ? QString() : Words::text(good.error().message);
                       }},
                      &window);
    if (dialog.exec() == QDialog::Accepted)
        bench.pending.stageDataset(
            model::LeaseAcquire{
                {record.id, {}}, {owner, {}}, dialog.answer().toStdString(), std::nullopt},
            record);
}

} // namespace

void addNodeActions(Workbench& bench, QWidget& window)
{
    const auto menu = QStringLiteral("node");
    bench.actions.add({QStringLiteral("node.cordon"), menu, Text::tr("&Cordon"),
                       QKeySequence(Qt::CTRL | Qt::Key_D),
                       [&bench] { return cordonBlocker(bench, true); },
                       [&bench] { cordon(bench, true); }});
    bench.actions.add({QStringLiteral("node.uncordon"), menu, Text::tr("&Uncordon"),
                       QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D),
                       [&bench] { return cordonBlocker(bench, false); },
                       [&bench] { cordon(bench, false); }});
    bench.actions.add({QStringLiteral("node.label"), menu, Text::tr("&Labels…"),
                       QKeySequence(Qt::CTRL | Qt::Key_L), [&bench] { return nodeBlocker(bench); },
                       [&bench, &window] { labels(bench, window); }});
    bench.actions.add({QStringLiteral("node.declareLost"), menu, Text::tr("&Declare lost…"),
                       QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L),
                       [&bench] { return lostBlocker(bench); },
                       [&bench, &window] { declareLost(bench, window); }});
}

void addLeaseActions(Workbench& bench, QWidget& window)
{
    const auto menu = QStringLiteral("lease");
    bench.actions.add({QStringLiteral("lease.acquire"), menu, Text::tr("&Lease a dataset…"),
                       QKeySequence(Qt::CTRL | Qt::Key_H),
                       [&bench] { return acquireBlocker(bench); },
                       [&bench, &window] { acquireLease(bench, window); }});
    bench.actions.add({QStringLiteral("lease.release"), menu, Text::tr("&Release"),
                       QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_H),
                       [&bench] {
                           if (const QString why = bench.changeBlocker(); !why.isEmpty())
                               return why;
                           return bench.selectedLeases().empty() ? Text::tr("Select a lease first")
                                                                 : QString();
                       },
                       [&bench] { releaseLeases(bench); }});
}

} // namespace drover::gui
