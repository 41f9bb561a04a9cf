#include "gui/models/datasets_view_model.h"

#include "gui/models/datasets_model.h"

#include <utility>

namespace drover::gui::models {

DatasetsViewModel::DatasetsViewModel(DatasetsModel& source, QObject* parent)
    : QSortFilterProxyModel(parent), m_source(source)
{
    setSourceModel(&source);
    setDynamicSortFilter(true);
}

void DatasetsViewModel::setFilter(const QString& text)
{
    if (text == m_text)
        return;
    m_text = text;
    m_filter = Filter::parse(text);
    invalidateRowsFilter();
    Q_EMIT filterChanged();
}

void DatasetsViewModel::setCondition(std::function<bool(const DatasetRow&)> condition)
{
    m_condition = std::move(condition);
    invalidateRowsFilter();
}

void DatasetsViewModel::setShowDeleted(bool show)
{
    if (show == m_showDeleted)
        return;
    m_showDeleted = show;
    invalidateRowsFilter();
    Q_EMIT filterChanged();
}

const DatasetRow& DatasetsViewModel::row(const QModelIndex& proxyIndex) const
{
    return m_source.row(mapToSource(proxyIndex).row());
}

QModelIndex DatasetsViewModel::indexOf(const model::DatasetId& id) const
{
    const int number = m_source.find(id);
    return number < 0 ? QModelIndex() : mapFromSource(m_source.index(number, 0));
}

bool DatasetsViewModel::filterAcceptsRow(int sourceRow, const QModelIndex& /*parent*/) const
{
    const DatasetRow& row = m_source.row(sourceRow);
    if (row.deleted && !m_showDeleted && !m_filter.wantsDeleted())
        return false;
    if (m_condition && !m_condition(row))
        return false;
    return m_filter.matches(row);
}

bool DatasetsViewModel::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const DatasetRow& a = m_source.row(left.row());
    const DatasetRow& b = m_source.row(right.row());
    const auto byName = [&] {
        const int order = compareNaturally(a.name, b.name);
        return order != 0 ? order < 0 : a.id < b.id;
    };
    // Equal ones by name, so that rows do not jump about.
    const auto by = [&](const auto& x, const auto& y) { return x == y ? byName() : x < y; };
    const auto byText = [&](const QString& x, const QString& y) {
        const int order = compareNaturally(x, y);
        return order != 0 ? order < 0 : byName();
    };
    switch (left.column()) {
    case DatasetsModel::SyncState:
        // what is wrong first, deleted last
        return by(a.deleted ? -1 : static_cast<int>(a.sync),
                  b.deleted ? -1 : static_cast<int>(b.sync));
    case DatasetsModel::HealthState:
        return by(urgency(b), urgency(a));
    case DatasetsModel::Node:
        return byText(a.node, b.node);
    case DatasetsModel::Pool:
        return byText(a.pool, b.pool);
    case DatasetsModel::Size:
        return by(a.size, b.size);
    case DatasetsModel::Used:
        return by(a.used, b.used);
    case DatasetsModel::Leases:
        return byText(a.holders, b.holders);
    case DatasetsModel::Reason:
        return byText(a.reason, b.reason);
    case DatasetsModel::Labels:
        return byText(a.labels, b.labels);
    case DatasetsModel::Filesystem:
        return byText(a.filesystem, b.filesystem);
    case DatasetsModel::Epoch:
        return by(a.epoch, b.epoch);
    case DatasetsModel::Revision:
        return by(a.modRevision, b.modRevision);
    default:
        return byName();
    }
}

int compareNaturally(const QString& left, const QString& right)
{
    qsizetype i = 0;
    qsizetype j = 0;
    const auto skipZeros = [](const QString& text, qsizetype& at) {
        while (at < text.size() && text.at(at) == QLatin1Char('0'))
            ++at;
    };
    const auto digits = [](const QString& text, qsizetype at) {
        qsizetype end = at;
        while (end < text.size() && text.at(end).isDigit())
            ++end;
        return end - at;
    };
    while (i < left.size() && j < right.size()) {
        if (left.at(i).isDigit() && right.at(j).isDigit()) {
            skipZeros(left, i);
            skipZeros(right, j);
            const qsizetype a = digits(left, i);
            const qsizetype b = digits(right, j);
            if (a != b)
                return a < b ? -1 : 1;
            for (qsizetype k = 0; k < a; ++k, ++i, ++j)
                if (left.at(i) != right.at(j))
                    return left.at(i) < right.at(j) ? -1 : 1;
            continue;
        }
        const QChar a = left.at(i++).toCaseFolded();
        const QChar b = right.at(j++).toCaseFolded();
        if (a != b)
            return a < b ? -1 : 1;
    }
    if (left.size() - i != right.size() - j)
        return left.size() - i < right.size() - j ? -1 : 1;
    return left.compare(right);
}

} // namespace drover::gui::models
