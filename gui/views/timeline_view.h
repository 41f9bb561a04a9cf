#pragma once

// The timeline: who did what, as a list, as lanes, and the configuration of then. A revision can be
// compared with what is desired now, and a way back to it staged.

#include "gui/models/timeline_model.h"

#include <QTimer>
#include <QWidget>

#include <cstdint>
#include <optional>

class QPlainTextEdit;
class QPushButton;
class QTabWidget;

namespace drover::gui {

class LanesView;
class PastView;
class TablePage;
class Workbench;

class TimelineView final : public QWidget
{
    Q_OBJECT
public:
    explicit TimelineView(Workbench& bench, QWidget* parent = nullptr);

    enum Tab { List, Lanes, Then };
    void showTab(Tab tab);

public Q_SLOTS:
    void showPart(const QString& name); // `lanes`, `past`, or the list
    void setFilter(const QString& text);
    void focusFilter();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void makeButtons();
    void readNew();
    void read(model::Revision before);
    void compare();
    void showThen();
    void updateButtons();
    [[nodiscard]] std::optional<model::Revision> chosen() const;

    Workbench& m_bench;
    models::TimelineModel m_model;
    TablePage* m_page;
    LanesView* m_lanes;
    PastView* m_past;
    QTabWidget* m_tabs;
    QPlainTextEdit* m_diff;
    QPushButton* m_older;
    QPushButton* m_then;
    QPushButton* m_compare;
    QPushButton* m_rollback;
    QTimer m_pause; // reading once for many revisions
    std::uint64_t m_question = 0;
    bool m_reading = false;
};

} // namespace drover::gui
