#pragma once

// What is there before a cluster is: the known clusters, to choose from; and how to get one.

#include "bus/contexts/config.h"

#include <QWidget>

class QLabel;
class QListWidget;
class QPushButton;

namespace drover::gui {

class Workbench;

class StartPage final : public QWidget
{
    Q_OBJECT
public:
    explicit StartPage(Workbench& bench, QWidget* parent = nullptr);
    // What went wrong with the file of contexts, or an empty text.
    void setContexts(const contexts::Config& config, const QString& problem);

Q_SIGNALS:
    void chosen(const drover::contexts::Context& context);

private:
    void update();
    void choose();

    Workbench& m_bench;
    contexts::Config m_config;
    QString m_problem;
    QLabel* m_words;
    QLabel* m_listTitle;
    QListWidget* m_list;
    QPushButton* m_open;
    QLabel* m_none;
};

} // namespace drover::gui
