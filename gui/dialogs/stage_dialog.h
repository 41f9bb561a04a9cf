#pragma once

// What the dialogs that stage a change have in common: a form, a line that says what is still wrong,
// and a button that is disabled as long as something is.

#include <QDialog>

class QDialogButtonBox;
class QFormLayout;
class QLabel;
class QVBoxLayout;

namespace drover::gui {

class StageDialog : public QDialog
{
    Q_OBJECT
public:
    // `accept` are the words of the button that stages.
    StageDialog(const QString& title, const QString& accept, QWidget* parent);

protected:
    [[nodiscard]] QFormLayout& form() const { return *m_form; }
    // A paragraph above the form.
    QLabel* addText(const QString& text);
    // An empty text: all is well, and the dialog can be accepted.
    void setProblem(const QString& problem);

private:
    QVBoxLayout* m_layout;
    QFormLayout* m_form;
    QLabel* m_problem;
    QDialogButtonBox* m_buttons;
};

} // namespace drover::gui
