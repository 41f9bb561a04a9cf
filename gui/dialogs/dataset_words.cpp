#include "gui/dialogs/dataset_words.h"

#include "gui/models/words.h"

#include <QCoreApplication>
#include <QStringList>

namespace drover::gui {

using models::Words;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::DatasetWords)
};

constexpr qsizetype kNamed = 6; // of more, only the number is said

} // namespace

QString namesOf(const models::ClusterData& data, const std::vector<model::DatasetId>& ids)
{
    QStringList names;
    for (const model::DatasetId& id : ids)
        if (const model::DatasetRecord* record = data.dataset(id))
            names << Words::text(record->header.name);
    const qsizetype more = names.size() - kNamed;
    if (more <= 0)
        return names.join(QStringLiteral(", "));
    return Text::tr("%1 and %2 more")
        .arg(names.mid(0, kNamed).join(QStringLiteral(", ")))
        .arg(more);
}

QString holdersOf(const models::ClusterData& data, const std::vector<model::DatasetId>& ids)
{
    QStringList holders;
    for (const model::DatasetId& id : ids)
        for (const model::LeaseRecord* lease : data.leasesOf(id))
            holders << Words::text(lease->holder);
    holders.removeDuplicates();
    return holders.join(QStringLiteral(", "));
}

} // namespace drover::gui
