#include "gui/dialogs/stage_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace drover::gui {

StageDialog::StageDialog(const QString& title, const QString& accept, QWidget* parent)
    : QDialog(parent), m_layout(new QVBoxLayout(this)), m_form(new QFormLayout),
      m_problem(new QLabel(this)),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this))
{
    setWindowTitle(title);
    setMinimumWidth(460);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_problem->setObjectName(QStringLiteral("problem"));
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    // Room for two lines, so that the dialog does not jump while one types.
    m_problem->setMinimumHeight(m_problem->fontMetrics().lineSpacing() * 2);
    m_problem->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    QPushButton* button = m_buttons->button(QDialogButtonBox::Ok);
    button->setText(accept);
    button->setObjectName(QStringLiteral("stage"));
    m_layout->addLayout(m_form);
    m_layout->addWidget(m_problem);
    m_layout->addWidget(m_buttons);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

QLabel* StageDialog::addText(const QString& text)
{
    auto* label = new QLabel(text, this);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    m_layout->insertWidget(m_layout->indexOf(m_problem) - 1, label);
    return label;
}

void StageDialog::setProblem(const QString& problem)
{
    m_problem->setText(problem);
    QPushButton* button = m_buttons->button(QDialogButtonBox::Ok);
    button->setEnabled(problem.isEmpty());
    button->setToolTip(problem);
}

} // namespace drover::gui
