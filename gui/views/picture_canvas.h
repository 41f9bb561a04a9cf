#pragma once

// Draws a Picture and lets a person work in it: choose a chip or a card, drag a chip to a node, zoom.
// Repaints only what differs from the picture before. Zoom is its owner's: another zoom is another
// picture.
//
// By keyboard: the arrow keys go to the next chip in their direction, or to the next card where
// cards are compact; Return opens it; + and - zoom, 0 shows everything, 1 is as it is. What is
// chosen is the selection, so that all actions on datasets and nodes apply to it.

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
    [[nodiscard]] bool isCompact() const { return m_picture.detail != models::CardDetail::Chips; }
    // A chip, and a card: the chosen node's, or the one that the chosen chip is on.
    void setChosen(std::optional<model::DatasetId> dataset, std::optional<model::NodeId> node);
    [[nodiscard]] const std::optional<model::DatasetId>& chosenDataset() const { return m_chosen; }
    [[nodiscard]] const std::optional<model::NodeId>& chosenNode() const { return m_chosenNode; }
    // As by a click.
    void choose(const model::DatasetId& dataset);
    void choose(const model::NodeId& node);
    void setMayMove(bool may) { m_mayMove = may; }
    // Where a chip or a card is on the widget; empty where there is none. For tests and scrolling.
    [[nodiscard]] QRect placeOf(const model::DatasetId& dataset) const;
    [[nodiscard]] QRect placeOf(const model::NodeId& node) const;
    // From the picture's measure.
    [[nodiscard]] QRect toWidget(const QRectF& rect) const;
    [[nodiscard]] std::optional<model::NodeId> nodeAt(const QPoint& point) const;
    // Without the focus frame and the like; for export.
    void render(QPainter& painter, const QRectF& area) const;

    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void chosen(const drover::model::DatasetId& dataset);
    void nodeChosen(const drover::model::NodeId& node);
    void opened(const drover::model::DatasetId& dataset);
    void moveWanted(const drover::model::DatasetId& dataset, const drover::model::NodeId& to);
    void nodeOpened(const drover::model::NodeId& node);
    // So much larger; what is at this point, if any, is what the person looks at.
    void zoomWanted(double factor, const std::optional<QPoint>& at);
    void fitWanted();
    void actualWanted(); // as it is: neither larger nor smaller

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
    [[nodiscard]] QPointF toPicture(const QPointF& point) const { return point / m_picture.scale; }
    [[nodiscard]] const models::Chip* chipAt(const QPointF& point) const;
    [[nodiscard]] const models::Card* cardAt(const QPointF& point) const;
    [[nodiscard]] const models::Chip* chosenChip() const;
    void step(const QPointF& direction);
    void stepToCard(const QPointF& direction);
    void openChosen();
    void updateChosen();
    void updateDragged();
    void stopDragging();
    void updateDifference(const models::Picture& before);

    models::Picture m_picture;
    bool m_mayMove = false;
    std::optional<model::DatasetId> m_chosen;
    std::optional<model::NodeId> m_chosenNode;
    std::optional<QPointF> m_pressed; // on a chip, in the picture
    bool m_dragging = false;
    QPointF m_pointer; // while dragging, in the picture
};

} // namespace drover::gui
