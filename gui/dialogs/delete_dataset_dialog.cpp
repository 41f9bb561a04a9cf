#include "gui/dialogs/delete_dataset_dialog.h"

#include "gui/dialogs/dataset_words.h"
#include "gui/models/words.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLabel>

namespace drover::gui {

using models::Words;

DeleteDatasetDialog::DeleteDatasetDialog(const models::ClusterData& cluster,
                                         std::vector<model::DatasetId> datasets, QWidget* parent)
    : StageDialog(tr("Delete"), tr("Add to pending"), parent), m_data(cluster),
      m_understood(new QCheckBox(tr("&I want its data to be destroyed after that"), this)),
      m_whenFree(new QCheckBox(tr("&Wait for the leases to be released"), this))
{
    setObjectName(QStringLiteral("deleteDataset"));
    const model::Duration grace =
        cluster.cluster() ? cluster.cluster()->deleteGrace : model::ClusterRecord{}.deleteGrace;
    const QString names = namesOf(cluster, datasets);
    const bool keeps = grace > model::Duration::zero();
    addText(
        !keeps ? tr("Delete %1.\n\nThis cluster keeps the data of deleted datasets for no time: it "
                    "is unmounted and destroyed for ever, and Undelete does not bring it back.")
                     .arg(names)
               : tr("Delete %1.\n\nIt is unmounted at once. Its data is kept for %2, and Undelete "
                    "brings "
                    "it back until then; afterwards it is destroyed for ever.")
                     .arg(names, Words::span(grace)));
    if (!keeps)
        m_understood->setText(tr("&I want its data to be destroyed now"));
    m_understood->setObjectName(QStringLiteral("understood"));
    form().addRow(m_understood);
    form().addRow(m_whenFree);
    const QString holders = holdersOf(cluster, datasets);
    m_whenFree->setVisible(!holders.isEmpty());
    m_whenFree->setChecked(!holders.isEmpty());
    m_whenFree->setToolTip(tr("Leased by %1").arg(holders));
    connect(m_understood, &QCheckBox::toggled, this, &DeleteDatasetDialog::check);
    check();
}

void DeleteDatasetDialog::check()
{
    setProblem(m_understood->isChecked() ? QString() : tr("Tick the box to go on"));
}

model::DatasetDelete DeleteDatasetDialog::verbFor(const model::DatasetId& dataset) const
{
    model::DatasetDelete verb;
    verb.dataset.id = dataset;
    verb.whenFree = m_whenFree->isChecked() && !m_data.leasesOf(dataset).empty();
    return verb;
}

} // namespace drover::gui
