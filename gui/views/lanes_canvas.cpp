#include "gui/views/lanes_canvas.h"

#include "gui/models/words.h"
#include "gui/views/signs.h"

#include <QAccessible>
#include <QDateTime>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

namespace drover::gui {

using models::Lane;
using models::LaneMark;
using models::Sign;
using models::Words;

namespace {

constexpr double kMostZoom = 10'000;
constexpr double kLanesZoomStep = 1.3;
constexpr int kLetters = 22;     // of a lane's name
constexpr int kLabelLetters = 9; // of a label on the axis
constexpr int kEdge = 12;        // at both ends of the axis

// Distances of the axis' labels.
constexpr std::array<std::chrono::seconds, 17> kSteps = {
    std::chrono::seconds{1},   std::chrono::seconds{5},   std::chrono::seconds{15},
    std::chrono::minutes{1},   std::chrono::minutes{5},   std::chrono::minutes{15},
    std::chrono::minutes{30},  std::chrono::hours{1},     std::chrono::hours{3},
    std::chrono::hours{6},     std::chrono::hours{12},    std::chrono::hours{24},
    std::chrono::hours{48},    std::chrono::hours{168},   std::chrono::hours{720},
    std::chrono::hours{2'160}, std::chrono::hours{8'760},
};

Sign signOf(LaneMark::What what)
{
    switch (what) {
    case LaneMark::What::Made:
        return Sign::Good;
    case LaneMark::What::Changed:
        return Sign::Info;
    case LaneMark::What::Moved:
        return Sign::Busy;
    case LaneMark::What::Removed:
        return Sign::Bad;
    }
    return Sign::None;
}

QPainterPath outlineOf(LaneMark::By by, const QPointF& centre, double radius)
{
    QPainterPath path;
    switch (by) {
    case LaneMark::By::Person:
        path.addEllipse(centre, radius, radius);
        break;
    case LaneMark::By::Node:
        path.addRect(QRectF(centre.x() - radius * 0.85, centre.y() - radius * 0.85, radius * 1.7,
                            radius * 1.7));
        break;
    case LaneMark::By::Control:
        path.addPolygon(QPolygonF({centre + QPointF(0, -radius), centre + QPointF(radius, 0),
                                   centre + QPointF(0, radius), centre + QPointF(-radius, 0)}));
        path.closeSubpath();
        break;
    }
    return path;
}

QPainterPath inkOf(LaneMark::What what, const QPointF& centre, double size)
{
    QPainterPath path;
    const auto line = [&](double x1, double y1, double x2, double y2) {
        path.moveTo(centre + QPointF(x1, y1) * size);
        path.lineTo(centre + QPointF(x2, y2) * size);
    };
    switch (what) {
    case LaneMark::What::Made:
        line(-1, 0, 1, 0);
        line(0, -1, 0, 1);
        break;
    case LaneMark::What::Removed:
        line(-0.8, -0.8, 0.8, 0.8);
        line(-0.8, 0.8, 0.8, -0.8);
        break;
    case LaneMark::What::Moved:
        line(-1, 0, 1, 0);
        line(0.2, -0.8, 1, 0);
        line(0.2, 0.8, 1, 0);
        break;
    case LaneMark::What::Changed:
        line(-0.8, 0, 0.8, 0);
        break;
    }
    return path;
}

} // namespace

LanesCanvas::LanesCanvas(QWidget* parent) : QAbstractScrollArea(parent)
{
    setObjectName(QStringLiteral("lanes"));
    setAccessibleName(tr("Lanes of the timeline"));
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setAutoFillBackground(true);
    setFrameShape(QFrame::NoFrame);
}

int LanesCanvas::rowHeight() const { return fontMetrics().height() + 10; }
int LanesCanvas::headerHeight() const { return fontMetrics().height() + 8; }
int LanesCanvas::nameWidth() const { return fontMetrics().averageCharWidth() * kLetters; }
int LanesCanvas::timeWidth() const { return std::max(50, viewport()->width() - nameWidth()); }

int LanesCanvas::top(std::size_t lane) const
{
    return headerHeight() + static_cast<int>(lane) * rowHeight() - verticalScrollBar()->value();
}

double LanesCanvas::xOf(model::TimePoint at) const
{
    const double whole = std::max(1.0, static_cast<double>((m_end - m_begin).count()));
    const double part = static_cast<double>((at - m_begin).count()) / whole;
    return nameWidth() + kEdge + part * (timeWidth() * m_zoom - 2 * kEdge) -
           horizontalScrollBar()->value();
}

void LanesCanvas::setLanes(std::vector<Lane> lanes)
{
    if (lanes == m_lanes)
        return;
    m_lanes = std::move(lanes);
    bool any = false;
    for (const Lane& lane : m_lanes) {
        if (lane.marks.empty())
            continue;
        m_begin = any ? std::min(m_begin, lane.marks.front().at) : lane.marks.front().at;
        m_end = any ? std::max(m_end, lane.marks.back().at) : lane.marks.back().at;
        any = true;
    }
    updateBars();
    viewport()->update();
}

void LanesCanvas::updateBars()
{
    const int height = static_cast<int>(m_lanes.size()) * rowHeight();
    const int room = std::max(1, viewport()->height() - headerHeight());
    verticalScrollBar()->setRange(0, std::max(0, height - room));
    verticalScrollBar()->setPageStep(room);
    verticalScrollBar()->setSingleStep(rowHeight());
    const int width = static_cast<int>(timeWidth() * m_zoom);
    horizontalScrollBar()->setRange(0, std::max(0, width - timeWidth()));
    horizontalScrollBar()->setPageStep(timeWidth());
    horizontalScrollBar()->setSingleStep(timeWidth() / 10);
}

void LanesCanvas::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    updateBars();
}

void LanesCanvas::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateBars();
}

void LanesCanvas::zoomBy(double factor)
{
    const double before = m_zoom;
    m_zoom = std::clamp(m_zoom * factor, 1.0, kMostZoom);
    // What is in the middle stays there.
    const double middle = (horizontalScrollBar()->value() + timeWidth() / 2.0) / before;
    updateBars();
    horizontalScrollBar()->setValue(static_cast<int>(middle * m_zoom - timeWidth() / 2.0));
    viewport()->update();
}

void LanesCanvas::fit()
{
    m_zoom = 1;
    updateBars();
    viewport()->update();
}

void LanesCanvas::paintEvent(QPaintEvent* event)
{
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < m_lanes.size(); ++i) {
        const int y = top(i);
        if (y + rowHeight() < event->rect().top() || y + rowHeight() < headerHeight())
            continue;
        if (y > event->rect().bottom())
            break;
        drawLane(painter, i);
    }
    drawHeader(painter);
}

void LanesCanvas::drawHeader(QPainter& painter) const
{
    const QRect area(0, 0, viewport()->width(), headerHeight());
    painter.fillRect(area, palette().color(QPalette::Window));
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    if (m_lanes.empty())
        return;
    const double span = std::max(1.0, static_cast<double>((m_end - m_begin).count()));
    const double labels =
        timeWidth() * m_zoom / (fontMetrics().averageCharWidth() * kLabelLetters * 2.0);
    const double least = span / std::max(1.0, labels); // ms
    model::Duration distance = kSteps.back();
    for (const auto& step : kSteps)
        if (static_cast<double>(model::Duration{step}.count()) >= least) {
            distance = step;
            break;
        }
    const QString format = distance >= std::chrono::hours{24}    ? QStringLiteral("yyyy-MM-dd")
                           : span > 24 * 3600 * 1000.0           ? QStringLiteral("MM-dd HH:mm")
                           : distance >= std::chrono::minutes{1} ? QStringLiteral("HH:mm")
                                                                 : QStringLiteral("HH:mm:ss");
    painter.save();
    painter.setClipRect(area.adjusted(nameWidth(), 0, 0, 0));
    painter.setPen(palette().color(QPalette::WindowText));
    const auto label = [&](model::TimePoint at) {
        const double x = xOf(at);
        painter.drawLine(QPointF(x, area.bottom() - 4.0), QPointF(x, area.bottom()));
        painter.drawText(QPointF(x + 3, area.bottom() - 6.0),
                         QDateTime::fromMSecsSinceEpoch(at.time_since_epoch().count(), Qt::UTC)
                             .toString(format));
    };
    const auto whole = distance.count();
    const auto first = (m_begin.time_since_epoch().count() / whole + 1) * whole;
    if (first > m_end.time_since_epoch().count())
        label(m_begin); // all of it lies between two labels
    for (auto ms = first; ms <= m_end.time_since_epoch().count(); ms += whole) {
        const model::TimePoint at{model::Duration{ms}};
        if (xOf(at) > viewport()->width())
            break;
        if (xOf(at) > nameWidth() - 80.0)
            label(at);
    }
    painter.restore();
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(QRect(6, 0, nameWidth() - 6, area.height()), Qt::AlignVCenter, tr("UTC"));
}

void LanesCanvas::drawLane(QPainter& painter, std::size_t number) const
{
    const Lane& lane = m_lanes[number];
    const QRect row(0, top(number), viewport()->width(), rowHeight());
    if (number % 2 == 1)
        painter.fillRect(row, palette().color(QPalette::AlternateBase));
    const double middle = row.center().y() + 0.5;
    if (!lane.marks.empty()) {
        painter.save();
        painter.setClipRect(row.adjusted(nameWidth(), 0, 0, 0));
        QPen line(palette().color(QPalette::Mid), 1.5);
        line.setStyle(lane.gone ? Qt::DotLine : Qt::SolidLine);
        painter.setPen(line);
        const double end = lane.gone ? xOf(lane.marks.back().at) : viewport()->width();
        painter.drawLine(QPointF(xOf(lane.marks.front().at), middle), QPointF(end, middle));
        for (const LaneMark& mark : lane.marks)
            if (const double x = xOf(mark.at); x > nameWidth() - 10.0 && x < row.width() + 10.0)
                drawMark(painter, {x, middle}, mark);
        painter.restore();
    }
    QFont font = this->font();
    font.setStrikeOut(lane.gone);
    painter.setFont(font);
    painter.setPen(
        palette().color(lane.gone ? QPalette::Disabled : QPalette::Active, QPalette::Text));
    const QRect place = row.adjusted(6, 0, 0, 0);
    painter.drawText(QRect(place.left(), place.top(), nameWidth() - 12, place.height()),
                     Qt::AlignVCenter,
                     fontMetrics().elidedText(lane.name, Qt::ElideMiddle, nameWidth() - 12));
    painter.setFont(this->font());
}

void LanesCanvas::drawMark(QPainter& painter, const QPointF& centre, const LaneMark& mark) const
{
    const double radius = fontMetrics().height() * 0.42;
    const QColor colour = colourOf(signOf(mark.what), palette());
    const QPainterPath outline = outlineOf(mark.by, centre, radius);
    // What nodes and control did stands back behind what people did.
    const bool person = mark.by == LaneMark::By::Person;
    painter.setPen(QPen(colour, 1.5));
    painter.setBrush(person ? colour : palette().color(QPalette::Base));
    painter.drawPath(outline);
    painter.setPen(QPen(person ? palette().color(QPalette::Base) : colour, 1.6));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(inkOf(mark.what, centre, radius * 0.55));
    if (mark.id != m_chosen)
        return;
    painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
    painter.drawPath(outlineOf(mark.by, centre, radius + 3));
}

const LaneMark* LanesCanvas::chosen() const
{
    const auto place = m_chosen ? find(*m_chosen) : std::nullopt;
    return place ? &m_lanes[place->lane].marks[place->mark] : nullptr;
}

std::optional<LanesCanvas::Place> LanesCanvas::find(std::uint64_t id) const
{
    for (std::size_t i = 0; i < m_lanes.size(); ++i)
        for (std::size_t j = 0; j < m_lanes[i].marks.size(); ++j)
            if (m_lanes[i].marks[j].id == id)
                return Place{i, j};
    return std::nullopt;
}

void LanesCanvas::setChosen(std::uint64_t id)
{
    if (const auto place = find(id))
        choose(*place);
}

void LanesCanvas::choose(const Place& place)
{
    const Lane& lane = m_lanes[place.lane];
    const LaneMark& mark = lane.marks[place.mark];
    m_chosen = mark.id;
    const int y = top(place.lane) - headerHeight() + verticalScrollBar()->value();
    const int room = verticalScrollBar()->pageStep();
    if (y < verticalScrollBar()->value())
        verticalScrollBar()->setValue(y);
    else if (y + rowHeight() > verticalScrollBar()->value() + room)
        verticalScrollBar()->setValue(y + rowHeight() - room);
    if (const double x = xOf(mark.at); x < nameWidth() + kEdge || x > viewport()->width() - kEdge)
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() + static_cast<int>(x) -
                                        nameWidth() - timeWidth() / 2);
    setAccessibleDescription(
        tr("%1: revision %2, %3, %4")
            .arg(lane.name, QString::number(mark.revision), Words::moment(mark.at), mark.text));
    QAccessibleEvent told(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&told);
    viewport()->update();
    Q_EMIT chosenChanged();
}

std::vector<LanesCanvas::Place> LanesCanvas::marksAt(const QPoint& point) const
{
    std::vector<Place> places;
    const int row = point.y() - headerHeight() + verticalScrollBar()->value();
    if (row < 0 || point.y() < headerHeight() || point.x() < nameWidth())
        return places;
    const auto number = static_cast<std::size_t>(row / rowHeight());
    if (number >= m_lanes.size())
        return places;
    const double reach = fontMetrics().height() * 0.5;
    const auto& marks = m_lanes[number].marks;
    for (std::size_t i = marks.size(); i-- > 0;)
        if (std::abs(xOf(marks[i].at) - point.x()) <= reach)
            places.push_back({number, i});
    return places;
}

void LanesCanvas::mousePressEvent(QMouseEvent* event)
{
    setFocus(Qt::MouseFocusReason);
    const auto places = marksAt(event->position().toPoint());
    if (places.empty())
        return;
    // A second press goes to the next one of those that lie upon each other.
    std::size_t next = 0;
    for (std::size_t i = 0; i < places.size(); ++i)
        if (m_lanes[places[i].lane].marks[places[i].mark].id == m_chosen)
            next = (i + 1) % places.size();
    choose(places[next]);
}

void LanesCanvas::wheelEvent(QWheelEvent* event)
{
    if (event->modifiers() & Qt::ControlModifier) {
        zoomBy(std::pow(kLanesZoomStep, event->angleDelta().y() / 120.0));
        event->accept();
        return;
    }
    QAbstractScrollArea::wheelEvent(event);
}

// `lanes` further down, `marks` further to the right; to the mark that is nearest in time.
void LanesCanvas::step(int lanes, int marks)
{
    const auto present = m_chosen ? find(*m_chosen) : std::nullopt;
    if (!present) {
        for (std::size_t i = 0; i < m_lanes.size(); ++i)
            if (!m_lanes[i].marks.empty())
                return choose({i, m_lanes[i].marks.size() - 1});
        return;
    }
    const auto bounded = [](std::size_t from, int by, std::size_t count) {
        const auto to = static_cast<std::ptrdiff_t>(from) + by;
        return static_cast<std::size_t>(
            std::clamp<std::ptrdiff_t>(to, 0, static_cast<std::ptrdiff_t>(count) - 1));
    };
    const std::size_t lane = bounded(present->lane, lanes, m_lanes.size());
    const auto& there = m_lanes[lane].marks;
    if (there.empty())
        return;
    if (lane == present->lane)
        return choose({lane, bounded(present->mark, marks, there.size())});
    const model::TimePoint at = m_lanes[present->lane].marks[present->mark].at;
    const auto distance = [&](const LaneMark& mark) { return std::chrono::abs(mark.at - at); };
    const auto nearest =
        std::min_element(there.begin(), there.end(), [&](const LaneMark& a, const LaneMark& b) {
            return distance(a) < distance(b);
        });
    choose({lane, static_cast<std::size_t>(nearest - there.begin())});
}

void LanesCanvas::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
        return step(0, -1);
    case Qt::Key_Right:
        return step(0, 1);
    case Qt::Key_Up:
        return step(-1, 0);
    case Qt::Key_Down:
        return step(1, 0);
    case Qt::Key_Plus:
        return zoomBy(kLanesZoomStep);
    case Qt::Key_Minus:
        return zoomBy(1 / kLanesZoomStep);
    case Qt::Key_0:
        return fit();
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

bool LanesCanvas::viewportEvent(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QStringList lines;
    for (const Place& place : marksAt(help->pos())) {
        const LaneMark& mark = m_lanes[place.lane].marks[place.mark];
        lines << tr("%1  revision %2  %3")
                     .arg(Words::moment(mark.at), QString::number(mark.revision), mark.text);
        if (lines.size() == 12)
            break;
    }
    if (lines.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), lines.join(QLatin1Char('\n')).toHtmlEscaped(), this);
    return true;
}

} // namespace drover::gui
