// What control does when its store fails, is full, or is older than the cluster.

#include "tests/unit/control_service/fixture.h"
#include "tests/unit/control_service/test_agent.h"

#include <QTest>

using namespace drover;
using namespace drover::model;
using namespace drover::control;
using namespace drover::control::service::test;

namespace {

ErrorCode codeOf(const Reply& reply) { return reply.error ? reply.error->code : ErrorCode{}; }
constexpr ErrorCode kOk{};

} // namespace

class TestStoreFaults : public QObject
{
    Q_OBJECT

    std::unique_ptr<Fixture> m_fixture;
    std::unique_ptr<TestClient> m_admin;
    [[nodiscard]] const control::core::ClusterState& state() const
    {
        return m_fixture->control->state();
    }
    [[nodiscard]] std::size_t datasets() const { return state().datasets().size(); }
    void restart()
    {
        m_admin.reset();
        m_fixture->restart();
        m_admin = m_fixture->client("admin");
    }

private Q_SLOTS:
    void init()
    {
        m_admin.reset();
        m_fixture = std::make_unique<Fixture>();
        m_admin = m_fixture->client("admin");
    }
    void cleanup() { m_admin.reset(); }

    void aFullDiskUndoesAnswersAndGoesOn()
    {
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(waiting("before")))), kOk);
        const Revision before = state().revision();
        m_fixture->store->setFull(true);
        const Request create = m_admin->request(waiting("web"));
        QCOMPARE(codeOf(m_admin->ask(create)), ErrorCode::StoreFull);
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(waiting("more")))), ErrorCode::StoreFull);
        QCOMPARE(state().revision(), before);
        QCOMPARE(datasets(), std::size_t{1});
        QCOMPARE(m_admin->get<DatasetListResult>(DatasetList{}).datasets.size(), std::size_t{1});
        QVERIFY(!m_fixture->fatal);
        m_fixture->store->setFull(false);
        m_fixture->world.runFor(bus::Duration{1500});
        QCOMPARE(codeOf(m_admin->ask(create)), kOk); // the same request, executed once
        QCOMPARE(datasets(), std::size_t{2});
        QCOMPARE(state().revision(), before + 1);
        restart();
        QCOMPARE(datasets(), std::size_t{2});
    }

    // An agent says once that a copy is gone. Found by the simulation, seed 326.
    void theEndOfAPurgeThatFoundNoRoomIsNotForgotten()
    {
        TestAgent agent(*m_fixture, 1);
        agent.join();
        DatasetCreate create;
        create.name = "web";
        create.node = {{}, "n1"};
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(create))), kOk);
        auto batch = agent.client->nextBatch();
        QVERIFY(batch.has_value());
        agent.acknowledge(*batch);
        agent.obey(*batch);
        QCOMPARE(
            codeOf(m_admin->ask(m_admin->request(DatasetDelete{named("web"), Duration{0}, false}))),
            kOk);
        const auto destroys = [](const AssignmentBatch& b) {
            return !b.upserts.empty() && b.upserts.front().goal == Goal::Destroyed;
        };
        while (batch && !destroys(*batch)) {
            batch = agent.client->nextBatch();
            if (batch)
                agent.acknowledge(*batch);
        }
        QVERIFY(batch.has_value());
        m_fixture->store->setFull(true);
        agent.obey(*batch);
        m_fixture->world.runFor(bus::Duration{500});
        QCOMPARE(state().ledgers().size(), std::size_t{1});
        m_fixture->store->setFull(false);
        m_fixture->world.runFor(bus::Duration{3000});
        QVERIFY(state().ledgers().empty());
    }

    void aFailedAppendEndsWithoutAWord_data()
    {
        QTest::addColumn<bool>("written");
        QTest::newRow("nothing was written") << false;
        QTest::newRow("everything was written") << true;
    }
    void aFailedAppendEndsWithoutAWord()
    {
        QFETCH(bool, written);
        m_fixture->store->failAppend(1, written ? store::StoreFault::FailAfter
                                                : store::StoreFault::FailBefore);
        const Request create = m_admin->request(waiting("web"));
        m_admin->send(create);
        QVERIFY(!m_admin->wait(create.requestId, bus::Duration{3000}));
        QVERIFY(m_fixture->fatal.has_value());
        m_admin->send(m_admin->request(StatusGet{}));
        m_fixture->world.runFor(bus::Duration{3000});
        QVERIFY(m_admin->raw().empty());
        restart();
        QCOMPARE(datasets(), std::size_t{written ? 1U : 0U});
        QCOMPARE(codeOf(m_admin->ask(create)), kOk); // either way it is done once
        QCOMPARE(datasets(), std::size_t{1});
    }

    void anOldStoreIsOnlyRead()
    {
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(waiting("web")))), kOk);
        m_fixture->disk.behind = "the store was further once";
        const Revision before = m_fixture->disk.head;
        restart();
        QCOMPARE(m_fixture->disk.head, before + 1); // a term is begun, and nothing else done
        QVERIFY(m_fixture->disk.safeMode.has_value());
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(waiting("other")))), ErrorCode::SafeMode);
        const auto status = m_admin->get<StatusResult>(StatusGet{});
        QVERIFY(status.safeMode);
        QCOMPARE(status.safeModeReason, m_fixture->disk.behind);
        QCOMPARE(m_admin->get<DatasetListResult>(DatasetList{}).datasets.size(), std::size_t{1});
    }

    void aCleanStopKeepsEverything()
    {
        const Request create = m_admin->request(waiting("web"));
        QCOMPARE(codeOf(m_admin->ask(create)), kOk);
        m_fixture->world.runFor(bus::Duration{5000});
        m_fixture->control->stop();
        const auto& history =
            std::get<HistoryRecord>(m_fixture->disk.records.at(RecordKey{RecordKind::History, {}}));
        QVERIFY(history.running >= Duration{5000});
        restart();
        QCOMPARE(datasets(), std::size_t{1});
        QVERIFY(state().now().running >= Duration{5000});
    }
};

QTEST_APPLESS_MAIN(TestStoreFaults)
#include "tst_store_faults.moc"
