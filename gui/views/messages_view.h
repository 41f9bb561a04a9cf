#pragma once

// A tap for people who write programs against control: what this console asks, what control
// answers, and the events, as they pass. A request can be had as a script that sends it again.

#include "gui/models/messages_model.h"

#include <QWidget>

class QCheckBox;
class QPlainTextEdit;
class QPushButton;

namespace drover::gui {

class TablePage;
class Workbench;

class MessagesView final : public QWidget
{
    Q_OBJECT
public:
    explicit MessagesView(Workbench& bench, QWidget* parent = nullptr);
    ~MessagesView() override;

public Q_SLOTS:
    void setFilter(const QString& text);
    void focusFilter();

protected:
    void showEvent(QShowEvent* event) override; // listens while it is seen
    void hideEvent(QHideEvent* event) override;

private:
    void listen();
    void showChosen();
    [[nodiscard]] const models::TappedMessage* chosen() const;
    [[nodiscard]] QString shown(const models::TappedMessage& message) const;
    [[nodiscard]] QString script(const models::TappedMessage& request) const;

    Workbench& m_bench;
    models::MessagesModel m_model;
    TablePage* m_page;
    QPlainTextEdit* m_content;
    QCheckBox* m_pause;
    QCheckBox* m_text; // instead of JSON
    QPushButton* m_clear;
    QPushButton* m_copy;
    QPushButton* m_copyScript;
};

} // namespace drover::gui
