#include "gui/models/picture_words.h"

#include <QStringList>

#include <algorithm>
#include <array>

namespace drover::gui::models {

namespace {
constexpr int kNearlyFull = 90; // per cent used
} // namespace

QString PictureWords::of(const Chip& chip)
{
    if (chip.kind == Chip::Kind::Struck)
        return tr("still here, not wanted any more");
    QString state;
    switch (chip.sign) {
    case Sign::None:
    case Sign::Good:
        state = tr("as wanted");
        break;
    case Sign::Busy:
    case Sign::Info:
        state = tr("on its way");
        break;
    case Sign::Warning:
        state = tr("degraded");
        break;
    case Sign::Bad:
        state = tr("blocked or unavailable");
        break;
    case Sign::Unknown:
    case Sign::Gone:
        state = tr("not known");
        break;
    }
    return chip.kind == Chip::Kind::Ghost ? tr("wanted here, not here yet: %1").arg(state) : state;
}

QString PictureWords::of(const CardTally& tally)
{
    QStringList parts{tr("datasets: %L1").arg(tally.present)};
    const auto add = [&parts](const QString& words, int number) {
        if (number > 0)
            parts << words.arg(number);
    };
    add(tr("in trouble: %L1"), tally.trouble);
    add(tr("on their way: %L1"), tally.busy);
    add(tr("wanted here: %L1"), tally.ghosts);
    add(tr("not wanted any more: %L1"), tally.struck);
    return parts.join(QStringLiteral(", "));
}

QString PictureWords::of(const Card& card)
{
    const QString tally = of(card.tally);
    QStringList lines;
    if (!card.note.isEmpty())
        lines << card.note;
    if (card.percentUsed >= 0)
        lines << tr("%1 % used").arg(card.percentUsed);
    lines << tally;
    return lines.join(QLatin1Char('\n'));
}

Sign worstSign(const Card& card)
{
    // The worst last.
    constexpr std::array kOrder{Sign::None, Sign::Info,    Sign::Good,    Sign::Gone,
                                Sign::Busy, Sign::Unknown, Sign::Warning, Sign::Bad};
    const Sign room = card.percentUsed >= kNearlyFull ? Sign::Warning : Sign::None;
    const auto rank = [&](Sign sign) {
        return std::find(kOrder.begin(), kOrder.end(), sign) - kOrder.begin();
    };
    return std::max({card.sign, card.tally.worst, room},
                    [&](Sign a, Sign b) { return rank(a) < rank(b); });
}

} // namespace drover::gui::models
