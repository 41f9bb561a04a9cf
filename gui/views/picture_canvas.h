#pragma once

// Draws a Picture and lets a person work in it: choose a chip, drag it to a node, zoom. Repaints
// only what differs from the picture before.
//
// By keyboard: the arrow keys go to the next chip in their direction, + and - zoom, 0 goes back; the
// chosen chip is the selection, so that all actions on datasets apply to it.

#include "gui/models/picture.h"

#include <QWidget>

namespace drover::gui {

class PictureCanvas final : public QWidget
{
    Q_OBJECT
public:
    explicit PictureCanvas(QWidget* parent = nullptr);

    void setPicture(models::Picture picture);
    [[nodiscard]] const models::Picture& picture() const { return m_picture; }
    [[nodiscard]] double zoom() const { return m_zoom; }
    void setZoom(double zoom);
    void setChosen(std::optional<model::DatasetId> dataset);
    void setMayMove(bool may) { m_mayMove = may; }
    // Where a chip or a card is on the widget; empty where there is none. For tests and scrolling.
    [[nodiscard]] QRect placeOf(const model::DatasetId& dataset) const;
    [[nodiscard]] QRect placeOf(const model::NodeId& node) const;
    // Without the focus frame and the like; for export.
    void render(QPainter& painter, const QRectF& area) const;

    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void chosen(const drover::model::DatasetId& dataset);
    void nodeChosen(const drover::model::NodeId& node);
    void opened(const drover::model::DatasetId& dataset);
    void moveWanted(const drover::model::DatasetId& dataset, const drover::model::NodeId& to);
    void zoomChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QPointF toPicture(const QPointF& point) const { return point / m_zoom; }
    [[nodiscard]] QRect toWidget(const QRectF& rect) const;
    [[nodiscard]] const models::Chip* chipAt(const QPointF& point) const;
    [[nodiscard]] const models::Card* cardAt(const QPointF& point) const;
    [[nodiscard]] const models::Chip* chosenChip() const;
    void step(const QPointF& direction);
    void updateDifference(const models::Picture& before);

    models::Picture m_picture;
    double m_zoom = 1;
    bool m_mayMove = false;
    std::optional<model::DatasetId> m_chosen;
    std::optional<QPointF> m_pressed; // on a chip, in the picture
    bool m_dragging = false;
    QPointF m_pointer; // while dragging, in the picture
};

} // namespace drover::gui
