#pragma once

// Draws lanes over time, and lets a person walk through their marks. What was done by a person is a
// disc, by a node a square, by control a diamond; what was made has a plus in it, what was removed a
// cross, what moved an arrow.

#include "gui/models/lanes.h"

#include <QAbstractScrollArea>

#include <cstdint>
#include <optional>
#include <vector>

class QPainter;

namespace drover::gui {

class LanesCanvas final : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit LanesCanvas(QWidget* parent = nullptr);

    void setLanes(std::vector<models::Lane> lanes);
    [[nodiscard]] const std::vector<models::Lane>& lanes() const { return m_lanes; }
    // The mark that is chosen, by its timeline row.
    [[nodiscard]] const models::LaneMark* chosen() const;
    void setChosen(std::uint64_t id);
    void zoomBy(double factor);
    void fit();

Q_SIGNALS:
    void chosenChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Place // of a mark
    {
        std::size_t lane = 0;
        std::size_t mark = 0;
    };
    void updateBars();
    void drawHeader(QPainter& painter) const;
    void drawLane(QPainter& painter, std::size_t number) const;
    void drawMark(QPainter& painter, const QPointF& centre, const models::LaneMark& mark) const;
    void choose(const Place& place);
    void step(int lanes, int marks);
    [[nodiscard]] std::optional<Place> find(std::uint64_t id) const;
    // Marks at a point of the viewport, the newest first.
    [[nodiscard]] std::vector<Place> marksAt(const QPoint& point) const;
    [[nodiscard]] double xOf(model::TimePoint at) const; // in the viewport
    [[nodiscard]] int top(std::size_t lane) const;       // in the viewport
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] int headerHeight() const;
    [[nodiscard]] int nameWidth() const;
    [[nodiscard]] int timeWidth() const; // of the viewport's part that shows time

    std::vector<models::Lane> m_lanes;
    model::TimePoint m_begin;
    model::TimePoint m_end;
    double m_zoom = 1; // the whole time is so many times as wide as what is seen
    std::optional<std::uint64_t> m_chosen;
};

} // namespace drover::gui
