#include "gui/models/pending_change.h"

#include "gui/models/words.h"

#include <QCoreApplication>
#include <QStringList>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::PendingChange)
};

template <class AnyId>
std::string rawId(const AnyId& id)
{
    return {reinterpret_cast<const char*>(id.value.bytes.data()), id.value.bytes.size()};
}

QString refName(const NodeRef& node, const ClusterData& data)
{
    return node.id ? data.nodeName(*node.id) : Words::text(node.name);
}

QString created(const DatasetCreate& verb, const ClusterData& data)
{
    QStringList parts;
    if (verb.size)
        parts << Words::size(*verb.size);
    if (!verb.filesystem.empty())
        parts << Words::text(verb.filesystem);
    if (verb.node.id || !verb.node.name.empty())
        parts << Text::tr("on %1").arg(refName(verb.node, data));
    if (!verb.pool.empty())
        parts << Text::tr("in pool %1").arg(Words::text(verb.pool));
    const QString what = Text::tr("Create %1").arg(Words::text(verb.name));
    return parts.isEmpty()
               ? what
               : what + QStringLiteral(" (") + parts.join(QStringLiteral(", ")) + QLatin1Char(')');
}

QString moved(const PendingChange& change, const DatasetMove& verb, const ClusterData& data)
{
    const QString name = Words::text(change.name);
    const QString to = refName(verb.to, data);
    const DatasetLedger* ledger = change.dataset ? data.ledger(*change.dataset) : nullptr;
    QString what =
        ledger && ledger->owner
            ? Text::tr("Move %1 from %2 to %3").arg(name, data.nodeName(*ledger->owner), to)
            : Text::tr("Move %1 to %2").arg(name, to);
    if (verb.whenFree)
        what += Text::tr(", once its leases are released");
    return what;
}

bool isOfKey(const PendingChange& change)
{
    return std::holds_alternative<KeyAdd>(change.verb) ||
           std::holds_alternative<KeyRemove>(change.verb);
}

// Changes that are about no object with a revision that could have been seen.
bool isUnguarded(const PendingChange& change)
{
    return std::holds_alternative<Rollback>(change.verb) || isOfKey(change);
}

} // namespace

std::string objectOf(const PendingChange& change)
{
    if (std::holds_alternative<Rollback>(change.verb))
        return "r";
    if (isOfKey(change))
        return "k" + change.name;
    if (change.dataset)
        return "d" + rawId(*change.dataset);
    if (change.node)
        return "n" + rawId(*change.node);
    return "c" + change.name;
}

std::string aspectOf(const PendingChange& change)
{
    std::string aspect = objectOf(change) + '/' + std::to_string(change.verb.index());
    if (const auto* release = std::get_if<LeaseRelease>(&change.verb)) // there may be several
        aspect += rawId(release->token);
    if (const auto* acquire = std::get_if<LeaseAcquire>(&change.verb))
        aspect += acquire->holder;
    return aspect;
}

QString subjectOf(const PendingChange& change)
{
    if (isOfKey(change))
        return QStringLiteral("key ") + Words::text(change.name);
    return (change.node ? QStringLiteral("node ") : QStringLiteral("dataset ")) +
           Words::text(change.name);
}

QString describe(const PendingChange& change, const ClusterData& data)
{
    const QString name = Words::text(change.name);
    if (const auto* create = std::get_if<DatasetCreate>(&change.verb))
        return created(*create, data);
    if (const auto* move = std::get_if<DatasetMove>(&change.verb))
        return moved(change, *move, data);
    if (const auto* resize = std::get_if<DatasetResize>(&change.verb))
        return Text::tr("Grow %1 to %2").arg(name, Words::size(resize->size));
    if (const auto* rename = std::get_if<DatasetRename>(&change.verb))
        return Text::tr("Rename %1 to %2").arg(name, Words::text(rename->name));
    if (const auto* metadata = std::get_if<DatasetSetMetadata>(&change.verb))
        return metadata->metadata.empty() ? Text::tr("Clear the metadata of %1").arg(name)
                                          : Text::tr("Set the metadata of %1: %2")
                                                .arg(name, Words::labels(metadata->metadata));
    if (const auto* remove = std::get_if<DatasetDelete>(&change.verb))
        return remove->whenFree ? Text::tr("Delete %1, once its leases are released").arg(name)
                                : Text::tr("Delete %1").arg(name);
    if (const auto* undelete = std::get_if<DatasetUndelete>(&change.verb))
        return undelete->name.empty()
                   ? Text::tr("Undelete %1").arg(name)
                   : Text::tr("Undelete %1 as %2").arg(name, Words::text(undelete->name));
    if (std::holds_alternative<DatasetPurge>(change.verb))
        return Text::tr("Purge %1: destroy its data for ever").arg(name);
    if (const auto* cordon = std::get_if<NodeCordon>(&change.verb))
        return cordon->cordoned ? Text::tr("Cordon %1").arg(name)
                                : Text::tr("Uncordon %1").arg(name);
    if (const auto* label = std::get_if<NodeLabel>(&change.verb))
        return Text::tr("Label %1: %2").arg(name, Words::labels(label->labels));
    if (const auto* lease = std::get_if<LeaseAcquire>(&change.verb))
        return Text::tr("Lease %1 to %2").arg(name, Words::text(lease->holder));
    if (const auto* release = std::get_if<LeaseRelease>(&change.verb)) {
        const auto lease = data.leases().find(release->token);
        return lease == data.leases().end() ? Text::tr("Release a lease of %1").arg(name)
                                            : Text::tr("Release the lease of %1 on %2")
                                                  .arg(Words::text(lease->second.holder), name);
    }
    if (std::holds_alternative<NodeDeclareLost>(change.verb))
        return Text::tr("Declare %1 lost").arg(name);
    if (const auto* key = std::get_if<KeyAdd>(&change.verb))
        return Text::tr("Accept key %1 as %2").arg(name, Words::of(key->role));
    if (std::holds_alternative<KeyRemove>(change.verb))
        return Text::tr("Remove key %1").arg(name);
    if (const auto* rollback = std::get_if<Rollback>(&change.verb))
        return Text::tr("Roll the configuration back to revision %1").arg(rollback->to);
    return QString::fromLatin1(verbName(change.verb)) + QLatin1Char(' ') + name;
}

std::optional<Precondition> preconditionOf(const PendingChange& change)
{
    if (isUnguarded(change))
        return std::nullopt;
    Precondition precondition;
    precondition.modRevision = change.seen;
    if (change.dataset)
        precondition.key = {RecordKind::Dataset, rawId(*change.dataset)};
    else if (change.node)
        precondition.key = {RecordKind::Node, rawId(*change.node)};
    else {
        precondition.key = {RecordKind::Dataset, {}};
        precondition.name = change.name;
    }
    return precondition;
}

Revision presentRevision(const PendingChange& change, const ClusterData& data)
{
    if (isUnguarded(change))
        return 0;
    if (change.dataset) {
        const DatasetRecord* record = data.dataset(*change.dataset);
        return record ? record->header.modRevision : 0;
    }
    if (change.node) {
        const NodeRecord* record = data.node(*change.node);
        return record ? record->header.modRevision : 0;
    }
    const DatasetRecord* named = data.datasetNamed(change.name);
    return named ? named->header.modRevision : 0;
}

} // namespace drover::gui::models
