#include "gui/models/finder.h"

#include <algorithm>

namespace drover::gui::models {

namespace {

bool startsWord(const QString& text, qsizetype at)
{
    return at == 0 || !text.at(at - 1).isLetterOrNumber() ||
           (text.at(at).isUpper() && text.at(at - 1).isLower());
}

} // namespace

std::optional<int> fuzzyScore(const QString& pattern, const QString& text)
{
    if (pattern.isEmpty())
        return 0;
    if (const auto at = text.indexOf(pattern, 0, Qt::CaseInsensitive); at >= 0) {
        // As one piece: by far the best, best of all from the start, and where little else is.
        return 1000 +
               (at == 0                ? 200
                : startsWord(text, at) ? 100
                                       : 0) -
               static_cast<int>(std::min<qsizetype>(text.size(), 99));
    }
    int score = 0;
    qsizetype from = 0;
    qsizetype last = -2;
    for (const QChar c : pattern) {
        if (c.isSpace())
            continue;
        const auto at = text.indexOf(c, from, Qt::CaseInsensitive);
        if (at < 0)
            return std::nullopt;
        score += at == last + 1 ? 15 : startsWord(text, at) ? 10 : 1;
        last = at;
        from = at + 1;
    }
    return score;
}

} // namespace drover::gui::models
