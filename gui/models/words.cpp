#include "gui/models/words.h"

#include <QStringList>

#include <algorithm>
#include <array>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

QString Words::of(Sync sync)
{
    switch (sync) {
    case Sync::InSync:
        return tr("in sync");
    case Sync::Converging:
        return tr("converging");
    case Sync::Blocked:
        return tr("blocked");
    }
    return tr("unknown");
}

QString Words::of(Health health)
{
    switch (health) {
    case Health::Healthy:
        return tr("healthy");
    case Health::Degraded:
        return tr("degraded");
    case Health::Unavailable:
        return tr("unavailable");
    case Health::Unknown:
        return tr("unknown");
    }
    return tr("unknown");
}

QString Words::of(Liveness liveness)
{
    switch (liveness) {
    case Liveness::Syncing:
        return tr("syncing");
    case Liveness::Alive:
        return tr("alive");
    case Liveness::Evasive:
        return tr("evasive");
    case Liveness::Unreachable:
        return tr("unreachable");
    case Liveness::Lost:
        return tr("lost");
    }
    return tr("unknown");
}

QString Words::of(KeyRole role)
{
    switch (role) {
    case KeyRole::Admin:
        return tr("admin");
    case KeyRole::Operator:
        return tr("operator");
    case KeyRole::Viewer:
        return tr("viewer");
    case KeyRole::Plugin:
        return tr("plugin");
    case KeyRole::Node:
        return tr("node");
    }
    return tr("unknown");
}

QString Words::of(HandoverPhase phase)
{
    switch (phase) {
    case HandoverPhase::Copying:
        return tr("copying");
    case HandoverPhase::Frozen:
        return tr("frozen");
    case HandoverPhase::Verified:
        return tr("verified");
    case HandoverPhase::Released:
        return tr("released");
    case HandoverPhase::Granted:
        return tr("granted");
    }
    return tr("unknown");
}

QString Words::of(CopyRole role)
{
    switch (role) {
    case CopyRole::Primary:
        return tr("primary");
    case CopyRole::Receiving:
        return tr("receiving");
    case CopyRole::Released:
        return tr("released");
    case CopyRole::Stale:
        return tr("stale");
    case CopyRole::Trash:
        return tr("trash");
    case CopyRole::Orphan:
        return tr("orphan");
    }
    return tr("unknown");
}

QString Words::of(ConditionSeverity severity)
{
    switch (severity) {
    case ConditionSeverity::Info:
        return tr("info");
    case ConditionSeverity::Warning:
        return tr("warning");
    case ConditionSeverity::Error:
        return tr("error");
    }
    return tr("unknown");
}

QString Words::size(ByteCount bytes) { return QString::fromStdString(model::toString(bytes)); }

QString Words::span(Duration duration)
{
    const auto seconds =
        std::max<qint64>(0, std::chrono::duration_cast<std::chrono::seconds>(duration).count());
    const std::array<std::pair<qint64, QString>, 4> units{{{86400, tr("d", "days")},
                                                           {3600, tr("h", "hours")},
                                                           {60, tr("min")},
                                                           {1, tr("s", "seconds")}}};
    const auto part = [](qint64 number, const QString& unit) {
        return QString::number(number) + QLatin1Char(' ') + unit;
    };
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (seconds < units[i].first && i + 1 < units.size())
            continue;
        QString words = part(seconds / units[i].first, units[i].second);
        const qint64 rest = seconds % units[i].first;
        if (i + 1 < units.size() && rest >= units[i + 1].first)
            words += QLatin1Char(' ') + part(rest / units[i + 1].first, units[i + 1].second);
        return words;
    }
    return {};
}

QString Words::age(TimePoint then, TimePoint now) { return span(now - then); }

QString Words::moment(TimePoint then, std::optional<TimePoint> now)
{
    // RFC 3339 in, a readable form of the same out: 2026-11-23T03:10:35.123Z
    QString words = QString::fromStdString(model::toString(then)).left(19);
    words.replace(QLatin1Char('T'), QLatin1Char(' '));
    words += QStringLiteral(" UTC");
    if (!now)
        return words;
    return then > *now ? tr("%1 (in %2)").arg(words, span(then - *now))
                       : tr("%1 (%2 ago)").arg(words, span(*now - then));
}

QString Words::labels(const Labels& labels)
{
    QStringList parts;
    for (const auto& [key, value] : labels)
        parts << QString::fromStdString(key) + QLatin1Char('=') + QString::fromStdString(value);
    return parts.join(QStringLiteral(", "));
}

QString Words::progress(const TransferProgress& progress)
{
    const QString done = size(progress.bytesDone);
    QString words;
    if (progress.bytesTotal.value == 0)
        words = tr("pass %1: %2").arg(std::max(1U, progress.pass)).arg(done);
    else
        words = tr("pass %1: %2 of %3, %4 %")
                    .arg(std::max(1U, progress.pass))
                    .arg(done, size(progress.bytesTotal))
                    .arg(std::min(100, static_cast<int>(
                                           100.0 * static_cast<double>(progress.bytesDone.value) /
                                           static_cast<double>(progress.bytesTotal.value))));
    if (progress.bytesPerSecond > 0)
        words += tr(", %1/s").arg(size(ByteCount{progress.bytesPerSecond}));
    return words;
}

QString Words::text(const std::string& text) { return QString::fromStdString(text); }

QString Words::of(const Error& error) { return text(model::sentenceOf(error)); }

const Condition* worst(const std::vector<Condition>& conditions)
{
    const auto it = std::max_element(
        conditions.begin(), conditions.end(),
        [](const Condition& a, const Condition& b) { return a.severity < b.severity; });
    return it == conditions.end() ? nullptr : &*it;
}

} // namespace drover::gui::models
