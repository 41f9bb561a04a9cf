#include "gui/dialogs/move_dataset_dialog.h"

#include "gui/dialogs/dataset_words.h"
#include "gui/dialogs/node_choice.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>

#include <algorithm>
#include <utility>

namespace drover::gui {

MoveDatasetDialog::MoveDatasetDialog(const models::ClusterData& cluster,
                                     std::vector<model::DatasetId> datasets, QWidget* parent)
    : StageDialog(tr("Move"), tr("Add to pending"), parent), m_data(cluster),
      m_datasets(std::move(datasets)), m_node(new QComboBox(this)), m_pool(new QComboBox(this)),
      m_whenFree(new QCheckBox(tr("&Wait for the leases to be released"), this))
{
    setObjectName(QStringLiteral("moveDataset"));
    addText(tr("Move %1.").arg(namesOf(cluster, m_datasets)));
    m_node->setObjectName(QStringLiteral("node"));
    addNodes(*m_node, cluster);
    m_pool->setObjectName(QStringLiteral("pool"));
    form().addRow(tr("&To node"), m_node);
    form().addRow(tr("&Pool"), m_pool);
    form().addRow(QString(), m_whenFree);
    const QString holders = holdersOf(cluster, m_datasets);
    m_whenFree->setVisible(!holders.isEmpty());
    m_whenFree->setToolTip(tr("Leased by %1").arg(holders));
    m_whenFree->setChecked(!holders.isEmpty());
    // The first node that is not where they are.
    for (int i = 0; i < m_node->count() && !problem().isEmpty(); ++i)
        m_node->setCurrentIndex(i);
    fillPools();
    connect(m_node, &QComboBox::currentIndexChanged, this, [this] {
        fillPools();
        check();
    });
    m_node->setFocus();
    check();
}

void MoveDatasetDialog::fillPools()
{
    m_pool->clear();
    m_pool->addItem(tr("the one of the same name, else the node's default"), QString());
    for (const QString& name : poolNames(m_data, chosenNode(*m_node)))
        m_pool->addItem(name, name);
}

QString MoveDatasetDialog::problem() const
{
    const auto node = chosenNode(*m_node);
    if (!node)
        return tr("There is no node to move to");
    const bool allThere =
        std::all_of(m_datasets.begin(), m_datasets.end(), [&](const model::DatasetId& id) {
            const model::DatasetLedger* ledger = m_data.ledger(id);
            return ledger && ledger->owner == node && !ledger->handover;
        });
    return allThere ? tr("It is there already") : QString();
}

void MoveDatasetDialog::check() { setProblem(problem()); }

model::DatasetMove MoveDatasetDialog::verbFor(const model::DatasetId& dataset) const
{
    model::DatasetMove verb;
    verb.dataset.id = dataset;
    verb.to.id = chosenNode(*m_node);
    verb.pool = m_pool->currentData().toString().toStdString();
    verb.whenFree = m_whenFree->isChecked() && !m_data.leasesOf(dataset).empty();
    return verb;
}

} // namespace drover::gui
