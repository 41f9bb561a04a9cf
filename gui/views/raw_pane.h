#pragma once

// The raw message of one object, for who writes integrations: closed until it is asked for.

#include <QString>
#include <QWidget>

#include <functional>

class QPlainTextEdit;
class QPushButton;
class QToolButton;

namespace drover::gui {

class RawPane final : public QWidget
{
    Q_OBJECT
public:
    explicit RawPane(QWidget* parent = nullptr);

    // `text` is only asked while the pane is open. `key` names the object: while a part of the text
    // is selected, a newer text of the same object does not replace it.
    void show(const QString& key, std::function<QString()> text);

private:
    void fill();

    QToolButton* m_open;
    QPushButton* m_copy;
    QPlainTextEdit* m_text;
    QString m_key;
    QString m_filledKey;
    std::function<QString()> m_make;
};

} // namespace drover::gui
