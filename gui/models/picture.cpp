#include "gui/models/picture.h"

#include "gui/models/datasets_view_model.h"
#include "gui/models/picture_chips.h"
#include "gui/models/words.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::Picture)
};

constexpr double kChipGap = 5;

struct Move
{
    NodeId source;
    NodeId target;
};

QString labelOf(const ClusterData& data, const NodeId& id, const std::string& name)
{
    if (const NodeRecord* record = data.node(id))
        if (const auto it = record->header.labels.find(name); it != record->header.labels.end())
            return Words::text(it->second);
    if (const NodeState* state = data.nodeState(id))
        if (const auto it = state->labels.find(name); it != state->labels.end())
            return Words::text(it->second);
    return {};
}

} // namespace

class PictureDrafter::Draft
{
public:
    explicit Draft(const ClusterData& data) : m_data(data) { m_touched.all = true; }

    void touch(const Touched& touched)
    {
        // Names stand in what filters look at.
        m_touched.all |= touched.all || touched.nodeNames || touched.pools;
        m_touched.datasets.insert(touched.datasets.begin(), touched.datasets.end());
        m_touched.nodes.insert(touched.nodes.begin(), touched.nodes.end());
    }

    Picture draw(const PictureOptions& options)
    {
        take(options);
        Picture picture;
        const CardMeasure measure = cardMeasure(options.zoom, options.lineHeight);
        picture.detail = measure.detail;
        picture.scale = measure.detail == CardDetail::Chips ? options.zoom : 1;
        layOut(picture, measure);
        for (const auto& [dataset, move] : m_moves)
            addArrow(picture, dataset, move.source, move.target, /*pending=*/false);
        for (const auto& [dataset, target] : m_options.pendingMoves) {
            const DatasetLedger* ledger = m_data.ledger(dataset);
            if (ledger && ledger->owner)
                addArrow(picture, dataset, *ledger->owner, target, /*pending=*/true);
        }
        return picture;
    }

    double fit(const PictureOptions& options, double height)
    {
        constexpr double kStep = 1.04;
        take(options);
        const std::vector<Shelf> groups = inGroups();
        double zoom = 1;
        for (; zoom > kLeastZoom; zoom /= kStep) {
            m_options.zoom = zoom;
            const CardMeasure measure = cardMeasure(zoom, options.lineHeight);
            const double scale = measure.detail == CardDetail::Chips ? zoom : 1;
            if (arrangementOf(groups, measure).size.height() * scale <= height)
                break;
        }
        return std::max(zoom, kLeastZoom);
    }

private:
    // A card, and what it was laid out from.
    struct Sheet
    {
        Card card;
        std::vector<Chip> chips; // sorted; placed in the card, not in the picture
        double height = 0;       // with its chips
        bool isMeasured = false;
    };
    struct Shelf
    {
        QString title;
        std::vector<Sheet*> sheets;
    };

    void take(const PictureOptions& options)
    {
        m_touched.all |= m_options.filter != options.filter ||
                         m_options.lineHeight != options.lineHeight ||
                         m_options.shows.operator bool() != options.shows.operator bool();
        m_options = options;
        follow();
    }

    // Takes in what was touched.
    void follow()
    {
        if (std::exchange(m_touched.all, false)) {
            m_sheets.clear();
            m_nowhere = {};
            m_places.clear();
            m_moves.clear();
            m_touched = {};
            m_nowhere.card.title = Text::tr("No place yet");
            m_nowhere.card.sign = Sign::Busy;
            for (const auto& [id, ledger] : m_data.nodeLedgers())
                headOf(id);
            for (const auto& [id, record] : m_data.datasets())
                place(id);
            return;
        }
        // Cards that come or go take chips from where there was no place, or leave them there.
        std::set<DatasetId> datasets = std::move(m_touched.datasets);
        for (const NodeId& id : m_touched.nodes) {
            const bool was = m_sheets.contains(id);
            if (was == (m_data.nodeLedger(id) != nullptr)) {
                headOf(id);
                continue;
            }
            m_touched = {};
            m_touched.all = true;
            return follow();
        }
        m_touched = {};
        for (const DatasetId& id : datasets)
            place(id);
    }

    void headOf(const NodeId& id)
    {
        if (const NodeLedger* ledger = m_data.nodeLedger(id))
            writeHead(m_sheets[id].card, m_data, *ledger);
    }

    Sheet& sheetOf(const std::optional<NodeId>& node)
    {
        const auto it = node ? m_sheets.find(*node) : m_sheets.end();
        return it == m_sheets.end() ? m_nowhere : it->second;
    }

    // Puts a dataset's chips where they belong now.
    void place(const DatasetId& id)
    {
        m_moves.erase(id);
        std::vector<Place> now;
        const DatasetRecord* record = m_data.dataset(id);
        if (record && (!m_options.shows || m_options.shows(*record)))
            now = placesOf(m_data, *record, m_options.lineHeight);
        const DatasetLedger* ledger = now.empty() ? nullptr : m_data.ledger(id);
        if (ledger && ledger->handover && !record->deletion)
            m_moves[id] = {ledger->handover->source, ledger->handover->target};
        std::vector<Place>& before = m_places[id];
        if (now != before) {
            for (const Place& place : before) {
                Sheet& sheet = sheetOf(place.node);
                const auto at =
                    std::lower_bound(sheet.chips.begin(), sheet.chips.end(), place.chip, isBefore);
                if (at != sheet.chips.end() && at->dataset == id)
                    sheet.chips.erase(at);
                sheet.isMeasured = false;
            }
            for (const Place& place : now) {
                Sheet& sheet = sheetOf(place.node);
                sheet.chips.insert(
                    std::lower_bound(sheet.chips.begin(), sheet.chips.end(), place.chip, isBefore),
                    place.chip);
                sheet.isMeasured = false;
            }
            before = std::move(now);
        }
        if (before.empty())
            m_places.erase(id);
    }

    // The cards in the order in which they stand; the last shelf is that of those without a place.
    std::vector<Shelf> inGroups()
    {
        std::map<QString, std::vector<Sheet*>> groups;
        for (auto& [id, sheet] : m_sheets)
            if (m_options.shows && sheet.chips.empty())
                sheet.card.rect = {};
            else
                groups[m_options.groupBy.isEmpty()
                           ? QString()
                           : labelOf(m_data, id, m_options.groupBy.toStdString())]
                    .push_back(&sheet);
        std::vector<Shelf> shelves;
        for (auto& [title, sheets] : groups) {
            std::sort(sheets.begin(), sheets.end(), [](const Sheet* a, const Sheet* b) {
                return compareNaturally(a->card.title, b->card.title) < 0;
            });
            shelves.push_back({title, std::move(sheets)});
        }
        std::sort(shelves.begin(), shelves.end(), [](const Shelf& a, const Shelf& b) {
            if (a.title.isEmpty() != b.title.isEmpty())
                return b.title.isEmpty(); // those without the label
            return compareNaturally(a.title, b.title) < 0;
        });
        if (!m_nowhere.chips.empty())
            shelves.push_back({QString(), {&m_nowhere}});
        for (Shelf& shelf : shelves)
            for (Sheet* sheet : shelf.sheets)
                measure(*sheet);
        return shelves;
    }

    [[nodiscard]] bool hasTitle(const Shelf& shelf) const
    {
        return !m_options.groupBy.isEmpty() && shelf.sheets.front() != &m_nowhere;
    }

    [[nodiscard]] Arrangement arrangementOf(const std::vector<Shelf>& shelves,
                                            const CardMeasure& measure) const
    {
        std::vector<Block> blocks;
        for (const Shelf& shelf : shelves) {
            Block block;
            block.hasTitle = hasTitle(shelf);
            for (const Sheet* sheet : shelf.sheets)
                block.heights.push_back(measure.height > 0 ? measure.height : sheet->height);
            blocks.push_back(std::move(block));
        }
        const double scale = measure.detail == CardDetail::Chips ? m_options.zoom : 1;
        return arrange(
            blocks, measure,
            {m_options.width / scale, m_options.lineHeight + 6, 6 * m_options.lineHeight});
    }

    void layOut(Picture& picture, const CardMeasure& measure)
    {
        const std::vector<Shelf> shelves = inGroups();
        const Arrangement arrangement = arrangementOf(shelves, measure);
        for (std::size_t i = 0; i < shelves.size(); ++i) {
            const Arrangement::Placed& placed = arrangement.blocks[i];
            if (hasTitle(shelves[i])) {
                const QString& value = shelves[i].title;
                picture.groups.push_back({m_options.groupBy + QStringLiteral(" = ") +
                                              (value.isEmpty() ? Text::tr("none") : value),
                                          placed.title});
            }
            for (std::size_t c = 0; c < placed.cards.size(); ++c) {
                putCard(*shelves[i].sheets[c], placed.cards[c], measure.detail);
                picture.cards.push_back(shelves[i].sheets[c]->card);
            }
        }
        picture.size = arrangement.size;
    }

    // Puts the chips in lines below the head, if they are not there already.
    void measure(Sheet& sheet) const
    {
        if (sheet.isMeasured)
            return;
        const double head = kCardInside + 2 * m_options.lineHeight + 14; // title, note, bar
        double left = kCardInside;
        double top = head;
        double line = 0;
        for (Chip& chip : sheet.chips) {
            if (left > kCardInside && left + chip.rect.width() > kCardWidth - kCardInside) {
                left = kCardInside;
                top += line + kChipGap;
            }
            line = chip.rect.height();
            chip.rect.moveTo(left, top);
            left += chip.rect.width() + kChipGap;
        }
        sheet.height = top + line + kCardInside;
        sheet.card.tally = tallyOf(sheet.chips);
        sheet.card.chips.clear();
        sheet.card.rect = {}; // to be put anew
        sheet.isMeasured = true;
    }

    static void putCard(Sheet& sheet, const QRectF& rect, CardDetail detail)
    {
        const bool compact = detail != CardDetail::Chips;
        Card& card = sheet.card;
        const bool stands =
            card.rect.topLeft() == rect.topLeft() &&
            card.chips.size() == (compact ? 0 : static_cast<qsizetype>(sheet.chips.size()));
        card.rect = rect;
        if (stands)
            return; // its chips stay shared with the picture before
        card.chips.clear();
        if (compact)
            return;
        QList<Chip> chips(sheet.chips.begin(), sheet.chips.end());
        for (Chip& chip : chips)
            chip.rect.translate(rect.topLeft());
        card.chips = std::move(chips);
    }

    void addArrow(Picture& picture, const DatasetId& dataset, const NodeId& source,
                  const NodeId& target, bool pending) const
    {
        const auto from = m_sheets.find(source);
        const auto to = m_sheets.find(target);
        if (from == m_sheets.end() || to == m_sheets.end() || from == to)
            return;
        const QRectF& start = from->second.card.rect;
        const QRectF& goal = to->second.card.rect;
        Arrow arrow;
        arrow.dataset = dataset;
        arrow.pending = pending;
        const auto chipIn = [&](const std::vector<Chip>& chips) {
            const auto it = std::find_if(chips.begin(), chips.end(),
                                         [&](const Chip& chip) { return chip.dataset == dataset; });
            return it == chips.end() ? nullptr : &*it;
        };
        const Chip* chip = chipIn(from->second.chips);
        if (!chip || goal.isEmpty())
            return; // filtered out
        // From edge to edge, so that the names stay legible.
        const bool rightwards = goal.center().x() > start.center().x();
        const auto edge = [](const QRectF& rect, bool right) {
            return QPointF(right ? rect.right() : rect.left(), rect.center().y());
        };
        const Chip* ghost = chipIn(to->second.chips);
        if (picture.detail != CardDetail::Chips) {
            // Its lower right corner, where nothing is written.
            const auto corner = [](const QRectF& rect) {
                return QPointF(rect.right() - 6, rect.bottom() - 3);
            };
            arrow.from = corner(start);
            arrow.to = corner(goal);
        } else {
            arrow.from = edge(chip->rect.translated(start.topLeft()), rightwards);
            arrow.to = ghost ? edge(ghost->rect.translated(goal.topLeft()), !rightwards)
                             : QPointF(rightwards ? goal.left() : goal.right(), goal.top() + 20);
        }
        const DatasetStatus* status = m_data.status(dataset);
        if (!pending && status && status->transfer && status->transfer->bytesTotal.value > 0)
            arrow.percent = static_cast<int>(
                std::min(100.0, 100.0 * static_cast<double>(status->transfer->bytesDone.value) /
                                    static_cast<double>(status->transfer->bytesTotal.value)));
        picture.arrows.push_back(arrow);
    }

    const ClusterData& m_data;
    PictureOptions m_options;
    Touched m_touched; // since the last picture
    std::map<NodeId, Sheet> m_sheets;
    Sheet m_nowhere;
    std::map<DatasetId, std::vector<Place>> m_places;
    std::map<DatasetId, Move> m_moves;
};

PictureDrafter::PictureDrafter(const ClusterData& data, QObject* parent)
    : QObject(parent), m_data(data), m_draft(std::make_unique<Draft>(data))
{
    connect(&data, &ClusterData::changed, this,
            [this](const Touched& touched) { m_draft->touch(touched); });
}

PictureDrafter::~PictureDrafter() = default;

Picture PictureDrafter::draw(const PictureOptions& options) { return m_draft->draw(options); }

double PictureDrafter::fit(const PictureOptions& options, double height)
{
    return m_draft->fit(options, height);
}

Picture drawUp(const ClusterData& data, const PictureOptions& options)
{
    return PictureDrafter(data).draw(options);
}

std::vector<std::string> nodeLabels(const ClusterData& data)
{
    std::set<std::string> names;
    for (const auto& [id, ledger] : data.nodeLedgers()) {
        if (const NodeRecord* record = data.node(id))
            for (const auto& [name, value] : record->header.labels)
                names.insert(name);
        if (const NodeState* state = data.nodeState(id))
            for (const auto& [name, value] : state->labels)
                names.insert(name);
    }
    return {names.begin(), names.end()};
}

} // namespace drover::gui::models
