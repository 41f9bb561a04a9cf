#pragma once

// What is there before a cluster is: the known clusters, to choose from; starting one on this
// machine, with what that says; joining one that runs elsewhere.

#include "bus/contexts/config.h"
#include "gui/bridge/local_starter.h"

#include <QWidget>

class QAction;
class QLabel;
class QListWidget;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace drover::gui {

class Workbench;

class StartPage final : public QWidget
{
    Q_OBJECT
public:
    explicit StartPage(Workbench& bench, QWidget* parent = nullptr);

    // Something that went wrong, or is worth knowing; stays until another cluster is opened.
    void tell(const QString& words);
    // Selects it in the list.
    void choose(const std::string& name);
    // The selected one; null where none is known. Valid until the known clusters change.
    [[nodiscard]] const contexts::Context* chosenContext() const;
    void openChosen();

    // Where control, agent and command line are looked for; at first beside this program.
    void setPrograms(const QString& folder);
    // Why no cluster can be started here; empty: one can.
    [[nodiscard]] QString startBlocker() const;
    void startLocal();
    // The buttons that do what these actions do, as long as they may be done.
    void setActions(QAction* startLocal, QAction* join, QAction* forget);

Q_SIGNALS:
    void chosen(const drover::contexts::Context& context);

private:
    void layOut();
    void fill();
    void update();
    void started(const QString& problem);

    Workbench& m_bench;
    bridge::LocalStarter m_starter;
    bridge::LocalStarter::Found m_found;
    QString m_told;
    QLabel* m_words;
    QLabel* m_listTitle;
    QListWidget* m_list;
    QPushButton* m_open;
    QPushButton* m_forget;
    QLabel* m_none;
    QPushButton* m_start;
    QPushButton* m_join;
    QWidget* m_progress;
    QLabel* m_progressTitle;
    QProgressBar* m_bar;
    QPlainTextEdit* m_output;
    QPushButton* m_cancel;
};

} // namespace drover::gui
