#include "gui/dialogs/text_dialog.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>

#include <utility>

namespace drover::gui {

TextDialog::TextDialog(Question question, QWidget* parent)
    : StageDialog(question.title,
                  question.accept.isEmpty() ? tr("Add to pending") : question.accept, parent),
      m_question(std::move(question)), m_line(new QLineEdit(m_question.answer, this))
{
    setObjectName(m_question.name);
    addText(m_question.text);
    m_line->setObjectName(QStringLiteral("answer"));
    form().addRow(m_question.label, m_line);
    const auto check = [this] { setProblem(m_question.problem(answer())); };
    connect(m_line, &QLineEdit::textChanged, this, check);
    check();
}

QString TextDialog::answer() const { return m_line->text().trimmed(); }

} // namespace drover::gui
