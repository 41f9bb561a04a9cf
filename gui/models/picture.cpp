#include "gui/models/picture.h"

#include "gui/models/datasets_view_model.h"
#include "gui/models/node_row.h"
#include "gui/models/words.h"

#include <QCoreApplication>

#include <algorithm>
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

constexpr double kGap = 12;
constexpr double kInside = 10; // between a card's edge and what is in it
constexpr double kCardWidth = 280;
constexpr double kChipGap = 5;

// From 64 MiB to 1 PiB, by the power of two.
double chipWidth(const std::optional<ByteCount>& size)
{
    constexpr double kLeast = 78;
    constexpr double kMost = kCardWidth - 2 * kInside;
    const double bytes = size ? static_cast<double>(size->value) : 0;
    const double power = bytes > 0 ? std::log2(bytes) : 26;
    return kLeast + (kMost - kLeast) * std::clamp((power - 26) / 24, 0.0, 1.0);
}

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

// Unsorted chips would have to be sorted each time; sorted ones are found by halving.
bool isBefore(const Chip& a, const Chip& b)
{
    const int order = compareNaturally(a.name, b.name);
    return order != 0 ? order < 0 : a.dataset < b.dataset;
}

// A chip and the card it is on; absent: the one of those without a place.
struct Place
{
    std::optional<NodeId> node;
    Chip chip;
    bool operator==(const Place&) const = default;
};

struct Move
{
    NodeId source;
    NodeId target;
};

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
        m_touched.all |= m_options.filter != options.filter ||
                         m_options.lineHeight != options.lineHeight ||
                         m_options.shows.operator bool() != options.shows.operator bool();
        m_options = options;
        follow();
        Picture picture;
        layOut(picture);
        for (const auto& [dataset, move] : m_moves)
            addArrow(picture, dataset, move.source, move.target, /*pending=*/false);
        for (const auto& [dataset, target] : m_options.pendingMoves) {
            const DatasetLedger* ledger = m_data.ledger(dataset);
            if (ledger && ledger->owner)
                addArrow(picture, dataset, *ledger->owner, target, /*pending=*/true);
        }
        return picture;
    }

private:
    // A card, and what it was laid out from.
    struct Sheet
    {
        Card card;
        std::vector<Chip> chips; // sorted, not placed
        double height = 0;       // of its content
        bool isLaidOut = false;
    };

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
        const NodeLedger* ledger = m_data.nodeLedger(id);
        if (!ledger)
            return;
        const NodeRow row = rowOf(m_data, *ledger);
        Card& card = m_sheets[id].card;
        card.node = id;
        card.title = row.name;
        card.sign = signOf(row.liveness);
        card.note = Words::of(row.liveness);
        card.percentUsed = -1;
        if (row.cordoned)
            card.note += QStringLiteral(", ") + Text::tr("cordoned");
        if (row.capacity.value > 0) {
            card.note += QStringLiteral(", ") + Text::tr("%1 free").arg(Words::size(row.free));
            card.percentUsed =
                static_cast<int>(100.0 * static_cast<double>(row.capacity.value - row.free.value) /
                                 static_cast<double>(row.capacity.value));
        }
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
            now = placesOf(*record);
        std::vector<Place>& before = m_places[id];
        if (now != before) {
            for (const Place& place : before) {
                Sheet& sheet = sheetOf(place.node);
                const auto at =
                    std::lower_bound(sheet.chips.begin(), sheet.chips.end(), place.chip, isBefore);
                if (at != sheet.chips.end() && at->dataset == id)
                    sheet.chips.erase(at);
                sheet.isLaidOut = false;
            }
            for (const Place& place : now) {
                Sheet& sheet = sheetOf(place.node);
                sheet.chips.insert(
                    std::lower_bound(sheet.chips.begin(), sheet.chips.end(), place.chip, isBefore),
                    place.chip);
                sheet.isLaidOut = false;
            }
            before = std::move(now);
        }
        if (before.empty())
            m_places.erase(id);
    }

    std::vector<Place> placesOf(const DatasetRecord& record)
    {
        std::vector<Place> places;
        const DatasetLedger* ledger = m_data.ledger(record.id);
        const DatasetStatus* status = m_data.status(record.id);
        const Sign sign = !status                                 ? Sign::Unknown
                          : status->sync == Sync::InSync          ? signOf(status->health)
                          : status->health == Health::Unavailable ? Sign::Bad
                                                                  : signOf(status->sync);
        const auto put = [&](const std::optional<NodeId>& node, Chip::Kind kind, Sign shown) {
            Chip chip;
            chip.dataset = record.id;
            chip.name = Words::text(record.header.name);
            chip.kind = kind;
            chip.sign = shown;
            chip.rect = QRectF(0, 0, chipWidth(record.spec.size), m_options.lineHeight + 8);
            places.push_back({node, std::move(chip)});
        };
        const std::optional<NodeId> owner = ledger ? ledger->owner : std::nullopt;
        if (record.deletion) {
            if (owner)
                put(owner, Chip::Kind::Struck, Sign::Gone);
            return places;
        }
        if (ledger && ledger->handover) {
            // From the grant on the target owns it; until then it is wanted there.
            const Handover& move = *ledger->handover;
            const bool granted = owner == move.target;
            put(move.source, granted ? Chip::Kind::Struck : Chip::Kind::Present, sign);
            put(move.target, granted ? Chip::Kind::Present : Chip::Kind::Ghost, Sign::Busy);
            m_moves[record.id] = {move.source, move.target};
        } else if (owner) {
            put(owner, Chip::Kind::Present, sign);
        } else {
            put(record.spec.placement.node, Chip::Kind::Ghost, sign);
        }
        std::set<NodeId> shown;
        if (ledger)
            for (const RetiredCopy& copy : ledger->retired)
                if (copy.node != owner && shown.insert(copy.node).second &&
                    !(ledger->handover && copy.node == ledger->handover->source))
                    put(copy.node, Chip::Kind::Struck, Sign::Gone);
        return places;
    }

    void layOut(Picture& picture)
    {
        std::map<QString, std::vector<Sheet*>> groups;
        for (auto& [id, sheet] : m_sheets)
            groups[m_options.groupBy.isEmpty()
                       ? QString()
                       : labelOf(m_data, id, m_options.groupBy.toStdString())]
                .push_back(&sheet);
        const int columns =
            std::max(1, static_cast<int>((m_options.width - kGap) / (kCardWidth + kGap)));
        double y = kGap;
        for (auto& [title, sheets] : groups) {
            std::sort(sheets.begin(), sheets.end(), [](const Sheet* a, const Sheet* b) {
                return compareNaturally(a->card.title, b->card.title) < 0;
            });
            if (!m_options.groupBy.isEmpty())
                y = addGroup(picture, title, y);
            y = addCards(picture, sheets, columns, y);
        }
        if (!m_nowhere.chips.empty())
            y = addCards(picture, {&m_nowhere}, columns, y);
        picture.size = QSizeF(kGap + columns * (kCardWidth + kGap), y);
    }

    double addGroup(Picture& picture, const QString& title, double y) const
    {
        Group group;
        group.title = m_options.groupBy + QStringLiteral(" = ") +
                      (title.isEmpty() ? Text::tr("none") : title);
        group.rect = QRectF(kGap, y, m_options.width - 2 * kGap, m_options.lineHeight + 6);
        picture.groups.push_back(group);
        return group.rect.bottom() + 2;
    }

    double addCards(Picture& picture, const std::vector<Sheet*>& sheets, int columns, double y)
    {
        for (std::size_t first = 0; first < sheets.size();
             first += static_cast<std::size_t>(columns)) {
            double height = 0;
            const std::size_t end =
                std::min(sheets.size(), first + static_cast<std::size_t>(columns));
            for (std::size_t i = first; i < end; ++i) {
                const double x = kGap + static_cast<double>(i - first) * (kCardWidth + kGap);
                fill(*sheets[i], x, y);
                height = std::max(height, sheets[i]->height);
            }
            for (std::size_t i = first; i < end; ++i) {
                sheets[i]->card.rect.setHeight(height); // a row is as high as its highest
                picture.cards.push_back(sheets[i]->card);
            }
            y += height + kGap;
        }
        return y;
    }

    // Puts the chips in lines below the head, if they are not there already.
    void fill(Sheet& sheet, double x, double y) const
    {
        if (sheet.isLaidOut && sheet.card.rect.topLeft() == QPointF(x, y))
            return;
        const double head = kInside + 2 * m_options.lineHeight + 14; // title, note, bar
        double left = kInside;
        double top = head;
        double line = 0;
        QList<Chip> chips(sheet.chips.begin(), sheet.chips.end());
        for (Chip& chip : chips) {
            if (left > kInside && left + chip.rect.width() > kCardWidth - kInside) {
                left = kInside;
                top += line + kChipGap;
            }
            line = chip.rect.height();
            chip.rect.moveTo(x + left, y + top);
            left += chip.rect.width() + kChipGap;
        }
        sheet.card.chips = std::move(chips);
        sheet.height = top + line + kInside;
        sheet.card.rect = QRectF(x, y, kCardWidth, sheet.height);
        sheet.isLaidOut = true;
    }

    void addArrow(Picture& picture, const DatasetId& dataset, const NodeId& source,
                  const NodeId& target, bool pending) const
    {
        const auto from = m_sheets.find(source);
        const auto to = m_sheets.find(target);
        if (from == m_sheets.end() || to == m_sheets.end() || from == to)
            return;
        const QRectF& goal = to->second.card.rect;
        Arrow arrow;
        arrow.dataset = dataset;
        arrow.pending = pending;
        const auto chipIn = [&](const Card& card) -> const Chip* {
            for (const Chip& chip : card.chips)
                if (chip.dataset == dataset)
                    return &chip;
            return nullptr;
        };
        const Chip* chip = chipIn(from->second.card);
        if (!chip)
            return; // filtered out
        // From edge to edge, so that the names stay legible.
        const bool rightwards = goal.center().x() > from->second.card.rect.center().x();
        const auto edge = [](const QRectF& rect, bool right) {
            return QPointF(right ? rect.right() : rect.left(), rect.center().y());
        };
        arrow.from = edge(chip->rect, rightwards);
        const Chip* ghost = chipIn(to->second.card);
        arrow.to = ghost ? edge(ghost->rect, !rightwards)
                         : QPointF(rightwards ? goal.left() : goal.right(), goal.top() + 20);
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
