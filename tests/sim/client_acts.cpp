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
        const auto copy = disk->copies.find(at->first);
        if (copy != disk->copies.end())
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
    const model::WriteVerb verb = randomVerb(m_random, m_known);
    if (const auto* create = std::get_if<model::DatasetCreate>(&verb))
        m_known.datasets.push_back(*create->id);
    if (const auto* remove = std::get_if<model::DatasetDelete>(&verb))
        m_oracle.deleteAsked(remove->dataset.id.value_or(model::DatasetId{}),
                             m_world.now() + remove->grace.value_or(kDeleteGrace));
    if (const auto* purge = std::get_if<model::DatasetPurge>(&verb))
        m_oracle.deleteAsked(purge->dataset.id.value_or(model::DatasetId{}), m_world.now());
    ask(verb);
}

void Simulation::ask(const model::WriteVerb& verb)
{
    ++m_report.commands;
    say(std::string("client: ") + model::verbName(verb));
    m_client->call(
        model::Write{{model::Operation{verb, {}}}, false, "", ""},
        [this, verb](const model::Result<model::Reply>& reply) { answered(verb, reply); });
}

void Simulation::answered(const model::WriteVerb& verb, const model::Result<model::Reply>& reply)
{
    const std::string name = model::verbName(verb);
    if (!reply) {
        ++m_report.unanswered;
        return say("client: no answer to " + name + ": " + reply.error().message);
    }
    if (reply->error) {
        ++m_report.refused;
        return say("client: refused " + name + ": " + reply->error->message);
    }
    ++m_report.acknowledged;
    count("verb " + name);
    // What a restored store promised is lost with it: whoever restored it was told by safe mode.
    if (!m_trueStore)
        m_acknowledged = std::max(m_acknowledged, reply->revision);
    if (const auto* result = std::get_if<model::WriteResult>(&reply->body))
        for (const model::OperationResult& one : result->results)
            if (one.lease)
                m_known.leases.push_back(*one.lease);
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
}

} // namespace drover::sim
