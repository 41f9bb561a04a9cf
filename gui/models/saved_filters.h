#pragma once

// The filters that a person has given a name, for the table of datasets; kept in the settings.
//
// Owner: the GUI thread.

#include <QObject>
#include <QString>

#include <vector>

namespace drover::gui::models {

class SavedFilters final : public QObject
{
    Q_OBJECT
public:
    struct Entry
    {
        QString name;
        QString text;
        bool operator==(const Entry&) const = default;
    };
    static constexpr qsizetype kLongestName = 60;

    explicit SavedFilters(QObject* parent = nullptr);

    // By name.
    [[nodiscard]] const std::vector<Entry>& entries() const { return m_entries; }
    [[nodiscard]] const Entry* find(const QString& name) const;
    // Adds it, or puts it in the place of the one of that name.
    void save(const QString& name, const QString& text);
    void remove(const QString& name);

Q_SIGNALS:
    void changed();

private:
    void store();

    std::vector<Entry> m_entries;
};

} // namespace drover::gui::models
