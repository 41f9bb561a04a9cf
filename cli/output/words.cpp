#include "cli/output/words.h"

#include <algorithm>
#include <array>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

const char* word(Sync sync)
{
    switch (sync) {
    case Sync::InSync:
        return "in sync";
    case Sync::Converging:
        return "converging";
    case Sync::Blocked:
        return "blocked";
    }
    return "unknown";
}

const char* word(Health health)
{
    switch (health) {
    case Health::Healthy:
        return "healthy";
    case Health::Degraded:
        return "degraded";
    case Health::Unavailable:
        return "unavailable";
    case Health::Unknown:
        return "unknown";
    }
    return "unknown";
}

const char* word(Liveness liveness)
{
    switch (liveness) {
    case Liveness::Syncing:
        return "syncing";
    case Liveness::Alive:
        return "alive";
    case Liveness::Evasive:
        return "evasive";
    case Liveness::Unreachable:
        return "unreachable";
    case Liveness::Lost:
        return "lost";
    }
    return "unknown";
}

Cell cell(Sync sync)
{
    switch (sync) {
    case Sync::InSync:
        return {word(sync), Colour::Green};
    case Sync::Converging:
        return {word(sync), Colour::Yellow};
    case Sync::Blocked:
        return {word(sync), Colour::Red};
    }
    return word(sync);
}

Cell cell(Health health)
{
    switch (health) {
    case Health::Healthy:
        return {word(health), Colour::Green};
    case Health::Degraded:
        return {word(health), Colour::Yellow};
    case Health::Unavailable:
        return {word(health), Colour::Red};
    case Health::Unknown:
        return {word(health), Colour::Yellow};
    }
    return word(health);
}

Cell cell(Liveness liveness)
{
    switch (liveness) {
    case Liveness::Alive:
        return {word(liveness), Colour::Green};
    case Liveness::Syncing:
    case Liveness::Evasive:
        return {word(liveness), Colour::Yellow};
    case Liveness::Unreachable:
    case Liveness::Lost:
        return {word(liveness), Colour::Red};
    }
    return word(liveness);
}

std::string age(TimePoint then, std::optional<TimePoint> now)
{
    if (!now)
        return "?";
    const auto seconds = std::max<std::int64_t>(
        0, std::chrono::duration_cast<std::chrono::seconds>(*now - then).count());
    if (seconds < 120)
        return std::to_string(seconds) + " s";
    if (seconds < 2 * 3600)
        return std::to_string(seconds / 60) + " min";
    if (seconds < 48 * 3600)
        return std::to_string(seconds / 3600) + " h";
    return std::to_string(seconds / 86400) + " d";
}

std::string moment(TimePoint then, std::optional<TimePoint> now)
{
    std::string text = model::toString(then); // 2026-11-23T03:10:35.123Z
    if (text.size() >= 19) {
        text = text.substr(0, 19) + " UTC";
        text[10] = ' ';
    }
    if (!now)
        return text;
    if (then > *now)
        return text + " (in " + age(*now, then) + ")";
    return text + " (" + age(then, now) + " ago)";
}

std::string span(Duration duration)
{
    const auto seconds = std::max<std::int64_t>(
        0, std::chrono::duration_cast<std::chrono::seconds>(duration).count());
    struct Unit
    {
        std::int64_t seconds;
        const char* name;
    };
    static constexpr std::array<Unit, 4> kUnits{
        {{86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}}};
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        if (seconds < kUnits[i].seconds && i + 1 < kUnits.size())
            continue;
        std::string text = std::to_string(seconds / kUnits[i].seconds) + kUnits[i].name;
        const std::int64_t rest = seconds % kUnits[i].seconds;
        if (i + 1 < kUnits.size() && rest >= kUnits[i + 1].seconds)
            text += " " + std::to_string(rest / kUnits[i + 1].seconds) + kUnits[i + 1].name;
        return text;
    }
    return "0 s";
}

std::string sizeWord(const std::optional<ByteCount>& size)
{
    return size ? model::toString(*size) : "-";
}

std::string progressWord(const TransferProgress& progress)
{
    std::string text = "pass " + std::to_string(std::max(1U, progress.pass)) + ": " +
                       model::toString(progress.bytesDone);
    if (progress.bytesTotal.value == 0) {
        if (progress.bytesPerSecond > 0)
            text += ", " + model::toString(ByteCount{progress.bytesPerSecond}) + "/s";
        return text;
    }
    const double share = 100.0 * static_cast<double>(progress.bytesDone.value) /
                         static_cast<double>(progress.bytesTotal.value);
    text += " of " + model::toString(progress.bytesTotal) + ", " +
            std::to_string(std::min(100, static_cast<int>(share))) + " %";
    if (progress.bytesPerSecond == 0)
        return text;
    text += ", " + model::toString(ByteCount{progress.bytesPerSecond}) + "/s";
    if (progress.bytesTotal > progress.bytesDone)
        text += ", " +
                span(std::chrono::seconds{(progress.bytesTotal.value - progress.bytesDone.value) /
                                              progress.bytesPerSecond +
                                          1}) +
                " left";
    return text;
}

std::string briefly(const std::vector<Condition>& conditions)
{
    const auto worst = std::max_element(
        conditions.begin(), conditions.end(),
        [](const Condition& a, const Condition& b) { return a.severity < b.severity; });
    if (worst == conditions.end())
        return {};
    return worst->message.empty()
               ? (worst->reason.empty() ? model::toString(worst->type) : worst->reason)
               : worst->message;
}

std::vector<std::string> fully(const Condition& condition, std::optional<TimePoint> now)
{
    std::vector<std::string> lines;
    std::string head =
        std::string(model::toString(condition.severity)) + ": " + model::toString(condition.type);
    if (!condition.reason.empty() && condition.reason != model::toString(condition.type))
        head += " (" + condition.reason + ")";
    lines.push_back(head);
    if (!condition.message.empty())
        lines.push_back(condition.message);
    std::string since = "since " + moment(condition.since, now);
    if (condition.attempts > 0)
        since += ", " + std::to_string(condition.attempts) +
                 (condition.attempts == 1 ? " try" : " tries");
    if (condition.nextRetry) {
        since += ", next try ";
        since += !now                           ? "at " + moment(*condition.nextRetry, now)
                 : *condition.nextRetry <= *now ? "now"
                                                : "in " + age(*now, *condition.nextRetry);
    }
    lines.push_back(since);
    if (!condition.suggestion.empty())
        lines.push_back("next: " + condition.suggestion);
    return lines;
}

std::string labelsWord(const Labels& labels)
{
    std::string text;
    for (const auto& [key, value] : labels)
        text += (text.empty() ? "" : ", ") + key + "=" + value;
    return text;
}

std::string whereabouts(const DatasetView& view, const NodeNames& names)
{
    if (view.ledger && view.ledger->handover)
        return names(view.ledger->handover->source) + " -> " + names(view.ledger->handover->target);
    if (view.ledger && view.ledger->owner)
        return names(*view.ledger->owner);
    if (view.record.spec.placement.node)
        return names(*view.record.spec.placement.node);
    return "-";
}

std::string remark(const DatasetView& view, std::optional<TimePoint> now)
{
    const bool purged = view.ledger && view.ledger->purgeCommitted;
    const bool fine = view.status.sync == Sync::InSync &&
                      (view.status.health == Health::Healthy || view.record.deletion);
    const std::string trouble = fine && !purged ? std::string() : briefly(view.status.conditions);
    if (view.record.deletion || purged) {
        std::string text = "deleted";
        if (purged) {
            text = "being destroyed";
        } else if (now) {
            const TimePoint end = view.record.deletion->at.wall + view.record.deletion->grace;
            text += end > *now ? ", purged in " + age(*now, end) : ", being purged";
        }
        return trouble.empty() ? text : text + "; " + trouble;
    }
    if (view.ledger && view.ledger->handover && view.status.sync != Sync::Blocked) {
        if (view.status.transfer && view.ledger->handover->phase == HandoverPhase::Copying)
            return progressWord(*view.status.transfer);
        return std::string("moving: ") + model::toString(view.ledger->handover->phase);
    }
    return trouble;
}

void Sheet::line(const std::string& label, const std::string& value)
{
    if (value.empty())
        return;
    constexpr std::size_t kColumn = 16;
    const std::size_t limit = m_terminal.width > 0 ? m_terminal.width : 80;
    const auto lines = wrap(harmless(value), limit > kColumn + 20 ? limit - kColumn : 20);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string head = i == 0 ? label + ":" : std::string();
        m_terminal.out << m_terminal.paint(Colour::Dim, head)
                       << std::string(kColumn - std::min(kColumn - 1, columnsOf(head)), ' ')
                       << lines[i] << '\n';
    }
}

void Sheet::heading(const std::string& text)
{
    m_terminal.out << m_terminal.paint(Colour::Bold, text) << '\n';
}

void Sheet::indented(const std::string& text, std::size_t columns)
{
    const std::size_t limit = m_terminal.width > 0 ? m_terminal.width : 80;
    for (const std::string& line :
         wrap(harmless(text), limit > columns + 20 ? limit - columns : 20))
        m_terminal.out << std::string(columns, ' ') << line << '\n';
}

} // namespace drover::cli
