#pragma once

// What tests of a whole control service with one agent, on n1, have in common.

#include "control/core/invariants.h"
#include "tests/unit/control_service/test_agent.h"

#include <QTest>

namespace drover::control::service::test {

inline model::ErrorCode codeOf(const model::Reply& reply)
{
    return reply.error ? reply.error->code : model::ErrorCode{};
}
inline constexpr model::ErrorCode kOk{};

inline model::DatasetCreate on(const std::string& name, const std::string& node)
{
    model::DatasetCreate create;
    create.name = name;
    create.node.name = node;
    return create;
}

class OneAgent
{
protected:
    void begin()
    {
        m_agent.reset();
        m_admin.reset();
        m_fixture = std::make_unique<Fixture>();
        m_admin = m_fixture->client("admin");
        m_agent = std::make_unique<TestAgent>(*m_fixture, std::uint8_t{1});
    }
    void end()
    {
        if (m_fixture->control)
            verifyInvariants();
        m_agent.reset();
        m_admin.reset();
    }

    std::unique_ptr<Fixture> m_fixture;
    std::unique_ptr<TestClient> m_admin;
    std::unique_ptr<TestAgent> m_agent;
    [[nodiscard]] const core::ClusterState& state() const { return m_fixture->control->state(); }
    model::Reply write(model::WriteVerb verb)
    {
        return m_admin->ask(m_admin->request(std::move(verb)));
    }
    model::DatasetView show(const std::string& name)
    {
        return m_admin->get<model::DatasetListResult>(model::DatasetGet{named(name)})
            .datasets.front();
    }
    void verifyInvariants()
    {
        for (const std::string& broken : core::checkInvariants(state()))
            QFAIL(broken.c_str());
    }
    // A dataset that is mounted on n1.
    void makeMounted(const std::string& name)
    {
        QCOMPARE(codeOf(write(on(name, "n1"))), kOk);
        const auto batch = m_agent->client->nextBatch();
        QVERIFY(batch.has_value());
        m_agent->acknowledge(*batch);
        m_agent->obey(*batch);
        QVERIFY(show(name).status.sync == model::Sync::InSync);
    }
};

} // namespace drover::control::service::test
