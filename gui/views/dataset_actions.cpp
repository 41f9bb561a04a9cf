#include "gui/views/dataset_actions.h"

#include "gui/dialogs/create_dataset_dialog.h"
#include "gui/dialogs/delete_dataset_dialog.h"
#include "gui/dialogs/move_dataset_dialog.h"
#include "gui/dialogs/undelete_dataset_dialog.h"
#include "gui/models/words.h"
#include "gui/views/workbench.h"

#include <QCoreApplication>
#include <QWidget>

#include <algorithm>

namespace drover::gui {

using models::Words;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::DatasetActions)
};

// Why nothing can be done with the selected datasets; empty: something can.
QString selectionBlocker(const Workbench& bench, bool deleted)
{
    if (const QString why = bench.changeBlocker(); !why.isEmpty())
        return why;
    const auto records = bench.selectedRecords();
    if (records.empty())
        return Text::tr("Select a dataset first");
    for (const model::DatasetRecord* record : records)
        if (record->deletion.has_value() != deleted)
            return deleted ? Text::tr("%1 is not deleted").arg(Words::text(record->header.name))
                           : Text::tr("%1 is deleted").arg(Words::text(record->header.name));
    return {};
}

void create(Workbench& bench, QWidget& window)
{
    CreateDatasetDialog dialog(bench.data, &window);
    if (dialog.exec() == QDialog::Accepted)
        bench.pending.stageCreate(dialog.verb());
}

void move(Workbench& bench, QWidget& window)
{
    MoveDatasetDialog dialog(bench.data, bench.selectedDatasets(), &window);
    if (dialog.exec() != QDialog::Accepted)
        return;
    for (const model::DatasetRecord* record : bench.selectedRecords())
        bench.pending.stageDataset(dialog.verbFor(record->id), *record);
}

void remove(Workbench& bench, QWidget& window)
{
    DeleteDatasetDialog dialog(bench.data, bench.selectedDatasets(), &window);
    if (dialog.exec() != QDialog::Accepted)
        return;
    for (const model::DatasetRecord* record : bench.selectedRecords())
        bench.pending.stageDataset(dialog.verbFor(record->id), *record);
}

void undelete(Workbench& bench, QWidget& window)
{
    for (const model::DatasetRecord* record : bench.selectedRecords()) {
        model::DatasetUndelete verb{{record->id, {}}, {}};
        if (bench.data.datasetNamed(record->header.name)) { // somebody has the name now
            UndeleteDatasetDialog dialog(bench.data, *record, &window);
            if (dialog.exec() != QDialog::Accepted)
                continue;
            verb.name = dialog.name();
        }
        bench.pending.stageDataset(verb, *record);
    }
}

} // namespace

void addDatasetActions(Workbench& bench, QWidget& window)
{
    const auto menu = QStringLiteral("dataset");
    bench.actions.add({QStringLiteral("dataset.create"), menu, Text::tr("&Create…"),
                       QKeySequence(Qt::CTRL | Qt::Key_N),
                       [&bench] { return bench.changeBlocker(); },
                       [&bench, &window] { create(bench, window); }});
    bench.actions.add({QStringLiteral("dataset.move"), menu, Text::tr("&Move…"),
                       QKeySequence(Qt::CTRL | Qt::Key_M),
                       [&bench] { return selectionBlocker(bench, /*deleted=*/false); },
                       [&bench, &window] { move(bench, window); }});
    bench.actions.add({QStringLiteral("dataset.delete"), menu, Text::tr("&Delete…"),
                       QKeySequence(Qt::Key_Delete),
                       [&bench] { return selectionBlocker(bench, /*deleted=*/false); },
                       [&bench, &window] { remove(bench, window); }});
    bench.actions.add({QStringLiteral("dataset.undelete"), menu, Text::tr("&Undelete"),
                       QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z),
                       [&bench] { return selectionBlocker(bench, /*deleted=*/true); },
                       [&bench, &window] { undelete(bench, window); }});
}

} // namespace drover::gui
