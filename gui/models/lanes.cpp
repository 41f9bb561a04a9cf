#include "gui/models/lanes.h"

#include <QCollator>

#include <algorithm>
#include <map>
#include <utility>

namespace drover::gui::models {

namespace {

bool hasAny(const QString& verb, std::initializer_list<const char*> words)
{
    return std::any_of(words.begin(), words.end(), [&](const char* word) {
        return verb.contains(QLatin1String(word), Qt::CaseInsensitive);
    });
}

LaneMark::What whatOf(const QString& verb)
{
    if (hasAny(verb, {"undelete"}))
        return LaneMark::What::Made;
    if (hasAny(verb, {"delete", "purge", "remove", "forget", "lost", "destroy"}))
        return LaneMark::What::Removed;
    if (hasAny(verb, {"move", "handover", "placed", "pass"}))
        return LaneMark::What::Moved;
    if (hasAny(verb, {"create", ".add", "adopt"}))
        return LaneMark::What::Made;
    return LaneMark::What::Changed;
}

LaneMark::By byWhom(const QString& actor)
{
    if (actor == QLatin1String("control"))
        return LaneMark::By::Control;
    return actor.startsWith(QLatin1String("node ")) ? LaneMark::By::Node : LaneMark::By::Person;
}

struct Name
{
    QString text;
    bool gone = false;
};

// `dataset web` as `web`.
QString nameIn(const QString& subject) { return subject.section(QLatin1Char(' '), 1); }

Name nameOf(const model::DatasetId& id, const QString& subject, const ClusterData& data)
{
    const model::DatasetRecord* record = data.dataset(id);
    if (!record)
        return {nameIn(subject), true};
    return {QString::fromStdString(record->header.name), record->deletion.has_value()};
}

} // namespace

std::vector<Lane> lanesOf(const std::vector<TimelineRow>& rows, LanesBy by, const ClusterData& data)
{
    struct Growing
    {
        Lane lane;
        std::uint64_t newest = 0;
    };
    std::map<std::string, Growing> lanes; // by the object's id
    for (const TimelineRow& row : rows) {
        std::string key;
        Name name;
        switch (by) {
        case LanesBy::Datasets:
            if (!row.dataset)
                continue;
            key = row.dataset->toString();
            name = nameOf(*row.dataset, row.subject, data);
            break;
        case LanesBy::Nodes:
            if (!row.node)
                continue;
            key = row.node->toString();
            name = {data.nodeName(*row.node), data.nodeLedger(*row.node) == nullptr};
            break;
        case LanesBy::People:
            key = row.actor.toStdString();
            name = {row.actor, false};
            break;
        }
        auto& [lane, newest] = lanes[key];
        if (newest <= row.id) { // what is gone has the name that it had last
            newest = row.id;
            lane.name = name.text;
        }
        lane.gone = name.gone;
        QString text = by == LanesBy::People ? row.subject : row.actor;
        text += QStringLiteral(": ");
        if (by == LanesBy::Nodes)
            text += row.subject + QStringLiteral(": ");
        lane.marks.push_back(
            {row.id, row.revision, row.at, whatOf(row.verb), byWhom(row.actor), text + row.what});
    }
    std::vector<Lane> sorted;
    for (auto& [key, growing] : lanes) {
        Lane& lane = growing.lane;
        std::sort(lane.marks.begin(), lane.marks.end(), [](const LaneMark& a, const LaneMark& b) {
            return std::pair(a.at, a.id) < std::pair(b.at, b.id);
        });
        sorted.push_back(std::move(lane));
    }
    QCollator order;
    order.setNumericMode(true); // web-9 before web-10
    std::stable_sort(sorted.begin(), sorted.end(), [&](const Lane& a, const Lane& b) {
        return order.compare(a.name, b.name) < 0;
    });
    return sorted;
}

} // namespace drover::gui::models
