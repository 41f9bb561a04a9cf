#include "gui/models/detail.h"
#include "gui/models/node_row.h"
#include "gui/models/words.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::NodeDetail)
};

QString poolWords(const PoolState& pool)
{
    QStringList parts;
    parts
        << (pool.available
                ? Text::tr("%1 free of %2").arg(Words::size(pool.free), Words::size(pool.capacity))
                : Text::tr("unavailable"));
    if (pool.shared)
        parts << Text::tr("shared, fence: %1").arg(QString::fromLatin1(toString(pool.fence)));
    if (isNearlyFull(pool))
        parts << Text::tr("nearly full");
    return parts.join(QStringLiteral(", "));
}

std::vector<FieldRow> fieldsOf(const ClusterData& data, const NodeLedger& ledger, TimePoint now)
{
    std::vector<FieldRow> rows;
    const auto add = [&rows](const QString& field, const QString& desired, const QString& actual,
                             bool differs = false) {
        if (!desired.isEmpty() || !actual.isEmpty())
            rows.push_back({field, desired, actual, differs});
    };
    const NodeRecord* record = data.node(ledger.id);
    const NodeState* state = data.nodeState(ledger.id);
    add(Text::tr("Datasets"), {}, QString::number(data.ownedBy(ledger.id)));
    add(Text::tr("Placement"),
        record && record->cordoned ? Text::tr("cordoned: nothing new is placed here")
                                   : Text::tr("open"),
        {});
    if (record)
        add(Text::tr("Labels"), Words::labels(record->header.labels), {});
    if (state) {
        add(Text::tr("Own labels"), {}, Words::labels(state->labels));
        add(Text::tr("Last heard"), {}, Words::moment(state->lastHeard, now));
        for (const PoolState& pool : state->pools)
            add(Text::tr("Pool %1").arg(Words::text(pool.name)), {},
                Words::text(pool.kind) + QStringLiteral(": ") + poolWords(pool));
        add(Text::tr("Agent"), {}, Words::text(state->version));
    }
    add(Text::tr("Address"), {}, Words::text(ledger.address));
    add(Text::tr("Transfers"), {}, Words::text(ledger.bulkEndpoint));
    add(Text::tr("First seen"), {}, Words::moment(ledger.firstSeen, now));
    add(Text::tr("Id"), {}, QString::fromStdString(ledger.id.toString()));
    return rows;
}

} // namespace

Detail detailOf(const ClusterData& data, const NodeLedger& ledger, TimePoint now)
{
    Detail detail;
    const NodeRow row = rowOf(data, ledger);
    detail.title = row.name;
    detail.sign = signOf(row.liveness);
    detail.state = Words::of(row.liveness);
    if (row.since)
        detail.state += Text::tr(" for %1").arg(Words::age(*row.since, now));
    if (!row.reason.isEmpty())
        detail.state += QStringLiteral(" – ") + row.reason;
    detail.fields = fieldsOf(data, ledger, now);
    if (const NodeState* state = data.nodeState(ledger.id)) {
        detail.conditions = state->conditions;
        for (const PoolState& pool : state->pools)
            detail.conditions.insert(detail.conditions.end(), pool.conditions.begin(),
                                     pool.conditions.end());
    }
    std::stable_sort(detail.conditions.begin(), detail.conditions.end(),
                     [](const auto& a, const auto& b) { return a.severity > b.severity; });
    return detail;
}

} // namespace drover::gui::models
