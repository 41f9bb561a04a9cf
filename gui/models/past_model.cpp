#include "gui/models/past_model.h"

#include "gui/models/roles.h"
#include "gui/models/words.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <utility>

namespace drover::gui::models {

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::PastModel)
};

std::string keyOf(const model::DatasetId& id) { return "d:" + id.toString(); }
std::string keyOf(const model::NodeId& id) { return "n:" + id.toString(); }

QString sizeOf(const model::DatasetRecord& record)
{
    return record.spec.size ? Words::size(*record.spec.size) : Text::tr("as large as its pool");
}

QString placeOf(const ClusterData& data, const model::DatasetRecord& record)
{
    const model::Placement& placement = record.spec.placement;
    return placement.node ? data.nodeName(*placement.node) : Text::tr("wherever it fits");
}

QString stateOf(const model::DatasetRecord& record)
{
    return record.deletion ? Text::tr("deleted") : Text::tr("wanted");
}

QString stateOf(const model::NodeRecord& record)
{
    return record.cordoned ? Text::tr("cordoned") : Text::tr("open");
}

// Field by field; `then` and `now` may be null.
std::vector<FieldRow> fieldsOf(const ClusterData& data, const model::DatasetRecord* then,
                               const model::DatasetRecord* now)
{
    std::vector<FieldRow> rows;
    const auto add = [&](const QString& field, const auto& say) {
        FieldRow row{field, then ? say(*then) : QString(), now ? say(*now) : QString(), false};
        if (row.desired.isEmpty() && row.actual.isEmpty())
            return;
        row.differs = row.desired != row.actual;
        for (QString* text : {&row.desired, &row.actual}) // said, not left out
            if (text->isEmpty())
                *text = QStringLiteral("–");
        rows.push_back(std::move(row));
    };
    using Record = model::DatasetRecord;
    add(Text::tr("State"), [](const Record& r) { return stateOf(r); });
    add(Text::tr("Name"), [](const Record& r) { return Words::text(r.header.name); });
    add(Text::tr("Node"), [&](const Record& r) { return placeOf(data, r); });
    add(Text::tr("Pool"), [](const Record& r) { return Words::text(r.spec.placement.pool); });
    add(Text::tr("Wanted labels of the node"),
        [](const Record& r) { return Words::labels(r.spec.placement.requiredLabels); });
    add(Text::tr("Size"), [](const Record& r) { return sizeOf(r); });
    add(Text::tr("Filesystem"), [](const Record& r) { return Words::text(r.spec.filesystem); });
    add(Text::tr("Labels"), [](const Record& r) { return Words::labels(r.header.labels); });
    add(Text::tr("Metadata"), [](const Record& r) { return Words::labels(r.spec.metadata); });
    return rows;
}

std::vector<FieldRow> fieldsOf(const model::NodeRecord* then, const model::NodeRecord* now)
{
    // A node without a record is open and has no labels.
    static const model::NodeRecord kNone{};
    then = then ? then : &kNone;
    now = now ? now : &kNone;
    std::vector<FieldRow> rows{{Text::tr("State"), stateOf(*then), stateOf(*now), false},
                               {Text::tr("Labels"), Words::labels(then->header.labels),
                                Words::labels(now->header.labels), false}};
    for (FieldRow& row : rows)
        row.differs = row.desired != row.actual;
    return rows;
}

QString differenceOf(const std::vector<FieldRow>& fields)
{
    QStringList names;
    for (const FieldRow& field : fields)
        if (field.differs)
            names << field.field;
    return names.join(QStringLiteral(", "));
}

Sign signOf(PastRow::Against against)
{
    switch (against) {
    case PastRow::Against::Same:
        return Sign::Good;
    case PastRow::Against::Changed:
        return Sign::Warning;
    case PastRow::Against::GoneSince:
        return Sign::Gone;
    case PastRow::Against::BackSince:
    case PastRow::Against::MadeSince:
        return Sign::Info;
    }
    return Sign::None;
}

} // namespace

PastModel::PastModel(const ClusterData& data, QObject* parent)
    : KeyedTableModel(parent), m_data(data)
{
    connect(&data, &ClusterData::changed, this, &PastModel::update);
}

void PastModel::take(model::Revision revision, const std::vector<model::Record>& records)
{
    m_revision = revision;
    m_datasets.clear();
    m_nodes.clear();
    for (const model::Record& record : records) {
        if (const auto* dataset = std::get_if<model::DatasetRecord>(&record))
            m_datasets.emplace(dataset->id, *dataset);
        else if (const auto* node = std::get_if<model::NodeRecord>(&record))
            m_nodes.emplace(node->id, *node);
    }
    std::vector<PastRow> rows;
    const auto add = [&](const auto& id) {
        if (auto row = rowOf(id))
            rows.push_back(std::move(*row));
    };
    for (const auto& [id, record] : m_datasets)
        add(id);
    for (const auto& [id, record] : m_data.datasets())
        if (!m_datasets.contains(id))
            add(id);
    for (const auto& [id, ledger] : m_data.nodeLedgers())
        add(id);
    for (const auto& [id, record] : m_nodes)
        if (!m_data.nodeLedger(id))
            add(id);
    reset(std::move(rows));
}

void PastModel::clear()
{
    m_revision = 0;
    m_datasets.clear();
    m_nodes.clear();
    reset({});
}

std::size_t PastModel::different() const
{
    return static_cast<std::size_t>(std::count_if(rows().begin(), rows().end(), [](const auto& r) {
        return r.against != PastRow::Against::Same;
    }));
}

void PastModel::update(const Touched& touched)
{
    if (m_revision == 0)
        return;
    if (touched.all)
        return clear();
    std::vector<PastRow> present;
    std::vector<std::string> gone;
    const auto look = [&](const auto& id) {
        if (auto row = rowOf(id))
            present.push_back(std::move(*row));
        else
            gone.push_back(keyOf(id));
    };
    for (const model::DatasetId& id : touched.datasets)
        look(id);
    for (const model::NodeId& id : touched.nodes)
        look(id);
    merge(std::move(present), gone);
}

std::optional<PastRow> PastModel::rowOf(const model::DatasetId& id) const
{
    const auto found = m_datasets.find(id);
    const model::DatasetRecord* then = found == m_datasets.end() ? nullptr : &found->second;
    const model::DatasetRecord* now = m_data.dataset(id);
    if (!then && (!now || now->deletion))
        return std::nullopt; // made and deleted since: there is nothing to be seen of it
    const model::DatasetRecord& shown = then ? *then : *now;
    PastRow row;
    row.id = keyOf(id);
    row.name = Words::text(shown.header.name);
    row.kind = tr("dataset");
    row.node = placeOf(m_data, shown);
    row.size = sizeOf(shown);
    row.labels = Words::labels(shown.header.labels);
    if (!shown.spec.metadata.empty())
        row.labels += (row.labels.isEmpty() ? QString() : QStringLiteral(", ")) +
                      Words::labels(shown.spec.metadata);
    row.state = then ? stateOf(*then) : tr("not there yet");
    using Against = PastRow::Against;
    const bool livedThen = then && !then->deletion;
    const bool livesNow = now && !now->deletion;
    if (!then) {
        row.against = Against::MadeSince;
        row.difference = tr("made since");
    } else if (livedThen && !livesNow) {
        row.against = Against::GoneSince;
        row.difference = now ? tr("deleted since") : tr("purged since");
    } else if (!livedThen && livesNow) {
        row.against = Against::BackSince;
        row.difference = tr("brought back since");
    } else if (!now) {
        row.against = Against::GoneSince;
        row.difference = tr("purged since");
    } else if (row.difference = differenceOf(fieldsOf(m_data, then, now));
               !row.difference.isEmpty()) {
        row.against = Against::Changed;
    }
    return row;
}

std::optional<PastRow> PastModel::rowOf(const model::NodeId& id) const
{
    const auto found = m_nodes.find(id);
    const model::NodeRecord* then = found == m_nodes.end() ? nullptr : &found->second;
    const model::NodeRecord* now = m_data.node(id);
    if (!then && !now)
        return std::nullopt; // nobody has wished anything of it
    PastRow row;
    row.id = keyOf(id);
    row.name =
        m_data.nodeLedger(id) ? m_data.nodeName(id) : Words::text((then ? then : now)->header.name);
    row.kind = tr("node");
    row.state = then ? stateOf(*then) : tr("open");
    row.labels = then ? Words::labels(then->header.labels) : QString();
    if (!m_data.nodeLedger(id)) {
        row.against = PastRow::Against::GoneSince;
        row.difference = tr("forgotten since");
    } else if (row.difference = differenceOf(fieldsOf(then, now)); !row.difference.isEmpty()) {
        row.against = PastRow::Against::Changed;
    }
    return row;
}

std::vector<FieldRow> PastModel::thenAndNow(int row) const
{
    const std::string& key = this->row(row).id;
    const std::string id = key.substr(2);
    if (key.front() == 'd') {
        const auto dataset = model::DatasetId::parse(id);
        const auto found = dataset ? m_datasets.find(*dataset) : m_datasets.end();
        return fieldsOf(m_data, found == m_datasets.end() ? nullptr : &found->second,
                        dataset ? m_data.dataset(*dataset) : nullptr);
    }
    const auto node = model::NodeId::parse(id);
    const auto found = node ? m_nodes.find(*node) : m_nodes.end();
    return fieldsOf(found == m_nodes.end() ? nullptr : &found->second,
                    node ? m_data.node(*node) : nullptr);
}

int PastModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString PastModel::text(const PastRow& row, int column) const
{
    switch (column) {
    case Name:
        return row.name;
    case Kind:
        return row.kind;
    case State:
        return row.state;
    case Node:
        return row.node;
    case Size:
        return row.size;
    case Labels:
        return row.labels;
    case Difference:
        switch (row.against) {
        case PastRow::Against::Same:
            return tr("the same");
        case PastRow::Against::Changed:
            return tr("changed since: %1").arg(row.difference);
        default:
            return row.difference;
        }
    default:
        return {};
    }
}

QVariant PastModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const PastRow& row = this->row(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return text(row, index.column());
    case kSortRole:
        if (index.column() == Difference) // what differs stands together
            return QString::number(static_cast<int>(row.against)) + row.difference;
        return text(row, index.column());
    case SignRole:
        return index.column() == Difference ? static_cast<int>(signOf(row.against))
                                            : static_cast<int>(Sign::None);
    case StruckRole:
        return row.against == PastRow::Against::GoneSince;
    default:
        return {};
    }
}

QVariant PastModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Name");
    case Kind:
        return tr("Kind");
    case State:
        return tr("State");
    case Node:
        return tr("Node");
    case Size:
        return tr("Size");
    case Labels:
        return tr("Labels, metadata");
    case Difference:
        return tr("Against now");
    default:
        return {};
    }
}

} // namespace drover::gui::models
