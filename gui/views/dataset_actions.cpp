#include "gui/views/dataset_actions.h"

#include "gui/dialogs/create_dataset_dialog.h"
#include "gui/dialogs/dataset_words.h"
#include "gui/dialogs/delete_dataset_dialog.h"
#include "gui/dialogs/move_dataset_dialog.h"
#include "gui/dialogs/node_choice.h"
#include "gui/dialogs/resize_dataset_dialog.h"
#include "gui/dialogs/text_dialog.h"
#include "gui/models/label_edit.h"
#include "gui/models/words.h"
#include "gui/views/workbench.h"

#include <QCoreApplication>
#include <QWidget>

#include <utility>
#include <vector>

namespace drover::gui {

using models::Words;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::DatasetActions)
};

enum class Which { Living, Deleted };
enum class HowMany { One, Any };

// Why it cannot be done with the selected datasets; empty: it can.
QString selectionBlocker(const Workbench& bench, Which which, HowMany howMany)
{
    if (const QString why = bench.changeBlocker(); !why.isEmpty())
        return why;
    const auto records = bench.selectedRecords();
    if (records.empty())
        return Text::tr("Select a dataset first");
    if (howMany == HowMany::One && records.size() > 1)
        return Text::tr("Select only one dataset");
    for (const model::DatasetRecord* record : records)
        if (record->deletion.has_value() != (which == Which::Deleted))
            return which == Which::Deleted
                       ? Text::tr("%1 is not deleted").arg(Words::text(record->header.name))
                       : Text::tr("%1 is deleted").arg(Words::text(record->header.name));
    return {};
}

// What is wrong with a name for a dataset, or an empty text.
QString nameProblem(const Workbench& bench, const QString& name)
{
    if (const auto good = model::checkName("dataset", name.toStdString()); !good)
        return Words::of(good.error());
    return bench.data.datasetNamed(name.toStdString())
               ? Text::tr("There is a dataset of this name already")
               : QString();
}

// Copies: a dialog lets the data change.
std::vector<model::DatasetRecord> selectedCopies(const Workbench& bench)
{
    std::vector<model::DatasetRecord> records;
    for (const model::DatasetRecord* record : bench.selectedRecords())
        records.push_back(*record);
    return records;
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

void resize(Workbench& bench, QWidget& window)
{
    const model::DatasetRecord record = *bench.selectedRecords().front();
    ResizeDatasetDialog dialog(record, &window);
    if (dialog.exec() == QDialog::Accepted)
        bench.pending.stageDataset(dialog.verb(), record);
}

void rename(Workbench& bench, QWidget& window)
{
    const model::DatasetRecord record = *bench.selectedRecords().front();
    TextDialog dialog({QStringLiteral("renameDataset"), Text::tr("Rename"),
                       Text::tr("Its mounts and users are not disturbed: only links change."),
                       Text::tr("&Name"), Words::text(record.header.name),
                       [&bench](const QString& name) { return nameProblem(bench, name); }},
                      &window);
    if (dialog.exec() == QDialog::Accepted)
        bench.pending.stageDataset(
            model::DatasetRename{{record.id, {}}, dialog.answer().toStdString()}, record);
}

void setMetadata(Workbench& bench, QWidget& window)
{
    const model::DatasetRecord record = *bench.selectedRecords().front();
    const auto problem = [](const QString& text) {
        const auto metadata = parseLabels(text);
        if (!metadata)
            return Words::text(metadata.error().message);
        const auto good = model::checkMetadata(*metadata);
        return good ? QString() : Words::text(good.error().message);
    };
    TextDialog dialog({QStringLiteral("datasetMetadata"), Text::tr("Metadata"),
                       Text::tr("Free text that %1 carries, for people and programs.")
                           .arg(Words::text(record.header.name)),
                       Text::tr("&Metadata"), Words::labels(record.spec.metadata), problem},
                      &window);
    if (dialog.exec() != QDialog::Accepted)
        return;
    if (auto metadata = parseLabels(dialog.answer()))
        bench.pending.stageDataset(model::DatasetSetMetadata{{record.id, {}}, std::move(*metadata)},
                                   record);
}

// Of many at once: some keys are set or taken away, and each keeps what else it has.
void editMetadata(Workbench& bench, QWidget& window)
{
    const std::vector<model::DatasetRecord> records = selectedCopies(bench);
    const auto problem = [&records](const QString& text) {
        const auto edit = models::LabelEdit::parse(text);
        if (!edit)
            return Words::text(edit.error().message);
        if (edit->isEmpty())
            return Text::tr("Say what to set or to take away");
        for (const model::DatasetRecord& record : records)
            if (const auto good = model::checkMetadata(edit->applied(record.spec.metadata)); !good)
                return Words::text(record.header.name) + QStringLiteral(": ") +
                       Words::text(good.error().message);
        return QString();
    };
    TextDialog dialog({QStringLiteral("datasetMetadata"), Text::tr("Metadata"),
                       Text::tr("Changes the metadata of %1. key=value sets one, key- takes it "
                                "away; what else they have stays.")
                           .arg(namesOf(bench.data, bench.selectedDatasets())),
                       Text::tr("&Metadata"), QString(), problem},
                      &window);
    if (dialog.exec() != QDialog::Accepted)
        return;
    const auto edit = models::LabelEdit::parse(dialog.answer());
    for (const model::DatasetRecord& record : records) {
        model::Labels metadata = edit->applied(record.spec.metadata);
        if (metadata != record.spec.metadata)
            bench.pending.stageDataset(
                model::DatasetSetMetadata{{record.id, {}}, std::move(metadata)}, record);
    }
}

void metadata(Workbench& bench, QWidget& window)
{
    if (bench.selectedRecords().size() > 1)
        editMetadata(bench, window);
    else
        setMetadata(bench, window);
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
    for (const model::DatasetRecord& chosen : selectedCopies(bench)) {
        model::DatasetUndelete verb{{chosen.id, {}}, {}};
        if (bench.data.datasetNamed(chosen.header.name)) {
            TextDialog dialog(
                {QStringLiteral("undeleteDataset"), Text::tr("Undelete"),
                 Text::tr("Another dataset is called %1 now. Under which name shall this one come "
                          "back?")
                     .arg(Words::text(chosen.header.name)),
                 Text::tr("&Name"), Words::text(chosen.header.name),
                 [&bench](const QString& name) { return nameProblem(bench, name); }},
                &window);
            if (dialog.exec() != QDialog::Accepted)
                return;
            verb.name = dialog.answer().toStdString();
        }
        bench.pending.stageDataset(verb, chosen);
    }
}

// What a person has to type: the name of one; of many, how many.
QString purgeWord(const std::vector<model::DatasetRecord>& records)
{
    return records.size() == 1 ? Words::text(records.front().header.name)
                               : Text::tr("purge %1").arg(records.size());
}

void purge(Workbench& bench, QWidget& window)
{
    const std::vector<model::DatasetRecord> records = selectedCopies(bench);
    const QString word = purgeWord(records);
    QStringList nodes;
    for (const model::DatasetRecord& record : records)
        if (const auto* ledger = bench.data.ledger(record.id); ledger && ledger->owner)
            nodes << bench.data.nodeName(*ledger->owner);
    nodes.removeDuplicates();
    const QString where = nodes.join(QStringLiteral(", "));
    const QString what = namesOf(bench.data, bench.selectedDatasets());
    TextDialog dialog(
        {QStringLiteral("purgeDataset"), Text::tr("Purge"),
         (records.size() == 1
              ? Text::tr("This destroys the data of %1 for ever, before its time is over. "
                         "Nothing brings it back.")
                    .arg(what)
              : Text::tr("This destroys the data of %1 datasets for ever, before their time is "
                         "over: %2. Nothing brings it back.")
                    .arg(records.size())
                    .arg(what)) +
             (where.isEmpty() ? QString()
                              : QLatin1Char(' ') + Text::tr("It lies on %1.").arg(where)),
         records.size() == 1 ? Text::tr("&Type its name") : Text::tr("&Type it"), QString(),
         [word](const QString& typed) {
             return typed == word ? QString() : Text::tr("Type %1 to go on").arg(word);
         }},
        &window);
    if (dialog.exec() == QDialog::Accepted)
        for (const model::DatasetRecord& record : records)
            bench.pending.stageDataset(model::DatasetPurge{{record.id, {}}}, record);
}

} // namespace

void addDatasetActions(Workbench& bench, QWidget& window)
{
    const auto add = [&](const char* id, const QString& text, const QKeySequence& key,
                         std::function<QString()> blocker, void (*run)(Workbench&, QWidget&)) {
        bench.actions.add({QString::fromLatin1(id), QStringLiteral("dataset"), text, key,
                           std::move(blocker), [&bench, &window, run] { run(bench, window); }});
    };
    const auto needs = [&bench](Which which, HowMany howMany) {
        return [&bench, which, howMany] { return selectionBlocker(bench, which, howMany); };
    };
    add(
        "dataset.create", Text::tr("&Create…"), QKeySequence(Qt::CTRL | Qt::Key_N),
        [&bench] { return bench.changeBlocker(); }, create);
    add("dataset.move", Text::tr("&Move…"), QKeySequence(Qt::CTRL | Qt::Key_M),
        needs(Which::Living, HowMany::Any), move);
    add("dataset.resize", Text::tr("&Grow…"), QKeySequence(Qt::CTRL | Qt::Key_G),
        needs(Which::Living, HowMany::One), resize);
    add("dataset.rename", Text::tr("&Rename…"), QKeySequence(Qt::Key_F2),
        needs(Which::Living, HowMany::One), rename);
    add("dataset.metadata", Text::tr("M&etadata…"), QKeySequence(Qt::CTRL | Qt::Key_E),
        needs(Which::Living, HowMany::Any), metadata);
    add("dataset.delete", Text::tr("&Delete…"), QKeySequence(Qt::Key_Delete),
        needs(Which::Living, HowMany::Any), remove);
    add("dataset.undelete", Text::tr("&Undelete"), QKeySequence(Qt::CTRL | Qt::Key_U),
        needs(Which::Deleted, HowMany::Any), undelete);
    add("dataset.purge", Text::tr("&Purge…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Delete),
        needs(Which::Deleted, HowMany::Any), purge);
}

} // namespace drover::gui
