#pragma once

// The timeline as lanes: by dataset, node or person, with a filter for their names and a line that
// says what the chosen mark is.

#include "gui/models/lanes.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QLabel;
class QLineEdit;

namespace drover::gui {

class LanesCanvas;
class Workbench;

class LanesView final : public QWidget
{
    Q_OBJECT
public:
    // The model outlives it.
    LanesView(Workbench& bench, const models::TimelineModel& timeline, QWidget* parent = nullptr);

    [[nodiscard]] std::optional<model::Revision> chosen() const;
    void setFilter(const QString& text);
    void focusFilter();

Q_SIGNALS:
    void chosenChanged();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void update();
    void tellChosen();

    Workbench& m_bench;
    const models::TimelineModel& m_timeline;
    QComboBox* m_by;
    QLineEdit* m_filter;
    LanesCanvas* m_canvas;
    QLabel* m_words;
};

} // namespace drover::gui
