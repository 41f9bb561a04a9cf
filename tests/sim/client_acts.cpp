// What people ask for and what writers write.

#include "tests/sim/run.h"

#include <algorithm>
#include <iterator>

namespace drover::sim {

void Simulation::write()
{
    if (!m_writing)
        return;
    SimNode& node = *m_random.pick(m_nodes);
    if (node.machine().mounted.empty())
        return;
    auto at = node.machine().mounted.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(m_random.below(node.machine().mounted.size())));
    for (Disk* disk : node.disks()) {
        // What is mounted stays so when the pool's folder is unmounted.
        auto copy = disk->copies.find(at->first);
        if (copy == disk->copies.end() && (copy = disk->below.find(at->first)) == disk->below.end())
            continue;
        m_oracle.wrote(copy->second, m_nextToken++);
    }
    if (!m_calm && m_random.chance(20))
        node.machine().busy.insert(at->first);
    if (m_random.chance(300))
        node.machine().busy.clear();
}

void Simulation::command()
{
    if (m_calm)
        return;
    m_known.newest = m_acknowledged;
    model::Write write = randomWrite(m_random, m_known);
    for (const model::Operation& operation : write.operations)
        foresee(operation.verb, write.dryRun);
    const auto* move = std::get_if<model::DatasetMove>(&write.operations.front().verb);
    if (move != nullptr && m_random.chance(200))
        changeMind(*move);
    ask(std::move(write));
}

// Another wish while the hand-over is under way, and perhaps one more.
void Simulation::changeMind(const model::DatasetMove& move)
{
    later(bus::Duration{m_random.between(5, 2'000)}, [this, move] {
        count("changed mind");
        model::DatasetMove other = move;
        other.to = {m_random.pick(m_nodes)->id(), ""};
        if (m_random.chance(500))
            changeMind(other);
        ask(other);
    });
}

// What the oracle has to know before it is asked for: it may be done long before it is answered.
void Simulation::foresee(const model::WriteVerb& verb, bool dryRun)
{
    if (const auto* create = std::get_if<model::DatasetCreate>(&verb))
        m_known.datasets.push_back(*create->id);
    if (dryRun)
        return;
    if (const auto* remove = std::get_if<model::DatasetDelete>(&verb))
        m_oracle.deleteAsked(remove->dataset.id.value_or(model::DatasetId{}),
                             m_world.now() + remove->grace.value_or(kShortestDeleteGrace));
    if (const auto* purge = std::get_if<model::DatasetPurge>(&verb))
        m_oracle.deleteAsked(purge->dataset.id.value_or(model::DatasetId{}), m_world.now());
}

void Simulation::ask(const model::WriteVerb& verb)
{
    ask(model::Write{{model::Operation{verb, {}}}, false, "", ""});
}

void Simulation::ask(model::Write write)
{
    ++m_report.commands;
    // Every log entry of the request's commit carries it: so its execution is found in the store.
    write.reason = "#" + std::to_string(m_report.commands);
    for (const model::Operation& operation : write.operations)
        say(std::string("client: ") + model::verbName(operation.verb) + " (" + write.reason + ")");
    m_watches.front()->client().call(
        write, [this, write, era = m_era](const model::Result<model::Reply>& reply) {
            answered(write, reply, /*sameEra=*/era == m_era && !m_trueStore);
        });
}

void Simulation::answered(const model::Write& write, const model::Result<model::Reply>& reply,
                          bool sameEra)
{
    if (!reply) {
        ++m_report.unanswered;
        return say("client: no answer to " + write.reason + ": " + reply.error().message);
    }
    const std::size_t times =
        sameEra ? m_history.timesWritten(m_control.store().past, write.reason) : 0;
    if (reply->error) {
        ++m_report.refused;
        if (times != 0)
            m_oracle.violation("5.1: request " + write.reason + " was refused (" +
                               reply->error->message + ") and was executed");
        return say("client: refused " + write.reason + ": " + reply->error->message);
    }
    ++m_report.acknowledged;
    // What a restored store promised is lost with it: whoever restored it was told by safe mode.
    if (sameEra)
        m_acknowledged = std::max(m_acknowledged, reply->revision);
    const auto* result = std::get_if<model::WriteResult>(&reply->body);
    if (result == nullptr)
        return;
    if (write.dryRun) {
        count("verb dry run");
        if (times != 0)
            m_oracle.violation("5.1: the dry run " + write.reason + " was executed");
        return;
    }
    if (write.operations.size() > 1)
        count("verb batch");
    bool changed = false;
    for (std::size_t i = 0; i < result->results.size(); ++i) {
        const model::OperationResult& one = result->results[i];
        const model::WriteVerb& verb = write.operations[i].verb;
        // Rollback and apply say what they did, too.
        const bool did = one.message.empty() || (write.operations.size() == 1 && times != 0);
        if (did)
            count(std::string("verb ") + model::verbName(verb));
        changed = changed || (did && std::holds_alternative<model::DatasetCreate>(verb));
        if (one.lease)
            m_known.leases.push_back(*one.lease);
    }
    if (changed && sameEra && times == 0)
        m_oracle.violation("5.1: request " + write.reason +
                           " was acknowledged and is in no commit");
}

// Somebody reads something.
void Simulation::read()
{
    if (m_calm)
        return;
    Watch& watch = *m_random.pick(m_watches);
    if (!watch.running())
        return;
    model::ReadVerb verb = randomRead(m_random, m_known);
    if (auto* changes = std::get_if<model::ChangesGet>(&verb))
        if (const auto progress = watch.mirror().progress(changes->stream))
            changes->streamId = progress->stream;
    const model::Revision least = m_random.chance(300) ? m_acknowledged : 0;
    client::ClusterClient::CallOptions options;
    options.minRevision = least;
    const std::string name = model::verbName(verb);
    watch.client().call(
        verb, options, [this, least, name, era = m_era](const model::Result<model::Reply>& reply) {
            if (!reply)
                return;
            if (reply->error)
                return say("reader: refused " + name + ": " + reply->error->message);
            count("verb " + name);
            if (era == m_era && !m_trueStore && reply->revision < least)
                m_oracle.violation("5.1: a read that was to wait for revision " +
                                   std::to_string(least) + " was answered at " +
                                   std::to_string(reply->revision));
        });
}

// What people forbade, they allow again, so that everything that is wished is possible.
void Simulation::takeBackObstacles()
{
    for (const auto& node : m_nodes)
        ask(model::NodeCordon{{node->id(), ""}, false});
    if (!m_control.running())
        return;
    for (const auto& [token, lease] : m_control.service()->state().leases())
        ask(model::LeaseRelease{token});
    // What was wished of a store that has lost it may be impossible where it is found again.
    const control::core::ClusterState& state = m_control.service()->state();
    for (const auto& [id, record] : state.datasets()) {
        const model::DatasetStatus* status = state.publishedStatus(id);
        const model::DatasetLedger* ledger = state.ledger(id);
        const bool impossible =
            status != nullptr && ledger != nullptr && ledger->owner &&
            std::any_of(status->conditions.begin(), status->conditions.end(),
                        [](const auto& c) { return c.reason == "MoveNotPossible"; });
        if (impossible)
            ask(model::DatasetMove{
                {id, ""}, {*ledger->owner, ""}, state.pool(ledger->pool)->name, false});
    }
}

} // namespace drover::sim
