#include "gui/views/picture_canvas.h"

#include "gui/models/picture_words.h"
#include "gui/views/picture_accessible.h"
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
using models::PictureWords;

namespace {

constexpr double kPictureZoomStep = 1.2;
constexpr int kRepaintMargin = 3; // of what is repainted around a thing

// How far away something is for whoever looks in this direction, what is aside counting double;
// nothing if it is not in this direction.
std::optional<double> wayTo(const QRectF& to, const QRectF& from, const QPointF& direction)
{
    const QPointF way = to.center() - from.center();
    const double along = QPointF::dotProduct(way, direction);
    const double aside = std::abs(QPointF::dotProduct(way, {direction.y(), direction.x()}));
    return along > 1 ? std::optional(along + 2 * aside) : std::nullopt;
}

} // namespace

PictureCanvas::PictureCanvas(QWidget* parent) : QWidget(parent)
{
    installPictureAccessible();
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
    if (before.size != m_picture.size || before.scale != m_picture.scale)
        resize(sizeHint());
    updateDifference(before);
}

void PictureCanvas::updateDifference(const models::Picture& before)
{
    if (before.cards.size() != m_picture.cards.size() || before.groups != m_picture.groups ||
        before.scale != m_picture.scale || before.detail != m_picture.detail)
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
    return QRectF(rect.topLeft() * m_picture.scale, rect.size() * m_picture.scale)
        .toAlignedRect()
        .adjusted(-kRepaintMargin, -kRepaintMargin, kRepaintMargin, kRepaintMargin);
}

void PictureCanvas::setChosen(std::optional<model::DatasetId> dataset,
                              std::optional<model::NodeId> node)
{
    if (dataset == m_chosen && node == m_chosenNode)
        return;
    updateChosen();
    m_chosen = dataset;
    m_chosenNode = node;
    updateChosen();
}

void PictureCanvas::updateChosen()
{
    if (m_chosenNode)
        update(placeOf(*m_chosenNode));
    if (!m_chosen || isCompact())
        return;
    for (const Card& card : m_picture.cards) // wherever it has a chip
        for (const Chip& chip : card.chips)
            if (chip.dataset == m_chosen)
                update(toWidget(chip.rect));
}

void PictureCanvas::choose(const model::DatasetId& dataset)
{
    setChosen(dataset, std::nullopt);
    tellChosen(*this);
    Q_EMIT chosen(dataset);
}

void PictureCanvas::choose(const model::NodeId& node)
{
    setChosen(std::nullopt, node);
    tellChosen(*this);
    Q_EMIT nodeChosen(node);
}

QSize PictureCanvas::sizeHint() const
{
    return (m_picture.size * m_picture.scale).toSize().expandedTo(QSize(200, 100));
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

std::optional<model::NodeId> PictureCanvas::nodeAt(const QPoint& point) const
{
    const Card* card = cardAt(toPicture(point));
    return card ? card->node : std::nullopt;
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
    const double scale = m_picture.scale;
    painter.scale(scale, scale);
    PicturePainter drawer(painter, palette(), font(), m_picture.detail);
    const Card* target = m_dragging ? cardAt(m_pointer) : nullptr;
    const QRectF needed(toPicture(event->rect().topLeft()), QSizeF(event->rect().size()) / scale);
    for (const models::Group& group : m_picture.groups)
        if (group.rect.intersects(needed))
            drawer.draw(group);
    for (const Card& card : m_picture.cards)
        if (card.rect.intersects(needed))
            drawer.draw(card, {card.node && &card == target, card.node && card.node == m_chosenNode,
                               m_chosen, hasFocus()});
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
    PicturePainter drawer(painter, palette(), font(), m_picture.detail);
    for (const models::Group& group : m_picture.groups)
        drawer.draw(group);
    for (const Card& card : m_picture.cards)
        drawer.draw(card, {});
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
        choose(chip->dataset);
    } else if (const Card* card = cardAt(point); card && card->node) {
        choose(*card->node);
    }
}

void PictureCanvas::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_pressed || !m_mayMove || !(event->buttons() & Qt::LeftButton))
        return;
    const QPointF pointer = toPicture(event->position());
    if (!m_dragging &&
        QLineF(pointer, *m_pressed).length() * m_picture.scale < QApplication::startDragDistance())
        return;
    updateDragged();
    m_pointer = pointer;
    m_dragging = true;
    updateDragged();
    const Card* card = cardAt(m_pointer);
    setCursor(card && card->node ? Qt::DragMoveCursor : Qt::ForbiddenCursor);
}

// The chip that is carried, and the card below it.
void PictureCanvas::updateDragged()
{
    if (!m_dragging)
        return;
    if (const Card* card = cardAt(m_pointer))
        update(toWidget(card->rect));
    if (const Chip* chip = chosenChip()) {
        QRectF carried = chip->rect;
        carried.moveCenter(m_pointer);
        update(toWidget(carried));
    }
}

void PictureCanvas::stopDragging()
{
    updateDragged();
    m_dragging = false;
    m_pressed.reset();
    unsetCursor();
}

void PictureCanvas::mouseReleaseEvent(QMouseEvent*)
{
    const bool dropped = m_dragging;
    stopDragging();
    const Card* card = dropped ? cardAt(m_pointer) : nullptr;
    if (card && card->node && m_chosen)
        Q_EMIT moveWanted(*m_chosen, *card->node);
}

void PictureCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    const QPointF point = toPicture(event->position());
    if (const Chip* chip = chipAt(point))
        Q_EMIT opened(chip->dataset);
    else if (const Card* card = cardAt(point); card && card->node && isCompact())
        Q_EMIT nodeOpened(*card->node);
}

void PictureCanvas::wheelEvent(QWheelEvent* event)
{
    if (!(event->modifiers() & Qt::ControlModifier)) {
        event->ignore(); // the area scrolls
        return;
    }
    Q_EMIT zoomWanted(std::pow(kPictureZoomStep, event->angleDelta().y() / 120.0),
                      event->position().toPoint());
}

void PictureCanvas::step(const QPointF& direction)
{
    if (isCompact())
        return stepToCard(direction);
    const Chip* from = chosenChip();
    const Chip* best = nullptr;
    double least = std::numeric_limits<double>::max();
    for (const Card& card : m_picture.cards)
        for (const Chip& chip : card.chips) {
            if (!from) {
                best = best ? best : &chip;
                continue;
            }
            const auto way = wayTo(chip.rect, from->rect, direction);
            if (&chip != from && way && *way < least) {
                least = *way;
                best = &chip;
            }
        }
    if (best)
        choose(best->dataset);
}

void PictureCanvas::stepToCard(const QPointF& direction)
{
    const Card* from = nullptr;
    for (const Card& card : m_picture.cards)
        if (card.node && card.node == m_chosenNode)
            from = &card;
    const Card* best = nullptr;
    double least = std::numeric_limits<double>::max();
    for (const Card& card : m_picture.cards) {
        if (!card.node || &card == from)
            continue;
        if (!from) {
            best = &card;
            break;
        }
        if (const auto way = wayTo(card.rect, from->rect, direction); way && *way < least) {
            least = *way;
            best = &card;
        }
    }
    if (best)
        choose(*best->node);
}

void PictureCanvas::openChosen()
{
    if (isCompact() && m_chosenNode)
        Q_EMIT nodeOpened(*m_chosenNode);
    else if (m_chosen)
        Q_EMIT opened(*m_chosen);
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
        Q_EMIT zoomWanted(kPictureZoomStep, std::nullopt);
        return;
    case Qt::Key_Minus:
        Q_EMIT zoomWanted(1 / kPictureZoomStep, std::nullopt);
        return;
    case Qt::Key_0:
        Q_EMIT fitWanted();
        return;
    case Qt::Key_1:
        Q_EMIT actualWanted();
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return openChosen();
    case Qt::Key_Escape:
        return stopDragging();
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
            QToolTip::showText(help->globalPos(),
                               chip->name + QLatin1Char('\n') + PictureWords::of(*chip), this);
        else if (const Card* card = cardAt(point))
            QToolTip::showText(help->globalPos(),
                               card->title + QLatin1Char('\n') + PictureWords::of(*card), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace drover::gui
