// Control that is behind its cluster: how it finds out, that it stays so, and how a person ends it.

#include "tests/unit/control_service/test_agent.h"

#include <QtTest/QtTest>

#include <optional>

using namespace drover;
using namespace drover::control;
using namespace drover::control::service::test;
using namespace drover::model;

namespace {

constexpr ErrorCode kOk = ErrorCode{};

ErrorCode codeOf(const Reply& reply) { return reply.error ? reply.error->code : kOk; }

DatasetCreate on(const std::string& name, const std::string& node)
{
    DatasetCreate create;
    create.name = name;
    create.node.name = node;
    return create;
}

} // namespace

class TestRecovery : public QObject
{
    Q_OBJECT

private:
    Reply write(const WriteVerb& verb) { return m_admin->ask(m_admin->request(verb)); }
    Reply plan(const Recover& verb = {})
    {
        return m_admin->ask(m_admin->request(Write{{{verb, {}}}, true, {}, {}}));
    }
    const core::ClusterState& state() { return m_fixture->control->state(); }
    bool isSafe() { return !m_fixture->control->safeMode().empty(); }

    // Makes a dataset on n1, as far as that it is mounted.
    void makeMounted(const std::string& name)
    {
        QCOMPARE(codeOf(write(on(name, "n1"))), kOk);
        while (auto batch = m_agent->client->nextBatch()) {
            m_agent->acknowledge(*batch);
            m_agent->obey(*batch);
        }
    }

    void restartOn(std::optional<store::MemoryDisk> disk = {})
    {
        m_admin.reset();
        m_fixture->crash();
        if (disk)
            m_fixture->disk = std::move(*disk);
        QVERIFY(!m_fixture->start());
        m_admin = m_fixture->client("admin");
        m_agent->connect();
    }

    // Control runs on a copy of its store that lacks what came after; clients have written to it.
    void restartOnOldCopy()
    {
        makeMounted("web");
        const store::MemoryDisk old = m_fixture->disk;
        makeMounted("shop");
        m_agent->remember(state().revision());
        restartOn(old);
        for (int i = 0; i < 20; ++i)
            QCOMPARE(codeOf(write(on("d" + std::to_string(i), "n1"))), kOk);
        QVERIFY(state().revision() > m_agent->highestRevision);
    }

    std::unique_ptr<Fixture> m_fixture;
    std::unique_ptr<TestClient> m_admin;
    std::unique_ptr<TestAgent> m_agent;

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<Fixture>();
        m_admin = m_fixture->client("admin");
        m_agent = std::make_unique<TestAgent>(*m_fixture, std::uint8_t{1});
        m_agent->join();
    }
    void cleanup()
    {
        m_agent.reset();
        m_admin.reset();
        m_fixture.reset();
    }

    void anOldCopyIsFoundOutWhateverWasWrittenToIt()
    {
        restartOnOldCopy();
        QVERIFY(!isSafe());
        QCOMPARE(codeOf(m_agent->sayHello()), ErrorCode::SafeMode);
        QVERIFY(isSafe());
        QCOMPARE(codeOf(write(waiting("more"))), ErrorCode::SafeMode);
    }

    void safeModeOutlivesTheProcess()
    {
        restartOnOldCopy();
        m_agent->sayHello();
        const auto before = m_admin->get<StatusResult>(StatusGet{});
        QVERIFY(before.safeMode && before.safeModeSince);
        m_fixture->world.runFor(bus::Duration{60'000});
        restartOn();
        const auto after = m_admin->get<StatusResult>(StatusGet{});
        QVERIFY(after.safeMode);
        QCOMPARE(after.safeModeReason, before.safeModeReason);
        QVERIFY(after.safeModeSince == before.safeModeSince);
    }

    void theNewestStoreIsNotInSafeMode()
    {
        makeMounted("web");
        const store::MemoryDisk old = m_fixture->disk;
        makeMounted("shop");
        m_agent->remember(state().revision());
        const store::MemoryDisk newest = m_fixture->disk;
        restartOn(old);
        QCOMPARE(codeOf(m_agent->sayHello()), ErrorCode::SafeMode);
        restartOn(newest);
        QVERIFY(!isSafe());
        QCOMPARE(codeOf(m_agent->sayHello()), kOk);
    }

    void aMarkThatFindsNoRoomIsWrittenLater()
    {
        restartOnOldCopy();
        m_fixture->store->setFull(true);
        m_agent->sayHello();
        QVERIFY(isSafe());
        QVERIFY(!m_fixture->disk.safeMode);
        m_fixture->store->setFull(false);
        m_fixture->world.runFor(bus::Duration{15'000});
        QVERIFY(m_fixture->disk.safeMode.has_value());
    }

    void nothingIsDecidedUntilHalfOfTheNodesHaveSpoken()
    {
        TestAgent second(*m_fixture, std::uint8_t{2});
        second.join();
        QCOMPARE(codeOf(write(on("later", "n1"))), kOk);
        m_agent->remember(state().revision());
        restartOn();
        QCOMPARE(codeOf(write(on("web", "n1"))), kOk); // a wish
        DatasetDelete remove;
        remove.dataset = named("later");
        QCOMPARE(codeOf(write(remove)), kOk);
        DatasetPurge purge;
        purge.dataset = named("later");
        QCOMPARE(codeOf(write(purge)), ErrorCode::Unavailable);
        const auto status = m_admin->get<StatusResult>(StatusGet{});
        QCOMPARE(status.conditions.size(), std::size_t{1});
        QCOMPARE(status.conditions.front().reason, std::string{"TooFewHeard"});
        m_agent->join(); // one of two
        m_fixture->world.runFor(bus::Duration{1000});
        QVERIFY(state().ledger(state().living("web")->id) != nullptr);
        QCOMPARE(codeOf(write(purge)), kOk);
    }

    void keysPassInSafeMode()
    {
        restartOnOldCopy();
        m_agent->sayHello();
        KeyAdd add;
        add.publicKey = publicKey(20);
        add.name = "n9";
        add.role = KeyRole::Node;
        add.node = nodeId(9);
        QCOMPARE(codeOf(write(add)), kOk);
        QVERIFY(m_fixture->door.users.contains(publicKey(20)));
        QVERIFY(m_fixture->disk.records.contains(RecordKey{RecordKind::Key, publicKey(20)}));
        QCOMPARE(codeOf(write(waiting("no"))), ErrorCode::SafeMode);
        QVERIFY(isSafe());
    }

    void recoveryIsForSafeModeOnly()
    {
        QCOMPARE(codeOf(write(Recover{})), ErrorCode::FailedState);
        QCOMPARE(codeOf(plan()), ErrorCode::FailedState);
        const Write both{{{Recover{}, {}}, {waiting("web"), {}}}, false, {}, {}};
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(both))), ErrorCode::InvalidArgument);
        const auto other = m_fixture->client("operator");
        QCOMPARE(codeOf(other->ask(other->request(WriteVerb{Recover{}}))),
                 ErrorCode::PermissionDenied);
    }

    void aRecoveredControlGoesOnWithWhatTheNodesHave()
    {
        restartOnOldCopy();
        m_agent->sayHello();
        QCOMPARE(codeOf(write(Recover{})), ErrorCode::FailedState); // n1 has not told anything yet
        m_agent->bearWitness();
        QVERIFY(!m_agent->client->nextBatch()); // nothing is ordered
        const Reply shown = plan();
        QCOMPARE(codeOf(shown), kOk);
        const auto steps = std::get<WriteResult>(shown.body).plan->steps;
        const auto adopted = std::count_if(steps.begin(), steps.end(), [](const PlanStep& step) {
            return step.node == "n1" && step.action.starts_with("adopt copy ");
        });
        QCOMPARE(adopted, std::ptrdiff_t{2}); // web, and shop that the store has forgotten
        QCOMPARE(
            codeOf(m_admin->ask(m_admin->request(Write{{{Recover{}, {}}}, false, "00ff", {}}))),
            ErrorCode::PlanChanged);

        const HistoryRecord before = state().history();
        const Request request = m_admin->request(WriteVerb{Recover{}});
        const Reply done = m_admin->ask(request);
        QCOMPARE(codeOf(done), kOk);
        QVERIFY(!isSafe());
        QVERIFY(!m_fixture->disk.safeMode);
        QVERIFY(state().history().history != before.history);
        QVERIFY(state().history().term > m_agent->highestTerm);
        QVERIFY(state().living("shop") != nullptr);
        QVERIFY(state().living("d7") != nullptr); // what clients wrote to the old copy stays
        QVERIFY(m_admin->ask(request) == done);   // at most once, over the new beginning

        // The old session is over; the agent follows the new history.
        QCOMPARE(codeOf(m_agent->client->ask(AgentVerb{m_agent->report()})),
                 ErrorCode::StaleSession);
        const AssignmentBatch batch = m_agent->join();
        QVERIFY(!m_agent->welcome.recovering);
        QVERIFY(m_agent->welcome.supersedes == std::vector<HistoryId>{before.history});
        std::size_t mounted = 0;
        for (const Assignment& assignment : batch.upserts)
            mounted += assignment.goal == Goal::Mounted && assignment.epoch == 1000 ? 1 : 0;
        QCOMPARE(mounted, std::size_t{2});
        m_agent->obey(batch);
        QCOMPARE(codeOf(write(on("after", "n1"))), kOk);

        // And again after a restart.
        m_agent->remember(state().revision());
        restartOn();
        QVERIFY(!isSafe());
        m_agent->join();
        QVERIFY(!isSafe());
    }

    void aLostStoreIsMadeAgain()
    {
        makeMounted("web");
        m_agent->remember(state().revision());
        const HistoryId lost = m_agent->highestHistory;
        auto records = firstRecords();
        SeededIds other{1234};
        for (Record& record : records)
            if (auto* history = std::get_if<HistoryRecord>(&record))
                history->history = other.make<HistoryId>();
        store::MemoryDisk fresh = store::MemoryDisk::initialised(records, m_fixture->wall.wall());
        fresh.safeMode = store::SafeModeMark{"the store was lost", m_fixture->wall.wall()};
        restartOn(fresh);
        QVERIFY(isSafe());
        m_fixture->world.runFor(bus::Duration{60'000}); // an ownership term, for what n2 may do yet
        m_agent->bearWitness();
        QCOMPARE(codeOf(write(Recover{})),
                 ErrorCode::FailedState); // n2 has a key, and was not heard
        Recover verb;
        verb.lost.push_back({nodeId(2), {}});
        verb.statement = "never was";
        QCOMPARE(codeOf(write(verb)), kOk);
        QVERIFY(!isSafe());
        QVERIFY(state().living("web") != nullptr);
        const auto& ended = state().history().superseded;
        QVERIFY(std::find(ended.begin(), ended.end(), lost) != ended.end());
        const AssignmentBatch batch = m_agent->join();
        QCOMPARE(batch.upserts.size(), std::size_t{1});
        QVERIFY(batch.upserts.front().goal == Goal::Mounted && !batch.upserts.front().mayCreate);
        QCOMPARE(batch.upserts.front().epoch, Epoch{1000});
    }

    void aFullDiskChangesNothing()
    {
        restartOnOldCopy();
        m_agent->sayHello();
        m_agent->bearWitness();
        m_fixture->store->setFull(true);
        const Revision before = state().revision();
        QCOMPARE(codeOf(write(Recover{})), ErrorCode::StoreFull);
        QVERIFY(isSafe());
        QCOMPARE(state().revision(), before);
        m_fixture->store->setFull(false);
        QCOMPARE(codeOf(write(Recover{})), kOk);
    }
};

QTEST_APPLESS_MAIN(TestRecovery)
#include "tst_recovery.moc"
