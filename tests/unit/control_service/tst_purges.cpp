// What is seen of a dataset between its purge and the end of its last copy.

#include "control/core/invariants.h"
#include "tests/unit/control_service/test_agent.h"

#include <QTest>

using namespace drover;
using namespace drover::model;
using namespace drover::control;
using namespace drover::control::service::test;

namespace {

ErrorCode codeOf(const Reply& reply) { return reply.error ? reply.error->code : ErrorCode{}; }
constexpr ErrorCode kOk{};

DatasetCreate on(const std::string& name, const std::string& node)
{
    DatasetCreate create;
    create.name = name;
    create.node.name = node;
    return create;
}

} // namespace

class TestPurges : public QObject
{
    Q_OBJECT

    std::unique_ptr<Fixture> m_fixture;
    std::unique_ptr<TestClient> m_admin;
    std::unique_ptr<TestAgent> m_agent;
    [[nodiscard]] const control::core::ClusterState& state() const
    {
        return m_fixture->control->state();
    }
    Reply write(WriteVerb verb) { return m_admin->ask(m_admin->request(std::move(verb))); }
    DatasetView show(const std::string& name)
    {
        return m_admin->get<DatasetListResult>(DatasetGet{named(name)}).datasets.front();
    }
    void verifyInvariants()
    {
        for (const std::string& broken : control::core::checkInvariants(state()))
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
        QVERIFY(show(name).status.sync == Sync::InSync);
    }

private Q_SLOTS:
    void init()
    {
        m_agent.reset();
        m_admin.reset();
        m_fixture = std::make_unique<Fixture>();
        m_admin = m_fixture->client("admin");
        m_agent = std::make_unique<TestAgent>(*m_fixture, std::uint8_t{1});
    }
    void cleanup()
    {
        if (m_fixture->control)
            verifyInvariants();
        m_agent.reset();
        m_admin.reset();
    }

    void aPurgeIsSeenUntilItsLastCopyIsGone()
    {
        m_agent->join();
        makeMounted("web");
        QVERIFY(m_agent->client->nextBatch()); // that it is never made anew
        makeMounted("other");
        const DatasetId id = show("web").record.id;
        const auto counts = [&] { return m_admin->get<StatusResult>(StatusGet{}); };
        const auto deleted = [&](std::uint32_t limit) {
            DatasetList list;
            list.deleted = true;
            list.page.limit = limit;
            std::vector<DatasetId> ids;
            do {
                const auto page = m_admin->get<DatasetListResult>(list);
                for (const DatasetView& view : page.datasets)
                    ids.push_back(view.record.id);
                list.page.after = page.next;
            } while (!list.page.after.empty());
            return ids;
        };
        DatasetDelete remove;
        remove.dataset = named("web");
        QCOMPARE(codeOf(write(remove)), kOk);
        // In the trash it is in sync or not, and none of the living.
        StatusResult status = counts();
        QCOMPARE(status.inSync + status.converging + status.blocked, status.datasets);
        QCOMPARE(status.datasets, std::uint64_t{1});
        QCOMPARE(status.deleted, std::uint64_t{1});
        QCOMPARE(codeOf(write(DatasetPurge{named("web")})), kOk);
        status = counts();
        QCOMPARE(status.inSync + status.converging + status.blocked, status.datasets);
        QCOMPARE(status.deleted, std::uint64_t{0});
        QCOMPARE(status.purging, std::uint64_t{1});
        const auto isShown = [&](const DatasetRef& ref) {
            const auto reply = m_admin->ask(m_admin->request(DatasetGet{ref}));
            if (reply.error)
                return false;
            const DatasetView& view = std::get<DatasetListResult>(reply.body).datasets.front();
            return view.record.id == id && view.record.header.name == "web" &&
                   view.record.deletion && view.ledger && view.ledger->purgeCommitted &&
                   view.status.sync == Sync::Converging && !view.status.conditions.empty();
        };
        QVERIFY(isShown(named("web")));
        QVERIFY(isShown({id, {}}));
        QCOMPARE(codeOf(write(DatasetUndelete{{id, {}}, {}})), ErrorCode::NotFound);
        // The trash is listed in pages, both kinds of it.
        remove.dataset = named("other");
        QCOMPARE(codeOf(write(remove)), kOk);
        QCOMPARE(deleted(1).size(), std::size_t{2});
        QVERIFY(deleted(1) == deleted(0));
        // The name is free; whoever has it now is who is meant by it.
        QCOMPARE(codeOf(write(on("web", "n1"))), kOk);
        QVERIFY(show("web").record.id != id);
        QVERIFY(isShown({id, {}}));
        m_agent->connect(); // it missed what it was told meanwhile
        m_agent->obey(m_agent->join());
        const Reply gone = m_admin->ask(m_admin->request(DatasetGet{{id, {}}}));
        QCOMPARE(codeOf(gone), ErrorCode::NotFound);
        QCOMPARE(counts().purging, std::uint64_t{0});
        QCOMPARE(deleted(0).size(), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestPurges)
#include "tst_purges.moc"
