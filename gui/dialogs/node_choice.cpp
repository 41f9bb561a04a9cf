#include "gui/dialogs/node_choice.h"

#include "gui/models/datasets_view_model.h"
#include "gui/models/words.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace drover::gui {

using models::Words;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::NodeChoice)
};

NodeChoice choiceOf(const models::ClusterData& data, const model::NodeLedger& ledger)
{
    NodeChoice choice{ledger.id, data.nodeName(ledger.id), {}, true};
    const model::NodeRecord* record = data.node(ledger.id);
    const model::NodeState* state = data.nodeState(ledger.id);
    const model::Liveness liveness = ledger.lost ? model::Liveness::Lost
                                     : state     ? state->liveness
                                                 : model::Liveness::Unreachable;
    if (liveness != model::Liveness::Alive) {
        choice.note = Words::of(liveness);
        choice.good = false;
    } else if (record && record->cordoned) {
        choice.note = Text::tr("cordoned");
        choice.good = false;
    } else {
        model::ByteCount most;
        for (const model::PoolState& pool : state->pools)
            if (pool.available)
                most = std::max(most, pool.free);
        choice.note = Text::tr("%1 free").arg(Words::size(most));
    }
    return choice;
}

} // namespace

std::vector<NodeChoice> nodeChoices(const models::ClusterData& data)
{
    std::vector<NodeChoice> choices;
    for (const auto& [id, ledger] : data.nodeLedgers())
        choices.push_back(choiceOf(data, ledger));
    std::sort(choices.begin(), choices.end(), [](const NodeChoice& a, const NodeChoice& b) {
        return a.good != b.good ? a.good : models::compareNaturally(a.name, b.name) < 0;
    });
    return choices;
}

QStringList poolNames(const models::ClusterData& data, const std::optional<model::NodeId>& node)
{
    QStringList names;
    for (const auto& [id, ledger] : data.nodeLedgers()) {
        const model::NodeState* state = data.nodeState(id);
        if (!state || (node && *node != id))
            continue;
        for (const model::PoolState& pool : state->pools)
            names << Words::text(pool.name);
    }
    names.sort();
    names.removeDuplicates();
    return names;
}

void addNodes(QComboBox& box, const models::ClusterData& data)
{
    for (const NodeChoice& choice : nodeChoices(data))
        box.addItem(choice.note.isEmpty() ? choice.name
                                          : Text::tr("%1 (%2)").arg(choice.name, choice.note),
                    QString::fromStdString(choice.id.toString()));
}

std::optional<model::NodeId> chosenNode(const QComboBox& box)
{
    const auto id = model::NodeId::parse(box.currentData().toString().toStdString());
    return id ? std::optional(*id) : std::nullopt;
}

model::Result<model::Labels> parseLabels(const QString& text)
{
    model::Labels labels;
    for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        const QString pair = part.trimmed();
        const auto equals = pair.indexOf(QLatin1Char('='));
        if (pair.isEmpty())
            continue;
        if (equals <= 0)
            return model::Error{
                model::ErrorCode::InvalidArgument,
                Text::tr("'%1' is not of the form key=value").arg(pair).toStdString(), "", ""};
        labels[pair.left(equals).trimmed().toStdString()] =
            pair.mid(equals + 1).trimmed().toStdString();
    }
    return labels;
}

} // namespace drover::gui
