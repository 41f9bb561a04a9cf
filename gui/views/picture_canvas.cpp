#include "gui/views/picture_canvas.h"

#include "gui/views/picture_painter.h"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLineF>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace drover::gui {

using models::Card;
using models::Chip;

namespace {

constexpr double kLeastZoom = 0.15;
constexpr double kMostZoom = 3;
constexpr double kZoomStep = 1.2;
constexpr int kMargin = 3; // of what is repainted around a thing

} // namespace

PictureCanvas::PictureCanvas(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("pictureCanvas"));
    setAccessibleName(tr("Picture of the cluster"));
    setAccessibleDescription(tr("The same as the tables of datasets and nodes, as a picture"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(false);
    setAutoFillBackground(true);
}

void PictureCanvas::setPicture(models::Picture picture)
{
    if (picture == m_picture)
        return;
    const models::Picture before = std::exchange(m_picture, std::move(picture));
    if (before.size != m_picture.size)
        resize(sizeHint());
    updateDifference(before);
}

void PictureCanvas::updateDifference(const models::Picture& before)
{
    if (before.cards.size() != m_picture.cards.size() || before.groups != m_picture.groups)
        return update();
    for (std::size_t i = 0; i < before.cards.size(); ++i)
        if (before.cards[i] != m_picture.cards[i]) {
            update(toWidget(before.cards[i].rect));
            update(toWidget(m_picture.cards[i].rect));
        }
    if (before.arrows == m_picture.arrows)
        return;
    const auto touch = [this](const std::vector<models::Arrow>& arrows) {
        for (const models::Arrow& arrow : arrows)
            update(toWidget(QRectF(arrow.from, arrow.to).normalized().adjusted(-30, -30, 30, 30)));
    };
    touch(before.arrows);
    touch(m_picture.arrows);
}

QRect PictureCanvas::toWidget(const QRectF& rect) const
{
    return QRectF(rect.topLeft() * m_zoom, rect.size() * m_zoom)
        .toAlignedRect()
        .adjusted(-kMargin, -kMargin, kMargin, kMargin);
}

void PictureCanvas::setZoom(double zoom)
{
    zoom = std::clamp(zoom, kLeastZoom, kMostZoom);
    if (zoom == m_zoom)
        return;
    m_zoom = zoom;
    resize(sizeHint());
    update();
    Q_EMIT zoomChanged();
}

void PictureCanvas::setChosen(std::optional<model::DatasetId> dataset)
{
    if (dataset == m_chosen)
        return;
    m_chosen = dataset;
    update();
}

QSize PictureCanvas::sizeHint() const
{
    return (m_picture.size * m_zoom).toSize().expandedTo(QSize(200, 100));
}

QRect PictureCanvas::placeOf(const model::DatasetId& dataset) const
{
    for (const Card& card : m_picture.cards)
        for (const Chip& chip : card.chips)
            if (chip.dataset == dataset && chip.kind != Chip::Kind::Struck)
                return toWidget(chip.rect);
    return {};
}

QRect PictureCanvas::placeOf(const model::NodeId& node) const
{
    for (const Card& card : m_picture.cards)
        if (card.node == node)
            return toWidget(card.rect);
    return {};
}

const Card* PictureCanvas::cardAt(const QPointF& point) const
{
    for (const Card& card : m_picture.cards)
        if (card.rect.contains(point))
            return &card;
    return nullptr;
}

const Chip* PictureCanvas::chipAt(const QPointF& point) const
{
    if (const Card* card = cardAt(point))
        for (const Chip& chip : card->chips)
            if (chip.rect.contains(point))
                return &chip;
    return nullptr;
}

const Chip* PictureCanvas::chosenChip() const
{
    for (const Card& card : m_picture.cards)
        for (const Chip& chip : card.chips)
            if (chip.dataset == m_chosen)
                return &chip;
    return nullptr;
}

void PictureCanvas::paintEvent(QPaintEvent* event)
{
    QPainter painter(this);
    painter.scale(m_zoom, m_zoom);
    PicturePainter drawer(painter, palette(), font(), m_zoom);
    const Card* target = m_dragging ? cardAt(m_pointer) : nullptr;
    const QRectF needed(toPicture(event->rect().topLeft()), QSizeF(event->rect().size()) / m_zoom);
    for (const models::Group& group : m_picture.groups)
        if (group.rect.intersects(needed))
            drawer.draw(group);
    for (const Card& card : m_picture.cards)
        if (card.rect.intersects(needed))
            drawer.draw(card, card.node && &card == target, m_chosen, hasFocus());
    for (const models::Arrow& arrow : m_picture.arrows)
        drawer.draw(arrow);
    if (const Chip* chip = m_dragging ? chosenChip() : nullptr) {
        Chip carried = *chip;
        carried.rect.moveCenter(m_pointer);
        drawer.draw(carried, /*chosen=*/true, /*focus=*/true);
    }
}

void PictureCanvas::render(QPainter& painter, const QRectF& area) const
{
    const double scale =
        std::min(area.width() / m_picture.size.width(), area.height() / m_picture.size.height());
    painter.save();
    painter.translate(area.topLeft());
    painter.scale(scale, scale);
    PicturePainter drawer(painter, palette(), font(), 1);
    for (const models::Group& group : m_picture.groups)
        drawer.draw(group);
    for (const Card& card : m_picture.cards)
        drawer.draw(card, /*target=*/false, std::nullopt, /*focus=*/false);
    for (const models::Arrow& arrow : m_picture.arrows)
        drawer.draw(arrow);
    painter.restore();
}

void PictureCanvas::mousePressEvent(QMouseEvent* event)
{
    setFocus(Qt::MouseFocusReason);
    const QPointF point = toPicture(event->position());
    if (const Chip* chip = chipAt(point)) {
        m_pressed = point;
        setChosen(chip->dataset);
        Q_EMIT chosen(chip->dataset);
    } else if (const Card* card = cardAt(point); card && card->node) {
        setChosen(std::nullopt);
        Q_EMIT nodeChosen(*card->node);
    }
}

void PictureCanvas::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_pressed || !m_mayMove || !(event->buttons() & Qt::LeftButton))
        return;
    m_pointer = toPicture(event->position());
    if (!m_dragging &&
        QLineF(m_pointer, *m_pressed).length() * m_zoom < QApplication::startDragDistance())
        return;
    m_dragging = true;
    const Card* card = cardAt(m_pointer);
    setCursor(card && card->node ? Qt::DragMoveCursor : Qt::ForbiddenCursor);
    update();
}

void PictureCanvas::mouseReleaseEvent(QMouseEvent*)
{
    const bool dropped = std::exchange(m_dragging, false);
    m_pressed.reset();
    if (!dropped)
        return;
    unsetCursor();
    update();
    const Card* card = cardAt(m_pointer);
    if (card && card->node && m_chosen)
        Q_EMIT moveWanted(*m_chosen, *card->node);
}

void PictureCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (const Chip* chip = chipAt(toPicture(event->position())))
        Q_EMIT opened(chip->dataset);
}

void PictureCanvas::wheelEvent(QWheelEvent* event)
{
    if (!(event->modifiers() & Qt::ControlModifier)) {
        event->ignore(); // the area scrolls
        return;
    }
    setZoom(m_zoom * std::pow(kZoomStep, event->angleDelta().y() / 120.0));
}

// To the chip that is nearest in this direction, counting what is aside double.
void PictureCanvas::step(const QPointF& direction)
{
    const Chip* from = chosenChip();
    const Chip* best = nullptr;
    double least = std::numeric_limits<double>::max();
    for (const Card& card : m_picture.cards)
        for (const Chip& chip : card.chips) {
            if (!from) {
                best = best ? best : &chip;
                continue;
            }
            const QPointF way = chip.rect.center() - from->rect.center();
            const double along = QPointF::dotProduct(way, direction);
            const double aside = std::abs(QPointF::dotProduct(way, {direction.y(), direction.x()}));
            if (&chip != from && along > 1 && along + 2 * aside < least) {
                least = along + 2 * aside;
                best = &chip;
            }
        }
    if (!best)
        return;
    setChosen(best->dataset);
    Q_EMIT chosen(best->dataset);
}

void PictureCanvas::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
        return step({-1, 0});
    case Qt::Key_Right:
        return step({1, 0});
    case Qt::Key_Up:
        return step({0, -1});
    case Qt::Key_Down:
        return step({0, 1});
    case Qt::Key_Plus:
        return setZoom(m_zoom * kZoomStep);
    case Qt::Key_Minus:
        return setZoom(m_zoom / kZoomStep);
    case Qt::Key_0:
        return setZoom(1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_chosen)
            Q_EMIT opened(*m_chosen);
        return;
    case Qt::Key_Escape:
        m_dragging = false;
        m_pressed.reset();
        unsetCursor();
        return update();
    default:
        QWidget::keyPressEvent(event);
    }
}

bool PictureCanvas::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const QPointF point = toPicture(help->pos());
        if (const Chip* chip = chipAt(point))
            QToolTip::showText(help->globalPos(), chip->name, this);
        else if (const Card* card = cardAt(point))
            QToolTip::showText(help->globalPos(), card->title + QLatin1Char('\n') + card->note,
                               this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace drover::gui
