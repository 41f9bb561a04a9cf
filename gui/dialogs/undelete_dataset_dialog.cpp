#include "gui/dialogs/undelete_dataset_dialog.h"

#include "gui/models/words.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>

namespace drover::gui {

using models::Words;

UndeleteDatasetDialog::UndeleteDatasetDialog(const models::ClusterData& cluster,
                                             const model::DatasetRecord& record, QWidget* parent)
    : StageDialog(tr("Undelete"), tr("Add to pending"), parent), m_data(cluster),
      m_name(new QLineEdit(Words::text(record.header.name), this))
{
    setObjectName(QStringLiteral("undeleteDataset"));
    m_name->setObjectName(QStringLiteral("name"));
    addText(tr("Another dataset is called %1 now. Under which name shall this one come back?")
                .arg(Words::text(record.header.name)));
    form().addRow(tr("&Name"), m_name);
    connect(m_name, &QLineEdit::textChanged, this, &UndeleteDatasetDialog::check);
    check();
}

std::string UndeleteDatasetDialog::name() const { return m_name->text().trimmed().toStdString(); }

void UndeleteDatasetDialog::check()
{
    if (const auto good = model::checkName("dataset", name()); !good)
        setProblem(Words::of(good.error()));
    else
        setProblem(m_data.datasetNamed(name()) ? tr("There is a dataset of this name already")
                                               : QString());
}

} // namespace drover::gui
