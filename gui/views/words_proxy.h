#pragma once

// Sorts a small table, texts with numbers in them by the numbers (`n2` before `n10`), and filters it by words: each is somewhere in the row's cells, or is one of
// the row's kFilterRole (`is:silent`). `!` in front means not.

#include <QSortFilterProxyModel>
#include <QStringList>

namespace drover::gui {

class WordsProxy final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setWords(const QString& text);

protected:
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    [[nodiscard]] bool has(int row, const QString& word) const;

    QStringList m_words;
};

} // namespace drover::gui
