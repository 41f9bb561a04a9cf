#pragma once

// Asks for what it takes to use a cluster that runs elsewhere: a token, a file of contexts, or
// control's address and key.

#include "bus/contexts/context_token.h"
#include "gui/dialogs/stage_dialog.h"

class QComboBox;
class QLineEdit;

namespace drover::gui {

class JoinDialog final : public StageDialog
{
    Q_OBJECT
public:
    // `known` are the clusters whose names are taken.
    explicit JoinDialog(contexts::Config known, QWidget* parent = nullptr);

    // Valid once it was accepted.
    [[nodiscard]] const contexts::ContextToken& token() const { return m_token; }
    [[nodiscard]] std::string name() const;
    [[nodiscard]] std::string ownKey() const;

private:
    enum class By { Token, File, Address };
    [[nodiscard]] By by() const;
    void showRows();
    void readFile();
    void check();
    // What the fields say; the error is what is still missing or wrong.
    [[nodiscard]] model::Result<contexts::ContextToken> asked() const;
    [[nodiscard]] model::Result<contexts::ContextToken> askedByFile() const;
    QWidget* withBrowse(QLineEdit* line, const char* name, const QString& title);

    contexts::Config m_known;
    contexts::Config m_offered; // by the file
    contexts::ContextToken m_token;
    QComboBox* m_by;
    QLineEdit* m_text; // of the token
    QLineEdit* m_file;
    QComboBox* m_context;
    QLineEdit* m_address;
    QLineEdit* m_controlKey;
    QLineEdit* m_ownKey;
    QLineEdit* m_name;
    QLabel* m_found;
    QWidget* m_fileRow;
    QWidget* m_controlKeyRow;
    QWidget* m_ownKeyRow;
};

} // namespace drover::gui
