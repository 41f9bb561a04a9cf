#include "gui/models/picture_chips.h"

#include "gui/models/datasets_view_model.h"
#include "gui/models/node_row.h"
#include "gui/models/words.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::Picture)
};

// From 64 MiB to 1 PiB, by the power of two.
double chipWidth(const std::optional<ByteCount>& size)
{
    constexpr double kLeast = 78;
    constexpr double kMost = kCardWidth - 2 * kCardInside;
    const double bytes = size ? static_cast<double>(size->value) : 0;
    const double power = bytes > 0 ? std::log2(bytes) : 26;
    return kLeast + (kMost - kLeast) * std::clamp((power - 26) / 24, 0.0, 1.0);
}

} // namespace

bool isBefore(const Chip& a, const Chip& b)
{
    const int order = compareNaturally(a.name, b.name);
    return order != 0 ? order < 0 : a.dataset < b.dataset;
}

CardTally tallyOf(const std::vector<Chip>& chips)
{
    constexpr std::array kTrouble{Sign::Bad, Sign::Warning, Sign::Unknown}; // the worst first
    CardTally tally;
    auto worst = kTrouble.end();
    for (const Chip& chip : chips) {
        if (chip.kind == Chip::Kind::Struck) {
            ++tally.struck;
            continue;
        }
        ++(chip.kind == Chip::Kind::Present ? tally.present : tally.ghosts);
        if (chip.kind == Chip::Kind::Present && chip.sign == Sign::Busy)
            ++tally.busy;
        if (const auto it = std::find(kTrouble.begin(), kTrouble.end(), chip.sign);
            it != kTrouble.end()) {
            ++tally.trouble;
            worst = std::min(worst, it);
        }
    }
    if (worst != kTrouble.end())
        tally.worst = *worst;
    return tally;
}

void writeHead(Card& card, const ClusterData& data, const NodeLedger& ledger)
{
    const NodeRow row = rowOf(data, ledger);
    card.node = ledger.id;
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

std::vector<Place> placesOf(const ClusterData& data, const DatasetRecord& record, double lineHeight)
{
    std::vector<Place> places;
    const DatasetLedger* ledger = data.ledger(record.id);
    const DatasetStatus* status = data.status(record.id);
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
        chip.rect = QRectF(0, 0, chipWidth(record.spec.size), lineHeight + 8);
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

} // namespace drover::gui::models
