#include "gui/models/picture.h"

#include "gui/models/datasets_view_model.h"
#include "gui/models/node_row.h"
#include "gui/models/words.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

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

class Draft
{
public:
    Draft(const ClusterData& data, const PictureOptions& options) : m_data(data), m_options(options)
    {
        for (const auto& [id, ledger] : data.nodeLedgers())
            m_cards[id] = cardOf(ledger);
        m_nowhere.title = Text::tr("No place yet");
        m_nowhere.sign = Sign::Busy;
        for (const auto& [id, record] : data.datasets())
            if (!options.shows || options.shows(record))
                place(record);
    }

    Picture finish()
    {
        layOut();
        for (const auto& [dataset, ends] : m_moves)
            addArrow(dataset, ends.first, ends.second, /*pending=*/false);
        for (const auto& [dataset, target] : m_options.pendingMoves) {
            const DatasetLedger* ledger = m_data.ledger(dataset);
            if (ledger && ledger->owner)
                addArrow(dataset, *ledger->owner, target, /*pending=*/true);
        }
        return std::move(m_picture);
    }

private:
    Card cardOf(const NodeLedger& ledger) const
    {
        const NodeRow row = rowOf(m_data, ledger);
        Card card;
        card.node = ledger.id;
        card.title = row.name;
        card.sign = signOf(row.liveness);
        card.note = Words::of(row.liveness);
        if (row.cordoned)
            card.note += QStringLiteral(", ") + Text::tr("cordoned");
        if (row.capacity.value > 0) {
            card.note += QStringLiteral(", ") + Text::tr("%1 free").arg(Words::size(row.free));
            card.percentUsed =
                static_cast<int>(100.0 * static_cast<double>(row.capacity.value - row.free.value) /
                                 static_cast<double>(row.capacity.value));
        }
        return card;
    }

    void put(const std::optional<NodeId>& node, const DatasetRecord& record, Chip::Kind kind,
             Sign sign)
    {
        const auto it = node ? m_cards.find(*node) : m_cards.end();
        Card& card = it == m_cards.end() ? m_nowhere : it->second;
        Chip chip;
        chip.dataset = record.id;
        chip.name = Words::text(record.header.name);
        chip.kind = kind;
        chip.sign = sign;
        chip.rect = QRectF(0, 0, chipWidth(record.spec.size), m_options.lineHeight + 8);
        card.chips.push_back(std::move(chip));
    }

    void place(const DatasetRecord& record)
    {
        const DatasetLedger* ledger = m_data.ledger(record.id);
        const DatasetStatus* status = m_data.status(record.id);
        const Sign sign = !status                                 ? Sign::Unknown
                          : status->sync == Sync::InSync          ? signOf(status->health)
                          : status->health == Health::Unavailable ? Sign::Bad
                                                                  : signOf(status->sync);
        std::optional<NodeId> owner = ledger ? ledger->owner : std::nullopt;
        if (record.deletion) {
            if (owner)
                put(owner, record, Chip::Kind::Struck, Sign::Gone);
            return;
        }
        if (ledger && ledger->handover) {
            // From the grant on the target owns it; until then it is wanted there.
            const Handover& move = *ledger->handover;
            const bool granted = owner == move.target;
            put(move.source, record, granted ? Chip::Kind::Struck : Chip::Kind::Present, sign);
            put(move.target, record, granted ? Chip::Kind::Present : Chip::Kind::Ghost, Sign::Busy);
            m_moves.emplace_back(record.id, std::pair(move.source, move.target));
        } else if (owner) {
            put(owner, record, Chip::Kind::Present, sign);
        } else {
            put(record.spec.placement.node, record, Chip::Kind::Ghost, sign);
        }
        std::set<NodeId> shown;
        if (ledger)
            for (const RetiredCopy& copy : ledger->retired)
                if (copy.node != owner && shown.insert(copy.node).second &&
                    !(ledger->handover && copy.node == ledger->handover->source))
                    put(copy.node, record, Chip::Kind::Struck, Sign::Gone);
    }

    void layOut()
    {
        std::map<QString, std::vector<Card*>> groups;
        for (auto& [id, card] : m_cards)
            groups[m_options.groupBy.isEmpty()
                       ? QString()
                       : labelOf(m_data, id, m_options.groupBy.toStdString())]
                .push_back(&card);
        const int columns =
            std::max(1, static_cast<int>((m_options.width - kGap) / (kCardWidth + kGap)));
        double y = kGap;
        for (auto& [title, cards] : groups) {
            std::sort(cards.begin(), cards.end(), [](const Card* a, const Card* b) {
                return compareNaturally(a->title, b->title) < 0;
            });
            if (!m_options.groupBy.isEmpty())
                y = addGroup(title, y);
            y = addCards(cards, columns, y);
        }
        if (!m_nowhere.chips.empty())
            y = addCards({&m_nowhere}, columns, y);
        m_picture.size = QSizeF(kGap + columns * (kCardWidth + kGap), y);
    }

    double addGroup(const QString& title, double y)
    {
        Group group;
        group.title = m_options.groupBy + QStringLiteral(" = ") +
                      (title.isEmpty() ? Text::tr("none") : title);
        group.rect = QRectF(kGap, y, m_options.width - 2 * kGap, m_options.lineHeight + 6);
        m_picture.groups.push_back(group);
        return group.rect.bottom() + 2;
    }

    double addCards(const std::vector<Card*>& cards, int columns, double y)
    {
        for (std::size_t first = 0; first < cards.size();
             first += static_cast<std::size_t>(columns)) {
            double height = 0;
            const std::size_t end =
                std::min(cards.size(), first + static_cast<std::size_t>(columns));
            for (std::size_t i = first; i < end; ++i) {
                const double x = kGap + static_cast<double>(i - first) * (kCardWidth + kGap);
                height = std::max(height, fill(*cards[i], x, y));
            }
            for (std::size_t i = first; i < end; ++i) {
                cards[i]->rect.setHeight(height); // a row is as high as its highest
                m_picture.cards.push_back(std::move(*cards[i]));
            }
            y += height + kGap;
        }
        return y;
    }

    // Puts the chips in lines below the head; returns the card's height.
    double fill(Card& card, double x, double y) const
    {
        std::sort(card.chips.begin(), card.chips.end(), [](const Chip& a, const Chip& b) {
            const int order = compareNaturally(a.name, b.name);
            return order != 0 ? order < 0 : a.dataset < b.dataset;
        });
        const double head = kInside + 2 * m_options.lineHeight + 14; // title, note, bar
        double left = kInside;
        double top = head;
        double line = 0;
        for (Chip& chip : card.chips) {
            if (left > kInside && left + chip.rect.width() > kCardWidth - kInside) {
                left = kInside;
                top += line + kChipGap;
            }
            line = chip.rect.height();
            chip.rect.moveTo(x + left, y + top);
            left += chip.rect.width() + kChipGap;
        }
        const double height = top + line + kInside;
        card.rect = QRectF(x, y, kCardWidth, height);
        return height;
    }

    [[nodiscard]] const Card* cardAt(const NodeId& node) const
    {
        for (const Card& card : m_picture.cards)
            if (card.node == node)
                return &card;
        return nullptr;
    }

    void addArrow(const DatasetId& dataset, const NodeId& source, const NodeId& target,
                  bool pending)
    {
        const Card* from = cardAt(source);
        const Card* to = cardAt(target);
        if (!from || !to || from == to)
            return;
        Arrow arrow;
        arrow.dataset = dataset;
        arrow.pending = pending;
        const auto chipIn = [&](const Card& card) -> const Chip* {
            for (const Chip& chip : card.chips)
                if (chip.dataset == dataset)
                    return &chip;
            return nullptr;
        };
        const Chip* chip = chipIn(*from);
        if (!chip)
            return; // filtered out
        // From edge to edge, so that the names stay legible.
        const bool rightwards = to->rect.center().x() > from->rect.center().x();
        const auto edge = [](const QRectF& rect, bool right) {
            return QPointF(right ? rect.right() : rect.left(), rect.center().y());
        };
        arrow.from = edge(chip->rect, rightwards);
        const Chip* ghost = chipIn(*to);
        arrow.to =
            ghost ? edge(ghost->rect, !rightwards)
                  : QPointF(rightwards ? to->rect.left() : to->rect.right(), to->rect.top() + 20);
        const DatasetStatus* status = m_data.status(dataset);
        if (!pending && status && status->transfer && status->transfer->bytesTotal.value > 0)
            arrow.percent = static_cast<int>(
                std::min(100.0, 100.0 * static_cast<double>(status->transfer->bytesDone.value) /
                                    static_cast<double>(status->transfer->bytesTotal.value)));
        m_picture.arrows.push_back(arrow);
    }

    const ClusterData& m_data;
    const PictureOptions& m_options;
    std::map<NodeId, Card> m_cards;
    Card m_nowhere;
    std::vector<std::pair<DatasetId, std::pair<NodeId, NodeId>>> m_moves;
    Picture m_picture;
};

} // namespace

Picture drawUp(const ClusterData& data, const PictureOptions& options)
{
    return Draft(data, options).finish();
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
