#pragma once

// An agent in tests of control: speaks the protocol, keeps its copies in memory.

#include "tests/unit/control_service/fixture.h"

#include <QtTest>

namespace drover::control::service::test {

// The pool of that node.
[[nodiscard]] inline model::PoolId poolId(std::uint8_t number)
{
    model::PoolId id;
    id.value.bytes.fill(static_cast<std::uint8_t>(100 + number));
    return id;
}

// An agent as far as the protocol goes: it does what it is told at once, and says so.
class TestAgent
{
public:
    TestAgent(Fixture& fixture, std::uint8_t number) : m_fixture(fixture), m_number(number)
    {
        connect();
    }

    void connect()
    {
        client.reset();
        client = m_fixture.client("n" + std::to_string(m_number));
    }
    [[nodiscard]] model::Hello hello() const
    {
        model::Hello hello;
        hello.node = nodeId(m_number);
        hello.machine.value.bytes.fill(static_cast<std::uint8_t>(50 + m_number));
        hello.boot.value.bytes.fill(60);
        hello.incarnation.bytes.fill(incarnation);
        hello.hostname = "n" + std::to_string(m_number);
        hello.address = "127.0.0.1";
        hello.bulkEndpoint = "tcp://127.0.0.1:4525";
        hello.version = "test";
        hello.pools = {pool()};
        hello.highestHistory = highestHistory;
        hello.highestTerm = highestTerm;
        hello.highestNonce = highestNonce;
        hello.highestRevision = highestRevision;
        return hello;
    }
    [[nodiscard]] model::PoolState pool() const
    {
        model::PoolState pool;
        pool.id = poolId(m_number);
        pool.name = "default";
        pool.kind = "directory";
        pool.capabilities.transfer = true;
        pool.capacity = model::ByteCount{1ULL << 40};
        pool.free = pool.capacity;
        pool.available = true;
        return pool;
    }
    model::Reply sayHello()
    {
        const model::Reply reply = client->ask(model::AgentVerb{hello()});
        if (!reply.error) {
            welcome = std::get<model::Welcome>(reply.body);
            lastReport = 0;
        }
        return reply;
    }
    model::Report report(bool complete = false)
    {
        model::Report report;
        report.session = welcome.session;
        report.n = ++lastReport;
        report.complete = complete;
        return report;
    }
    // Opens a session, reports everything, takes the snapshot of assignments.
    model::AssignmentBatch join()
    {
        if (const model::Reply reply = sayHello(); reply.error)
            qFatal("%s", reply.error->message.c_str());
        model::Report full = report(/*complete=*/true);
        full.pools = {pool()};
        for (const auto& [id, copy] : copies)
            full.copies.push_back(copy);
        if (const model::Reply reply = client->ask(model::AgentVerb{full}); reply.error)
            qFatal("%s", reply.error->message.c_str());
        auto batch = client->nextBatch();
        while (batch && batch->session != welcome.session) // of a session before
            batch = client->nextBatch();
        if (!batch)
            qFatal("no snapshot of assignments");
        acknowledge(*batch);
        return *batch;
    }
    // Opens a session with a control that is to be recovered, and tells it everything.
    void bearWitness()
    {
        if (const model::Reply reply = sayHello(); reply.error)
            qFatal("%s", reply.error->message.c_str());
        if (!welcome.recovering)
            qFatal("control is not being recovered");
        model::Report full = report(/*complete=*/true);
        full.pools = {pool()};
        for (const auto& [id, copy] : copies) {
            full.copies.push_back(copy);
            model::FoundCopy found;
            found.identity.cluster = welcome.cluster;
            found.identity.dataset = copy.dataset;
            found.identity.copy = id;
            found.identity.role = copy.role;
            found.identity.epoch = copy.epoch;
            found.identity.generation = copy.observedGeneration;
            found.identity.name = copy.datasetName;
            found.identity.spec.placement.node = nodeId(m_number);
            found.pool = copy.pool;
            found.phase = copy.phase;
            full.found.push_back(found);
        }
        if (const model::Reply reply = client->ask(model::AgentVerb{full}); reply.error)
            qFatal("%s", reply.error->message.c_str());
    }
    // As a real agent does with what a Welcome and everything after it says.
    void remember(model::Revision revision)
    {
        highestHistory = welcome.history;
        highestTerm = welcome.term;
        highestNonce = welcome.nonce;
        highestRevision = revision;
    }
    void acknowledge(const model::AssignmentBatch& batch)
    {
        client->send(
            client->request(model::AgentVerb{model::AssignmentAck{batch.session, batch.n}}));
    }
    // Brings copies to where the assignments want them and reports it.
    void obey(const model::AssignmentBatch& batch)
    {
        model::Report done = report();
        for (const model::Assignment& assignment : batch.upserts) {
            if (assignment.goal == model::Goal::Destroyed) {
                copies.erase(assignment.copy);
                done.gone.push_back(assignment.copy);
                continue;
            }
            model::CopyState& copy = copies[assignment.copy];
            copy.dataset = assignment.dataset;
            copy.copy = assignment.copy;
            copy.pool = assignment.pool;
            copy.epoch = assignment.epoch;
            copy.role = assignment.goal == model::Goal::Retired ? assignment.retiredRole
                                                                : model::CopyRole::Primary;
            copy.phase = assignment.goal == model::Goal::Mounted ? model::CopyPhase::Mounted
                                                                 : model::CopyPhase::Created;
            copy.datasetName = assignment.name;
            copy.path = assignment.goal == model::Goal::Mounted ? "/mnt/" + assignment.name : "";
            copy.observedGeneration = assignment.generation;
            done.copies.push_back(copy);
        }
        if (const model::Reply reply = client->ask(model::AgentVerb{done}); reply.error)
            qFatal("%s", reply.error->message.c_str());
    }
    void heartbeat()
    {
        if (const model::Reply reply = client->ask(model::AgentVerb{report()}); reply.error)
            qFatal("%s", reply.error->message.c_str());
    }

    std::unique_ptr<TestClient> client;
    model::Welcome welcome;
    std::uint64_t lastReport = 0;
    std::uint8_t incarnation = 1;
    model::HistoryId highestHistory;
    model::Term highestTerm = 0;
    model::Uuid highestNonce;
    model::Revision highestRevision = 0;
    std::map<model::CopyId, model::CopyState> copies;

private:
    Fixture& m_fixture;
    std::uint8_t m_number;
};

} // namespace drover::control::service::test
