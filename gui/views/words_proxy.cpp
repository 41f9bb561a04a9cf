#include "gui/views/words_proxy.h"

#include "gui/models/filter_role.h"
#include "gui/models/datasets_view_model.h"

#include <algorithm>

namespace drover::gui {

void WordsProxy::setWords(const QString& text)
{
    m_words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool WordsProxy::filterAcceptsRow(int row, const QModelIndex&) const
{
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) {
        if (!word.startsWith(QLatin1Char('!')))
            return has(row, word);
        return word.size() == 1 || !has(row, word.mid(1)); // a lone one is still being typed
    });
}

bool WordsProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const QVariant a = left.data(sortRole());
    const QVariant b = right.data(sortRole());
    if (a.typeId() == QMetaType::QString && b.typeId() == QMetaType::QString)
        return models::compareNaturally(a.toString(), b.toString()) < 0;
    return QSortFilterProxyModel::lessThan(left, right);
}

bool WordsProxy::has(int row, const QString& word) const
{
    const QAbstractItemModel& model = *sourceModel();
    if (model.index(row, 0)
            .data(models::kFilterRole)
            .toStringList()
            .contains(word, Qt::CaseInsensitive))
        return true;
    for (int column = 0; column < model.columnCount(); ++column)
        if (model.index(row, column).data().toString().contains(word, Qt::CaseInsensitive))
            return true;
    return false;
}

} // namespace drover::gui
