#include "gui/dialogs/resize_dataset_dialog.h"

#include "gui/models/words.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>

namespace drover::gui {

using models::Words;

ResizeDatasetDialog::ResizeDatasetDialog(const model::DatasetRecord& record, QWidget* parent)
    : StageDialog(tr("Grow"), tr("Add to pending"), parent), m_id(record.id),
      m_now(record.spec.size), m_size(new QLineEdit(this))
{
    setObjectName(QStringLiteral("resizeDataset"));
    addText(m_now ? tr("%1 has %2 now.").arg(Words::text(record.header.name), Words::size(*m_now))
                  : tr("%1 is as large as its pool now.").arg(Words::text(record.header.name)));
    m_size->setObjectName(QStringLiteral("size"));
    m_size->setPlaceholderText(tr("e.g. 20GiB"));
    form().addRow(tr("&New size"), m_size);
    connect(m_size, &QLineEdit::textChanged, this, [this] { setProblem(problem()); });
    setProblem(problem());
}

QString ResizeDatasetDialog::problem() const
{
    const auto bytes = model::parseByteCount(m_size->text().trimmed().toStdString());
    if (m_size->text().trimmed().isEmpty())
        return tr("How large shall it be?");
    if (!bytes)
        return Words::text(bytes.error().message);
    if (const auto good = model::checkDatasetSize(*bytes); !good)
        return Words::text(good.error().message);
    if (m_now && *bytes < *m_now)
        return tr("A dataset cannot shrink: it has %1").arg(Words::size(*m_now));
    return m_now && *bytes == *m_now ? tr("It has this size already") : QString();
}

model::DatasetResize ResizeDatasetDialog::verb() const
{
    model::DatasetResize verb;
    verb.dataset.id = m_id;
    if (const auto bytes = model::parseByteCount(m_size->text().trimmed().toStdString()))
        verb.size = *bytes;
    return verb;
}

} // namespace drover::gui
