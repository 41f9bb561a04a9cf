#include "gui/views/picture_accessible.h"

#include "gui/models/picture_words.h"
#include "gui/views/picture_canvas.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QPointer>
#include <QString>
#include <QStringList>

#include <algorithm>
#include <map>
#include <tuple>

namespace drover::gui {

using models::Card;
using models::Chip;
using models::PictureWords;

namespace {

// A card, or a chip on a card. It is the same thing as long as both are in the picture.
struct Thing
{
    std::optional<model::NodeId> node; // absent: the card of those without a place
    std::optional<model::DatasetId> dataset;
    Chip::Kind kind = Chip::Kind::Present;
    auto operator<=>(const Thing&) const = default;
};

QString oneLine(QString words) { return words.replace(QLatin1Char('\n'), QStringLiteral(", ")); }

class CanvasAccessible;

class ThingAccessible final : public QAccessibleInterface, public QAccessibleActionInterface
{
public:
    ThingAccessible(CanvasAccessible& root, Thing thing) : m_root(root), m_thing(thing) {}

    [[nodiscard]] const Thing& thing() const { return m_thing; }
    [[nodiscard]] bool isValid() const override { return card() && (!m_thing.dataset || chip()); }
    [[nodiscard]] QObject* object() const override { return nullptr; }
    [[nodiscard]] QWindow* window() const override;
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::TreeItem; }
    [[nodiscard]] QAccessibleInterface* parent() const override;
    [[nodiscard]] int childCount() const override;
    [[nodiscard]] QAccessibleInterface* child(int index) const override;
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* child) const override;
    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override;
    [[nodiscard]] QAccessibleInterface* focusChild() const override { return nullptr; }
    [[nodiscard]] QString text(QAccessible::Text kind) const override;
    void setText(QAccessible::Text, const QString&) override {}
    [[nodiscard]] QRect rect() const override;
    [[nodiscard]] QAccessible::State state() const override;
    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::ActionInterface ? static_cast<QAccessibleActionInterface*>(this)
                                                    : nullptr;
    }
    [[nodiscard]] QStringList actionNames() const override { return {pressAction()}; }
    void doAction(const QString& name) override;
    [[nodiscard]] QStringList keyBindingsForAction(const QString&) const override { return {}; }

private:
    [[nodiscard]] PictureCanvas& canvas() const;
    [[nodiscard]] const Card* card() const;
    [[nodiscard]] const Chip* chip() const;

    CanvasAccessible& m_root; // outlives it
    Thing m_thing;
};

class CanvasAccessible final : public QAccessibleWidget
{
public:
    explicit CanvasAccessible(PictureCanvas* canvas)
        : QAccessibleWidget(canvas, QAccessible::Tree), m_canvas(*canvas)
    {}
    ~CanvasAccessible() override
    {
        for (const auto& [thing, id] : m_ids)
            QAccessible::deleteAccessibleInterface(id);
    }
    CanvasAccessible(const CanvasAccessible&) = delete;
    CanvasAccessible& operator=(const CanvasAccessible&) = delete;

    [[nodiscard]] PictureCanvas& canvas() const { return m_canvas; }
    [[nodiscard]] const std::vector<Card>& cards() const { return m_canvas.picture().cards; }
    // Made when first asked for.
    [[nodiscard]] QAccessibleInterface* interfaceOf(const Thing& thing) const
    {
        const auto it = m_ids.find(thing);
        if (it != m_ids.end())
            return QAccessible::accessibleInterface(it->second);
        forgetGone();
        auto* made = new ThingAccessible(const_cast<CanvasAccessible&>(*this), thing);
        m_ids[thing] = QAccessible::registerAccessibleInterface(made); // which owns it
        return made;
    }

    [[nodiscard]] int childCount() const override { return static_cast<int>(cards().size()); }
    [[nodiscard]] QAccessibleInterface* child(int index) const override
    {
        if (index < 0 || index >= childCount())
            return nullptr;
        return interfaceOf({cards()[static_cast<std::size_t>(index)].node, {}, {}});
    }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* child) const override
    {
        for (int i = 0; i < childCount(); ++i)
            if (this->child(i) == child)
                return i;
        return -1;
    }
    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override
    {
        for (int i = 0; i < childCount(); ++i)
            if (child(i)->rect().contains(x, y))
                return child(i);
        return nullptr;
    }
    [[nodiscard]] QAccessibleInterface* focusChild() const override
    {
        for (const Card& card : cards()) {
            for (const Chip& chip : card.chips)
                if (chip.dataset == m_canvas.chosenDataset())
                    return interfaceOf({card.node, chip.dataset, chip.kind});
            if (card.node && card.node == m_canvas.chosenNode())
                return interfaceOf({card.node, {}, {}});
        }
        return nullptr;
    }

private:
    // Of what is not in the picture any more; not each time, but before there are too many.
    void forgetGone() const
    {
        constexpr std::size_t kKeep = 4'000;
        if (m_ids.size() < m_kept + kKeep)
            return;
        for (auto it = m_ids.begin(); it != m_ids.end();) {
            if (QAccessible::accessibleInterface(it->second)->isValid()) {
                ++it;
                continue;
            }
            QAccessible::deleteAccessibleInterface(it->second);
            it = m_ids.erase(it);
        }
        m_kept = m_ids.size();
    }

    PictureCanvas& m_canvas;
    mutable std::map<Thing, QAccessible::Id> m_ids;
    mutable std::size_t m_kept = 0;
};

PictureCanvas& ThingAccessible::canvas() const { return m_root.canvas(); }

const Card* ThingAccessible::card() const
{
    const auto it = std::find_if(m_root.cards().begin(), m_root.cards().end(),
                                 [&](const Card& card) { return card.node == m_thing.node; });
    return it == m_root.cards().end() ? nullptr : &*it;
}

const Chip* ThingAccessible::chip() const
{
    const Card* on = m_thing.dataset ? card() : nullptr;
    if (!on)
        return nullptr;
    const auto it = std::find_if(on->chips.begin(), on->chips.end(), [&](const Chip& chip) {
        return chip.dataset == m_thing.dataset && chip.kind == m_thing.kind;
    });
    return it == on->chips.end() ? nullptr : &*it;
}

QWindow* ThingAccessible::window() const { return m_root.window(); }

QAccessibleInterface* ThingAccessible::parent() const
{
    if (m_thing.dataset)
        return m_root.interfaceOf({m_thing.node, {}, {}});
    return &m_root;
}

int ThingAccessible::childCount() const
{
    const Card* on = m_thing.dataset ? nullptr : card();
    return on ? static_cast<int>(on->chips.size()) : 0;
}

QAccessibleInterface* ThingAccessible::child(int index) const
{
    if (index < 0 || index >= childCount())
        return nullptr;
    const Chip& chip = card()->chips[index];
    return m_root.interfaceOf({m_thing.node, chip.dataset, chip.kind});
}

int ThingAccessible::indexOfChild(const QAccessibleInterface* child) const
{
    for (int i = 0; i < childCount(); ++i)
        if (this->child(i) == child)
            return i;
    return -1;
}

QAccessibleInterface* ThingAccessible::childAt(int x, int y) const
{
    for (int i = 0; i < childCount(); ++i)
        if (child(i)->rect().contains(x, y))
            return child(i);
    return nullptr;
}

QString ThingAccessible::text(QAccessible::Text kind) const
{
    const Card* on = card();
    const Chip* chip = this->chip();
    if (!on || (m_thing.dataset && !chip))
        return {};
    const QString name = chip ? chip->name : on->title;
    const QString state = oneLine(chip ? PictureWords::of(*chip) : PictureWords::of(*on));
    switch (kind) {
    case QAccessible::Name: // with its state: many readers say nothing else
        return name + QStringLiteral(": ") + state;
    case QAccessible::Description:
        return state;
    default:
        return {};
    }
}

QRect ThingAccessible::rect() const
{
    const Card* on = card();
    const Chip* chip = this->chip();
    if (!on || (m_thing.dataset && !chip))
        return {};
    const QRect place = canvas().toWidget(chip ? chip->rect : on->rect);
    return {canvas().mapToGlobal(place.topLeft()), place.size()};
}

QAccessible::State ThingAccessible::state() const
{
    QAccessible::State state;
    state.focusable = true;
    state.selectable = true;
    const bool chosen = m_thing.dataset
                            ? m_thing.dataset == canvas().chosenDataset()
                            : m_thing.node.has_value() && m_thing.node == canvas().chosenNode();
    state.selected = chosen;
    state.focused = chosen && canvas().hasFocus();
    state.invalid = !isValid();
    const QRect seen(canvas().mapToGlobal(canvas().visibleRegion().boundingRect().topLeft()),
                     canvas().visibleRegion().boundingRect().size());
    state.offscreen = !seen.intersects(rect());
    return state;
}

void ThingAccessible::doAction(const QString& name)
{
    if (name != pressAction())
        return;
    if (m_thing.dataset)
        canvas().choose(*m_thing.dataset);
    else if (m_thing.node)
        canvas().choose(*m_thing.node);
}

QAccessibleInterface* makeAccessible(const QString&, QObject* object)
{
    auto* canvas = qobject_cast<PictureCanvas*>(object);
    return canvas ? new CanvasAccessible(canvas) : nullptr;
}

} // namespace

void installPictureAccessible() { QAccessible::installFactory(makeAccessible); }

void tellChosen(PictureCanvas& canvas)
{
    if (!QAccessible::isActive())
        return;
    QAccessibleInterface* all = QAccessible::queryAccessibleInterface(&canvas);
    QAccessibleInterface* chosen = all ? all->focusChild() : nullptr;
    if (!chosen)
        return;
    QAccessibleEvent event(chosen, QAccessible::Focus);
    QAccessible::updateAccessibility(&event);
}

} // namespace drover::gui
