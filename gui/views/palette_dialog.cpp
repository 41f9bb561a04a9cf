#include "gui/views/palette_dialog.h"

#include "gui/models/finder.h"
#include "gui/models/words.h"
#include "gui/views/workbench.h"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QSettings>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace drover::gui {

using models::Words;

namespace {

const auto kRecent = QStringLiteral("palette/recent");
constexpr qsizetype kRemembered = 12;
constexpr std::size_t kShown = 60;
constexpr int kIndexRole = Qt::UserRole;
constexpr int kRecentBonus = 3000; // above anything that only fits well

} // namespace

PaletteDialog::PaletteDialog(Workbench& bench, QWidget* parent)
    : QDialog(parent), m_bench(bench), m_line(new QLineEdit(this)), m_list(new QListWidget(this))
{
    setObjectName(QStringLiteral("palette"));
    setWindowTitle(tr("Find anything"));
    resize(620, 420);
    m_line->setObjectName(QStringLiteral("paletteLine"));
    m_line->setAccessibleName(tr("What to find"));
    m_line->setPlaceholderText(tr("A dataset, a node, or what you want to do"));
    m_line->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("paletteList"));
    m_list->setAccessibleName(tr("What was found"));
    m_list->setFocusPolicy(Qt::NoFocus); // the line keeps it; arrows go on to the list
    m_list->setAlternatingRowColors(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_line);
    layout->addWidget(m_list, 1);
    connect(m_line, &QLineEdit::textChanged, this, &PaletteDialog::find);
    connect(m_line, &QLineEdit::returnPressed, this, &PaletteDialog::choose);
    connect(m_list, &QListWidget::itemClicked, this, &PaletteDialog::choose);
    collect();
    find({});
}

void PaletteDialog::collect()
{
    for (QAction* action : m_bench.actions.actions()) {
        if (action->objectName() == QStringLiteral("help.palette"))
            continue;
        const QString key = action->shortcut().toString(QKeySequence::NativeText);
        m_entries.push_back({action->objectName(), ActionRegistry::plainText(*action),
                             action->isEnabled() ? key : action->statusTip(), action->isEnabled(),
                             [action] { action->trigger(); }});
    }
    for (const models::SavedFilters::Entry& entry : m_bench.filters.entries())
        m_entries.push_back(
            {QStringLiteral("filter/") + entry.name, entry.name, tr("filter: %1").arg(entry.text),
             true, [this, text = entry.text] { m_bench.show(QStringLiteral("datasets"), text); }});
    for (const models::DatasetRow& row : m_bench.datasets.rows())
        m_entries.push_back(
            {QString::fromStdString(row.id.toString()), row.name,
             row.deleted ? tr("deleted dataset") : tr("dataset on %1").arg(row.node), true,
             [this, id = row.id] { m_bench.showDataset(id); }});
    for (const models::NodeRow& row : m_bench.nodes.rows())
        m_entries.push_back({QString::fromStdString(row.id.toString()), row.name,
                             tr("node, %1").arg(Words::of(row.liveness)), true,
                             [this, id = row.id] { m_bench.showNode(id); }});
    for (const models::LeaseRow& row : m_bench.leases.rows())
        m_entries.push_back({QString::fromStdString(row.id.toString()), row.holder,
                             tr("holds a lease of %1").arg(row.datasetName), true,
                             [this, id = row.dataset] { m_bench.showDataset(id); }});
    for (const models::KeyRow& row : m_bench.keys.rows())
        m_entries.push_back(
            {QString::fromStdString(row.id), row.name, tr("key, %1").arg(row.role), true,
             [this, name = row.name] { m_bench.show(QStringLiteral("keys"), name); }});
}

void PaletteDialog::find(const QString& pattern)
{
    const QStringList recent = QSettings().value(kRecent).toStringList();
    std::vector<std::pair<int, std::size_t>> found; // score, entry
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const auto score = models::fuzzyScore(pattern.trimmed(), m_entries[i].text);
        if (!score)
            continue;
        const auto place = recent.indexOf(m_entries[i].id);
        const int bonus = place < 0 ? 0 : kRecentBonus - static_cast<int>(place);
        found.emplace_back(*score + bonus + (m_entries[i].enabled ? 0 : -500), i);
    }
    const std::size_t shown = std::min(kShown, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(shown),
                      found.end(), [](const auto& a, const auto& b) {
                          return a.first != b.first ? a.first > b.first : a.second < b.second;
                      });
    m_list->clear();
    for (std::size_t i = 0; i < shown; ++i) {
        const Entry& entry = m_entries[found[i].second];
        auto* item = new QListWidgetItem(
            entry.note.isEmpty() ? entry.text : entry.text + QStringLiteral("   –   ") + entry.note,
            m_list);
        item->setData(kIndexRole, QVariant::fromValue<qulonglong>(found[i].second));
        if (!entry.enabled)
            item->setFlags(item->flags() & ~Qt::ItemIsEnabled);
    }
    m_list->setCurrentRow(0);
}

void PaletteDialog::choose()
{
    const QListWidgetItem* item = m_list->currentItem();
    if (!item || !(item->flags() & Qt::ItemIsEnabled))
        return;
    const Entry entry = m_entries[item->data(kIndexRole).toULongLong()];
    QStringList recent = QSettings().value(kRecent).toStringList();
    recent.removeAll(entry.id);
    recent.prepend(entry.id);
    QSettings().setValue(kRecent, recent.mid(0, kRemembered));
    accept(); // first: what runs may open a dialog of its own
    entry.run();
}

bool PaletteDialog::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_line && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int step = key == Qt::Key_Down       ? 1
                         : key == Qt::Key_Up       ? -1
                         : key == Qt::Key_PageDown ? 10
                         : key == Qt::Key_PageUp   ? -10
                                                   : 0;
        if (step != 0 && m_list->count() > 0) {
            m_list->setCurrentRow(std::clamp(m_list->currentRow() + step, 0, m_list->count() - 1));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace drover::gui
