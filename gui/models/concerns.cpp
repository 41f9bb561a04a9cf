#include "gui/models/concerns.h"

#include "gui/models/dataset_row.h"
#include "gui/models/datasets_view_model.h"
#include "gui/models/node_concerns.h"
#include "gui/models/roles.h"
#include "gui/models/suggestion.h"
#include "gui/models/words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

constexpr std::array kOfNodes{NodeConcern::Silent, NodeConcern::Trouble, NodeConcern::NearlyFull,
                              NodeConcern::Cordoned};

// Those that it can wait for.
std::vector<NodeId> nodesOf(const DatasetRecord& record, const DatasetLedger* ledger)
{
    std::vector<NodeId> nodes;
    if (ledger && ledger->owner)
        nodes.push_back(*ledger->owner);
    else if (record.spec.placement.node)
        nodes.push_back(*record.spec.placement.node);
    if (ledger && ledger->handover) {
        nodes.push_back(ledger->handover->source);
        nodes.push_back(ledger->handover->target);
    }
    return nodes;
}

bool isAboutNode(ConditionType type)
{
    return type == ConditionType::WaitingForNode || type == ConditionType::NodeUnreachable ||
           type == ConditionType::NodeLost;
}

QString reasonOf(const Condition* condition, const DatasetStatus& status)
{
    if (!condition)
        return Words::of(status.health);
    return condition->message.empty() ? QString::fromLatin1(toString(condition->type))
                                      : Words::text(condition->message);
}

} // namespace

ConcernsModel::ConcernsModel(const ClusterData& data, QObject* parent)
    : KeyedTableModel(parent), m_data(data)
{
    connect(&data, &ClusterData::changed, this, &ConcernsModel::update);
    Touched all;
    all.all = true;
    update(all);
}

void ConcernsModel::update(const Touched& touched)
{
    std::set<std::string> lines;
    if (touched.all) {
        m_causes.clear();
        m_lineOf.clear();
        m_silent.clear();
        reset({});
        for (const auto& [id, ledger] : m_data.nodeLedgers())
            take(id, lines);
        for (const auto& [id, record] : m_data.datasets())
            take(id, lines);
        return tell(lines);
    }
    for (const NodeId& id : touched.nodes)
        take(id, lines);
    for (const DatasetId& id : touched.datasets)
        take(id, lines);
    if (touched.nodeNames) // they stand in the lines of datasets, too
        for (const auto& [line, cause] : m_causes)
            lines.insert(line);
    tell(lines);
}

void ConcernsModel::take(const DatasetId& id, std::set<std::string>& touched)
{
    const DatasetRecord* record = m_data.dataset(id);
    const DatasetStatus* status = m_data.status(id);
    std::string line;
    std::optional<NodeId> at;
    if (record && status && needsPerson(*record, *status)) {
        const DatasetLedger* ledger = m_data.ledger(id);
        const std::vector<NodeId> nodes = nodesOf(*record, ledger);
        const Condition* condition = worst(status->conditions);
        const auto silent = std::find_if(
            nodes.begin(), nodes.end(), [&](const NodeId& node) { return isSilent(m_data, node); });
        if (silent != nodes.end())
            at = *silent;
        else if (!nodes.empty())
            at = nodes.front();
        if (at && (silent != nodes.end() || (condition && isAboutNode(condition->type))))
            line = lineId(NodeConcern::Silent, *at);
        else
            line = "c/" +
                   (condition ? std::string(toString(condition->type)) + "/" + condition->reason
                              : std::string()) +
                   "/" + (at ? at->toString() : std::string());
    }
    const auto before = m_lineOf.find(id);
    if (before != m_lineOf.end()) {
        touched.insert(before->second); // it shows one of its datasets
        if (before->second == line)
            return;
        const auto cause = m_causes.find(before->second);
        cause->second.datasets.erase(id);
        if (cause->second.datasets.empty())
            m_causes.erase(cause);
        m_lineOf.erase(before);
    }
    if (line.empty())
        return;
    Cause& cause = m_causes[line];
    cause.node = at;
    cause.datasets.insert(id);
    m_lineOf[id] = line;
    touched.insert(std::move(line));
}

void ConcernsModel::take(const NodeId& id, std::set<std::string>& touched)
{
    for (const NodeConcern concern : kOfNodes)
        touched.insert(lineId(concern, id));
    bool& silent = m_silent[id];
    if (std::exchange(silent, isSilent(m_data, id)) == isSilent(m_data, id))
        return;
    // Its datasets have, or had, another line; only those that need somebody are looked at.
    std::vector<DatasetId> datasets;
    for (const auto& [line, cause] : m_causes)
        if (cause.node == id)
            datasets.insert(datasets.end(), cause.datasets.begin(), cause.datasets.end());
    for (const DatasetId& dataset : datasets)
        take(dataset, touched);
}

void ConcernsModel::tell(const std::set<std::string>& touched)
{
    std::vector<ConcernRow> present;
    std::vector<std::string> gone;
    for (const std::string& id : touched) {
        if (auto row = rowOf(id))
            present.push_back(std::move(*row));
        else if (find(id) >= 0)
            gone.push_back(id);
    }
    if (!present.empty() || !gone.empty())
        merge(std::move(present), gone);
}

std::optional<ConcernRow> ConcernsModel::rowOf(const std::string& id) const
{
    const auto cause = m_causes.find(id);
    const std::size_t datasets = cause == m_causes.end() ? 0 : cause->second.datasets.size();
    if (!id.starts_with("c/")) {
        const auto node = NodeId::parse(id.substr(id.find('/') + 1));
        if (!node)
            return std::nullopt;
        const auto concern = static_cast<NodeConcern>(std::stoi(id));
        auto row = nodeConcern(m_data, concern, *node, datasets);
        if (row && row->suggestion.isEmpty() && datasets > 0) // one of them may know
            row->suggestion = datasetsRow(cause->second).suggestion;
        return row;
    }
    if (datasets == 0)
        return std::nullopt;
    ConcernRow row = datasetsRow(cause->second);
    row.id = id;
    return row;
}

ConcernRow ConcernsModel::datasetsRow(const Cause& cause) const
{
    ConcernRow row;
    row.datasets = cause.datasets.size();
    row.node = cause.node;
    const DatasetId& first = *cause.datasets.begin();
    const DatasetRecord* record = m_data.dataset(first);
    const DatasetStatus* status = m_data.status(first);
    if (!record || !status)
        return row;
    const Condition* condition = worst(status->conditions);
    const bool blocked = status->sync == Sync::Blocked;
    row.urgency = blocked || status->health == Health::Unavailable ? 1 : 3;
    row.sign = blocked ? Sign::Bad : signOf(status->health);
    row.reason = reasonOf(condition, *status);
    if (condition) {
        row.since = condition->since;
        row.suggestion = Words::text(condition->suggestion);
    }
    const QString name = Words::text(record->header.name);
    if (row.datasets == 1) {
        row.what = name;
        row.dataset = first;
        row.remedy = condition && suggestionIn(condition->suggestion, m_data, first)
                         ? Remedy::Suggested
                         : Remedy::ShowDataset;
        return row;
    }
    row.what = cause.node
                   ? tr("%L1 datasets on %2").arg(row.datasets).arg(m_data.nodeName(*cause.node))
                   : tr("%L1 datasets").arg(row.datasets);
    row.reason = tr("%1, e.g. %2").arg(row.reason, name);
    row.remedy = Remedy::ShowDatasets;
    row.filter = blocked ? QStringLiteral("sync:blocked")
                         : QStringLiteral("health:") +
                               QString::fromLatin1(toString(status->health)).toLower();
    if (cause.node)
        row.filter += QStringLiteral(" node:") + m_data.nodeName(*cause.node);
    return row;
}

void ConcernsModel::setNow(TimePoint now)
{
    m_now = now;
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, Since), index(rowCount() - 1, Since), {Qt::DisplayRole});
}

int ConcernsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ConcernsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ConcernRow& row = this->row(index.row());
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case What:
            return row.what;
        case Why:
            return row.suggestion.isEmpty() ? row.reason
                                            : row.reason + QStringLiteral(" → ") + row.suggestion;
        case Since:
            return row.since ? Words::age(*row.since, m_now) : QString();
        case Datasets:
            return row.datasets > 0 ? tr("%L1").arg(row.datasets) : QString();
        case Act:
            return row.remedy == Remedy::ShowNode       ? tr("Show the node")
                   : row.remedy == Remedy::ShowDataset  ? tr("Show it")
                   : row.remedy == Remedy::ShowDatasets ? tr("Show the datasets")
                   : row.remedy == Remedy::Suggested    ? tr("Do as suggested")
                                                        : tr("Uncordon");
        default:
            return {};
        }
    case Qt::ToolTipRole:
        if (index.column() == Since)
            return row.since ? Words::moment(*row.since) : QString();
        return row.suggestion.isEmpty() ? row.reason
                                        : tr("%1 – to do: %2").arg(row.reason, row.suggestion);
    case Qt::TextAlignmentRole:
        if (index.column() == Datasets)
            return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case SignRole:
        return index.column() == What ? QVariant(static_cast<int>(row.sign)) : QVariant();
    default:
        return {};
    }
}

QVariant ConcernsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole && section == Datasets)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter); // as its cells
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case What:
        return tr("What");
    case Why:
        return tr("Why");
    case Since:
        return tr("Since");
    case Datasets:
        return tr("Datasets");
    case Act:
        return tr("To do");
    default:
        return {};
    }
}

WorstFirst::WorstFirst(ConcernsModel& model, QObject* parent)
    : QSortFilterProxyModel(parent), m_model(model)
{
    setSourceModel(&model);
    sort(ConcernsModel::What);
}

const ConcernRow& WorstFirst::row(const QModelIndex& index) const
{
    return m_model.row(mapToSource(index).row());
}

bool WorstFirst::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const ConcernRow& a = m_model.row(left.row());
    const ConcernRow& b = m_model.row(right.row());
    if (a.urgency != b.urgency)
        return a.urgency < b.urgency;
    if (a.datasets != b.datasets)
        return a.datasets > b.datasets;
    return compareNaturally(a.what, b.what) < 0;
}

} // namespace drover::gui::models
