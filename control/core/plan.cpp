#include "control/core/plan.h"

#include "control/core/diff.h"
#include "control/core/facts.h"
#include "control/core/handover.h"
#include "control/core/placement.h"
#include "control/core/record_id.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

class PlanWriter
{
public:
    PlanWriter(const ClusterState& before, Plan& out) : m_state(before), m_out(out) {}

    // One record's way from what it was to what it will be.
    void write(const std::optional<Record>& was, const std::optional<Record>& will)
    {
        const Record& any = was ? *was : *will;
        if (std::holds_alternative<DatasetRecord>(any))
            return writeDataset(as<DatasetRecord>(was), as<DatasetRecord>(will));
        if (std::holds_alternative<ClusterRecord>(any) || std::holds_alternative<NodeRecord>(any))
            return writeFields(was, will);
        if (std::holds_alternative<LeaseRecord>(any))
            return writeLease(as<LeaseRecord>(was), as<LeaseRecord>(will));
        if (std::holds_alternative<KeyRecord>(any))
            return writeKey(as<KeyRecord>(was), as<KeyRecord>(will));
        if (std::holds_alternative<NodeLedger>(any))
            return writeNode(as<NodeLedger>(was), as<NodeLedger>(will));
        if (std::holds_alternative<DatasetLedger>(any))
            writePurge(as<DatasetLedger>(was), as<DatasetLedger>(will));
    }

private:
    template <class T>
    static const T* as(const std::optional<Record>& record)
    {
        return record ? std::get_if<T>(&*record) : nullptr;
    }

    void step(const std::string& node, const std::string& subject, const std::string& action,
              const std::string& reason)
    {
        m_out.steps.push_back({node, subject, action, reason});
    }

    std::string name(const NodeId& id) const { return nodeName(m_state, id); }

    void writeFields(const std::optional<Record>& was, const std::optional<Record>& will)
    {
        std::vector<Record> from, to;
        if (was)
            from.push_back(*was);
        if (will)
            to.push_back(*will);
        for (const auto& line : diff(from, to, m_state)) {
            const std::string field = line.field.empty() ? "" : line.field + " ";
            if (line.before.empty())
                step({}, line.subject, "set " + field + "to " + line.after, "asked for");
            else if (line.after.empty())
                step({}, line.subject, "remove " + field + line.before, "asked for");
            else
                step({}, line.subject,
                     "change " + field + "from " + line.before + " to " + line.after, "asked for");
        }
    }

    void writeDataset(const DatasetRecord* was, const DatasetRecord* will)
    {
        std::optional<Record> from, to;
        if (was != nullptr)
            from = *was;
        if (will != nullptr)
            to = *will;
        writeFields(from, to);
        if (will == nullptr)
            return; // its ledger says what becomes of the copies
        const std::string subject = "dataset " + will->header.name;
        if (will->deletion && was != nullptr && was->deletion && *will->deletion != *was->deletion)
            step({}, subject, "begin its grace anew", "its last lease ends");
        const auto* ledger = m_state.ledger(will->id);
        if (ledger == nullptr || !ledger->owner)
            return writePlacement(subject, *will, was == nullptr);
        if (was == nullptr)
            return;
        const std::string owner = name(*ledger->owner);
        if (will->deletion && !was->deletion) {
            const bool leased = !m_state.leasesOf(will->id).empty();
            const Duration grace = will->deletion->grace;
            step(owner, subject,
                 "stop its users, unmount it, " + (grace == Duration{0}
                                                       ? std::string("destroy the data at once")
                                                       : "keep the data for " + toString(grace)),
                 leased ? "it is deleted; as soon as its leases end" : "it is deleted");
            return;
        }
        if (!will->deletion && was->deletion)
            step(owner, subject, "mount it again", "it is undeleted");
        if (will->spec.size != was->spec.size && will->spec.size)
            step(owner, subject, "grow the volume to " + toString(*will->spec.size),
                 "its size is changed");
        if (will->header.name != was->header.name)
            step(owner, subject, "publish it by this name", "it is renamed");
        writeMove(subject, *was, *will, *ledger);
    }

    void writePlacement(const std::string& subject, const DatasetRecord& will, bool fresh)
    {
        if (will.deletion)
            return;
        const auto choice = PlacementPlanner(m_state).choose(will.spec);
        std::string what = "create a volume";
        if (will.spec.size)
            what += " of " + toString(*will.spec.size);
        if (!will.spec.filesystem.empty())
            what += " with " + will.spec.filesystem;
        if (!choice.node) {
            step(will.spec.placement.node ? name(*will.spec.placement.node) : "", subject,
                 "wait, then " + what, choice.why(m_state));
            return;
        }
        std::string reason = will.spec.placement.node ? "this node is named" : "it has most room";
        if (!will.spec.placement.node && !choice.rejected.empty())
            reason += "; not taken: " + choice.why(m_state);
        step(name(*choice.node), subject,
             what + " in pool " + poolName(m_state, choice.pool) + " and mount it",
             fresh ? reason : "it is not placed yet; " + reason);
    }

    void writeMove(const std::string& subject, const DatasetRecord& was, const DatasetRecord& will,
                   const DatasetLedger& ledger)
    {
        if (was.spec.placement == will.spec.placement)
            return;
        const auto wish = wishedPlace(m_state, will, ledger);
        if (!wish)
            return step({}, subject, "wait", wish.error().message);
        const std::string owner = name(*ledger.owner);
        if (ledger.handover) {
            const bool late = ledger.handover->phase >= HandoverPhase::Verified;
            step(owner, subject,
                 late ? "finish the hand-over to " + name(ledger.handover->target) + " first"
                      : "end the hand-over to " + name(ledger.handover->target),
                 late ? "its release is ordered already" : "another place is wished");
        }
        if (!*wish)
            return;
        const Place to = **wish;
        const std::string holders = leaseHolders(m_state, will.id);
        const std::string reason =
            holders.empty() ? "it is moved" : "it is moved, as soon as its leases end: " + holders;
        if (to.pool == ledger.pool) {
            step(owner, subject, "stop its users, unmount and detach it, release it", reason);
            step(name(to.node), subject, "attach and mount it", reason);
            return;
        }
        step(owner, subject,
             "send it while it is in use; then stop its users, send the rest, verify, release it",
             reason);
        step(name(to.node), subject,
             "receive it into pool " + poolName(m_state, to.pool) + " and mount it", reason);
        step(owner, subject,
             "keep the old copy for " + toString(m_state.cluster().retiredCopyGrace) +
                 ", then destroy it",
             reason);
    }

    void writeLease(const LeaseRecord* was, const LeaseRecord* will)
    {
        const LeaseRecord& lease = will != nullptr ? *will : *was;
        const std::string what = will == nullptr  ? "end the lease of "
                                 : was == nullptr ? "lease it to "
                                                  : "change the lease of ";
        std::string time;
        if (will != nullptr)
            time = will->ttl ? " for " + toString(*will->ttl) : " without end";
        step(name(lease.node), subjectOf(m_state, lease.dataset), what + lease.holder + time,
             "asked for");
    }

    void writeKey(const KeyRecord* was, const KeyRecord* will)
    {
        const KeyRecord& key = will != nullptr ? *will : *was;
        step({}, "key " + key.name,
             will == nullptr ? "remove it and cut its connections"
                             : std::string("accept ") + key.publicKey + " as " +
                                   toString(key.role) + (key.node ? " of " + name(*key.node) : ""),
             "asked for");
    }

    void writeNode(const NodeLedger* was, const NodeLedger* will)
    {
        const NodeLedger& node = will != nullptr ? *will : *was;
        if (will == nullptr)
            return step(node.hostname, "node " + node.hostname, "forget it", "asked for");
        if (!will->lost || (was != nullptr && was->lost))
            return;
        step(node.hostname, "node " + node.hostname, "take it as lost", will->lost->statement);
        for (const auto& id : m_state.datasetsOfNode(node.id)) {
            const auto* ledger = m_state.ledger(id);
            if (ledger == nullptr || ledger->owner != node.id)
                continue;
            const bool shared = isShared(m_state, ledger->pool);
            step(node.hostname, subjectOf(m_state, id),
                 shared ? "grant it to another node"
                        : "leave it unavailable until the node is back",
                 shared ? "its pool is shared" : "its only copy is on this node");
        }
    }

    void writePurge(const DatasetLedger* was, const DatasetLedger* will)
    {
        if (will == nullptr || !will->purgeCommitted || (was != nullptr && was->purgeCommitted))
            return;
        const std::string subject = subjectOf(m_state, will->id);
        if (will->owner)
            step(name(*will->owner), subject,
                 "destroy the copy in pool " + poolName(m_state, will->pool), "it is purged");
        for (const auto& retired : will->retired)
            step(name(retired.node), subject,
                 "destroy the copy in pool " + poolName(m_state, retired.pool), "it is purged");
    }

    const ClusterState& m_state;
    Plan& m_out;
};

} // namespace

Plan plan(const ClusterState& before, const Decision& decision, const Now&)
{
    Plan out;
    PlanWriter writer(before, out);
    // By name, not by key: the ids of what is new differ from one try to the next.
    for (const auto& change : decision.changes) {
        const auto* put = std::get_if<RecordPut>(&change);
        writer.write(before.record(keyOf(change)),
                     put ? std::optional<Record>(put->record) : std::nullopt);
    }
    std::stable_sort(out.steps.begin(), out.steps.end(),
                     [](const auto& a, const auto& b) { return a.subject < b.subject; });
    out.warnings = decision.warnings;
    std::string text;
    // What is done and where; not why: reasons carry figures that change by themselves.
    for (const auto& step : out.steps)
        text += step.node + '\x1f' + step.subject + '\x1f' + step.action + '\x1e';
    out.digest = digestOf(text);
    return out;
}

std::string digestOf(std::string_view text)
{
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : text) {
        hash ^= static_cast<std::uint8_t>(c);
        hash *= 1099511628211ULL;
    }
    std::string digits(16, '0');
    for (std::size_t i = 0; i < digits.size(); ++i)
        digits[15 - i] = "0123456789abcdef"[(hash >> (4 * i)) & 15];
    return digits;
}

} // namespace drover::control::core
