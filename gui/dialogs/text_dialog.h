#pragma once

// Asks for one line of text that has to satisfy something: a name, labels, a word to be typed.

#include "gui/dialogs/stage_dialog.h"

#include <functional>

class QLineEdit;

namespace drover::gui {

class TextDialog final : public StageDialog
{
    Q_OBJECT
public:
    struct Question
    {
        QString name;   // object name
        QString title;  // of the window
        QString text;   // above the line
        QString label;  // before the line, with a mnemonic
        QString answer; // that stands there at first
        // What is wrong with an answer; empty: nothing.
        std::function<QString(const QString&)> problem;
        QString accept = {}; // the button's words; empty: those of staging a change
    };
    explicit TextDialog(Question question, QWidget* parent = nullptr);

    [[nodiscard]] QString answer() const;

private:
    Question m_question;
    QLineEdit* m_line;
};

} // namespace drover::gui
