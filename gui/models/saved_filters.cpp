#include "gui/models/saved_filters.h"

#include <QSettings>

#include <algorithm>

namespace drover::gui::models {

namespace {

const auto kList = QStringLiteral("datasets/filters");
const auto kName = QStringLiteral("name");
const auto kText = QStringLiteral("text");

} // namespace

SavedFilters::SavedFilters(QObject* parent) : QObject(parent)
{
    QSettings settings;
    const int count = settings.beginReadArray(kList);
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        m_entries.push_back({settings.value(kName).toString(), settings.value(kText).toString()});
    }
    settings.endArray();
}

const SavedFilters::Entry* SavedFilters::find(const QString& name) const
{
    const auto it = std::find_if(m_entries.begin(), m_entries.end(),
                                 [&](const Entry& entry) { return entry.name == name; });
    return it == m_entries.end() ? nullptr : &*it;
}

void SavedFilters::save(const QString& name, const QString& text)
{
    std::erase_if(m_entries, [&](const Entry& entry) { return entry.name == name; });
    m_entries.push_back({name, text});
    std::sort(m_entries.begin(), m_entries.end(),
              [](const Entry& a, const Entry& b) { return a.name.localeAwareCompare(b.name) < 0; });
    store();
}

void SavedFilters::remove(const QString& name)
{
    std::erase_if(m_entries, [&](const Entry& entry) { return entry.name == name; });
    store();
}

void SavedFilters::store()
{
    QSettings settings;
    settings.remove(kList); // else what was there beyond the last one stays
    settings.beginWriteArray(kList, static_cast<int>(m_entries.size()));
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        settings.setArrayIndex(static_cast<int>(i));
        settings.setValue(kName, m_entries[i].name);
        settings.setValue(kText, m_entries[i].text);
    }
    settings.endArray();
    Q_EMIT changed();
}

} // namespace drover::gui::models
