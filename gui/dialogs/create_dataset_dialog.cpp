#include "gui/dialogs/create_dataset_dialog.h"

#include "gui/dialogs/node_choice.h"
#include "gui/models/words.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLineEdit>

namespace drover::gui {

using models::Words;

CreateDatasetDialog::CreateDatasetDialog(const models::ClusterData& cluster, QWidget* parent)
    : StageDialog(tr("Create a dataset"), tr("Add to pending"), parent), m_data(cluster),
      m_name(new QLineEdit(this)), m_size(new QLineEdit(this)), m_filesystem(new QComboBox(this)),
      m_node(new QComboBox(this)), m_pool(new QComboBox(this)), m_labels(new QLineEdit(this)),
      m_metadata(new QLineEdit(this))
{
    setObjectName(QStringLiteral("createDataset"));
    m_name->setObjectName(QStringLiteral("name"));
    m_size->setObjectName(QStringLiteral("size"));
    m_size->setPlaceholderText(tr("e.g. 10GiB; empty: as large as its pool"));
    m_filesystem->setObjectName(QStringLiteral("filesystem"));
    m_filesystem->addItem(tr("the pool's default"), QString());
    for (const char* kind : {"ext4", "xfs", "btrfs"})
        m_filesystem->addItem(QString::fromLatin1(kind), QString::fromLatin1(kind));
    m_node->setObjectName(QStringLiteral("node"));
    m_node->addItem(tr("wherever it fits"), QString());
    addNodes(*m_node, cluster);
    m_pool->setObjectName(QStringLiteral("pool"));
    m_labels->setPlaceholderText(tr("key=value, key=value"));
    m_metadata->setPlaceholderText(tr("key=value, key=value"));
    form().addRow(tr("&Name"), m_name);
    form().addRow(tr("&Size"), m_size);
    form().addRow(tr("N&ode"), m_node);
    form().addRow(tr("&Pool"), m_pool);
    form().addRow(tr("&Filesystem"), m_filesystem);
    form().addRow(tr("&Labels"), m_labels);
    form().addRow(tr("&Metadata"), m_metadata);
    fillPools();

    for (QLineEdit* edit : {m_name, m_size, m_labels, m_metadata})
        connect(edit, &QLineEdit::textChanged, this, &CreateDatasetDialog::check);
    connect(m_node, &QComboBox::currentIndexChanged, this, &CreateDatasetDialog::fillPools);
    connect(&cluster, &models::ClusterData::changed, this, &CreateDatasetDialog::check);
    m_name->setFocus(); // one may begin to type
    check();
}

void CreateDatasetDialog::fillPools()
{
    const QString before = m_pool->currentData().toString();
    m_pool->clear();
    m_pool->addItem(tr("the node's default"), QString());
    for (const QString& name : poolNames(m_data, chosenNode(*m_node)))
        m_pool->addItem(name, name);
    m_pool->setCurrentIndex(std::max(0, m_pool->findData(before)));
}

QString CreateDatasetDialog::problem() const
{
    const std::string name = m_name->text().trimmed().toStdString();
    if (name.empty())
        return tr("It needs a name");
    if (const auto good = model::checkName("dataset", name); !good)
        return Words::of(good.error());
    if (m_data.datasetNamed(name))
        return tr("There is a dataset of this name already");
    if (const QString size = m_size->text().trimmed(); !size.isEmpty()) {
        const auto bytes = model::parseByteCount(size.toStdString());
        if (!bytes)
            return tr("Size: %1").arg(Words::text(bytes.error().message));
        if (const auto good = model::checkDatasetSize(*bytes); !good)
            return tr("Size: %1").arg(Words::text(good.error().message));
    }
    const auto labels = parseLabels(m_labels->text());
    if (!labels)
        return tr("Labels: %1").arg(Words::text(labels.error().message));
    if (const auto good = model::checkLabels(*labels); !good)
        return tr("Labels: %1").arg(Words::text(good.error().message));
    const auto metadata = parseLabels(m_metadata->text());
    if (!metadata)
        return tr("Metadata: %1").arg(Words::text(metadata.error().message));
    if (const auto good = model::checkMetadata(*metadata); !good)
        return tr("Metadata: %1").arg(Words::text(good.error().message));
    return {};
}

void CreateDatasetDialog::check() { setProblem(problem()); }

model::DatasetCreate CreateDatasetDialog::verb() const
{
    model::DatasetCreate verb;
    verb.name = m_name->text().trimmed().toStdString();
    if (const QString size = m_size->text().trimmed(); !size.isEmpty())
        if (const auto bytes = model::parseByteCount(size.toStdString()))
            verb.size = *bytes;
    verb.filesystem = m_filesystem->currentData().toString().toStdString();
    verb.node.id = chosenNode(*m_node);
    verb.pool = m_pool->currentData().toString().toStdString();
    if (auto labels = parseLabels(m_labels->text()))
        verb.labels = std::move(*labels);
    if (auto metadata = parseLabels(m_metadata->text()))
        verb.metadata = std::move(*metadata);
    return verb;
}

} // namespace drover::gui
