// What a recovery makes of a store that is behind, or empty, and of what the nodes tell.

#include "control/core/assignments.h"
#include "control/core/decide_ops.h"
#include "control/core/invariants.h"
#include "control/core/recover.h"
#include "tests/unit/control_core/clusters.h"

#include <QtTest/QtTest>

using namespace drover::control::core;
using namespace drover::control::core::test;
using namespace drover::model;

namespace {

const Actor kAdmin{"ann", KeyRole::Admin, std::nullopt};

struct Told
{
    std::uint8_t node = 1;
    CopyRole role = CopyRole::Primary;
    Epoch epoch = 1;
    CopyPhase phase = CopyPhase::Mounted;
    std::uint64_t generation = 1;
    std::string name = "web";
    std::uint8_t copy = 0; // 0: the store's own copy of the dataset
    bool whole = true;
};

} // namespace

class TestRecover : public QObject
{
    Q_OBJECT

private:
    // A cluster whose store knows `web` on n1 at epoch 1, in use.
    void begin(Driver& c)
    {
        m_id = c.create(web());
        c.converge();
        QCOMPARE(c.ledger(m_id).epoch, Epoch{1});
        c.report(1, {}, {c.ledger(m_id).copy}); // what is there now, each test tells
        for (std::uint8_t n = 1; n <= 3; ++n)
            hear(c, n);
    }

    void hear(const Driver& c, std::uint8_t number, Term term = 1)
    {
        Witness& witness = m_witnesses[nodeId(number)];
        witness.hello.node = nodeId(number);
        witness.hello.hostname = "n" + std::to_string(number);
        witness.hello.highestHistory = c.state.history().history;
        witness.hello.highestTerm = term;
        witness.complete = true;
    }

    static CopyId copyId(std::uint8_t number) { return numbered<CopyId>(number); }

    void tell(const Driver& c, const Told& told, std::optional<DatasetId> id = {})
    {
        FoundCopy found;
        found.identity.cluster = c.state.cluster().id;
        found.identity.dataset = id.value_or(m_id);
        found.identity.copy = told.copy == 0 ? c.ledger(m_id).copy : copyId(told.copy);
        found.identity.role = told.role;
        found.identity.epoch = told.epoch;
        found.identity.generation = told.generation;
        found.identity.name = told.name;
        found.identity.spec.placement.node = nodeId(told.node);
        found.pool = c.state.poolsOfNode(nodeId(told.node)).front();
        found.phase = told.phase;
        found.whole = told.whole;
        m_witnesses[nodeId(told.node)].copies[{found.pool, found.identity.copy}] = found;
    }

    RecoveryPlan plan(Driver& c, const Recover& request = {}, Duration safeFor = Duration{600'000})
    {
        auto planned = planRecovery(c.state, m_witnesses, request, kAdmin, c.now, safeFor, c.ids);
        if (!planned)
            qFatal("%s", planned.error().message.c_str());
        return std::move(*planned);
    }

    // Puts the plan into the state, as a restart on the recovered store does.
    ClusterState recovered(Driver& c, const RecoveryPlan& plan)
    {
        if (!plan.obstacles.empty())
            qFatal("%s", plan.obstacles.front().message.c_str());
        ClusterState state = c.state;
        for (const Commit& commit : plan.commits)
            apply(state, commit);
        return state;
    }

    static QString stepsOf(const RecoveryPlan& plan)
    {
        QStringList lines;
        for (const PlanStep& step : plan.plan.steps)
            lines << QString::fromStdString(step.node + ": " + step.subject + ": " + step.action +
                                            " (" + step.reason + ")");
        return lines.join(QLatin1Char('\n'));
    }

    DatasetId m_id;
    Witnesses m_witnesses;

private Q_SLOTS:
    void init() { m_witnesses.clear(); }

    void theOnlyPrimaryAtTheHighestEpochIsTheDataset()
    {
        LocalCluster c;
        begin(c);
        // What the store has forgotten: a move to n2.
        tell(c, {1, CopyRole::Stale, 1, CopyPhase::Created});
        tell(c, {2, CopyRole::Primary, 2, CopyPhase::Mounted, 2, "web", 7});
        const auto made = plan(c);
        QVERIFY2(made.obstacles.empty(), qPrintable(stepsOf(made)));
        QCOMPARE(made.adopted, std::size_t{1});
        QCOMPARE(made.orphans, std::size_t{1});
        const ClusterState state = recovered(c, made);
        const DatasetLedger& ledger = *state.ledger(m_id);
        QVERIFY(ledger.owner == nodeId(2));
        QVERIFY(ledger.copy == copyId(7));
        QCOMPARE(ledger.epoch, Epoch{1000});
        QVERIFY(ledger.everCreated && !ledger.handover && ledger.retired.empty());
        QCOMPARE(checkInvariants(state).size(), std::size_t{0});
        const auto orders = assignmentsOf(state, m_id, nodeId(2));
        QCOMPARE(orders.size(), std::size_t{1});
        QVERIFY(orders.front().goal == Goal::Mounted && orders.front().epoch == 1000);
        QVERIFY(assignmentsOf(state, m_id, nodeId(1)).empty()); // kept, not destroyed
    }

    void aMoveThatWasOpenIsForgotten()
    {
        LocalCluster c;
        begin(c);
        c.report(1, {primaryOf(c, m_id, CopyPhase::Mounted)});
        QVERIFY(c.write(DatasetMove{named("web"), node(2), {}, false}).ok());
        QVERIFY(c.ledger(m_id).handover.has_value());
        c.report(1, {}, {c.ledger(m_id).copy});
        tell(c, {1, CopyRole::Primary, 1});
        tell(c, {2, CopyRole::Receiving, 1, CopyPhase::Created, 1, "web", 7});
        const ClusterState state = recovered(c, plan(c));
        QVERIFY(state.ledger(m_id)->owner == nodeId(1));
        QVERIFY(!state.ledger(m_id)->handover);
        QCOMPARE(checkInvariants(state).size(), std::size_t{0});
    }

    void whatCannotBeKnownIsAsked_data()
    {
        QTest::addColumn<int>("role1");
        QTest::addColumn<int>("epoch1");
        QTest::addColumn<int>("role2");
        QTest::addColumn<int>("epoch2");
        const auto row = [](const char* name, CopyRole r1, int e1, CopyRole r2, int e2) {
            QTest::newRow(name) << static_cast<int>(r1) << e1 << static_cast<int>(r2) << e2;
        };
        row("two primaries", CopyRole::Primary, 3, CopyRole::Primary, 3);
        row("an older primary", CopyRole::Primary, 3, CopyRole::Released, 4);
        row("let go, and being received", CopyRole::Released, 3, CopyRole::Receiving, 3);
        row("a primary beside one let go", CopyRole::Primary, 3, CopyRole::Released, 3);
        row("a trashed and a primary", CopyRole::Trash, 3, CopyRole::Primary, 3);
        row("received later", CopyRole::Primary, 3, CopyRole::Receiving, 4);
    }
    void whatCannotBeKnownIsAsked()
    {
        QFETCH(int, role1);
        QFETCH(int, epoch1);
        QFETCH(int, role2);
        QFETCH(int, epoch2);
        LocalCluster c;
        begin(c);
        tell(c, {1, static_cast<CopyRole>(role1), static_cast<Epoch>(epoch1), CopyPhase::Created});
        tell(c, {2, static_cast<CopyRole>(role2), static_cast<Epoch>(epoch2), CopyPhase::Created, 1,
                 "web", 7});
        const auto open = plan(c);
        QCOMPARE(open.obstacles.size(), std::size_t{1});
        QVERIFY(open.obstacles.front().code == ErrorCode::Conflict);
        QVERIFY(open.commits.empty());
        QCOMPARE(open.plan.steps.size(), std::size_t{2}); // both claims
        for (const PlanStep& step : open.plan.steps)
            QVERIFY2(step.action.starts_with("choose: copy "), step.action.c_str());
        Recover request;
        request.choices.push_back({named("web"), copyId(7)});
        const ClusterState state = recovered(c, plan(c, request));
        QVERIFY(state.ledger(m_id)->copy == copyId(7));
        QCOMPARE(state.ledger(m_id)->epoch, Epoch{1000});
    }

    // The grant was taken up late, by an agent that still followed its orders, after somebody had
    // looked at the copies (seed 307158 of the simulation).
    void notWhileAnotherCopyIsInUse()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1, CopyRole::Released, 2, CopyPhase::Created});
        tell(c, {2, CopyRole::Primary, 3, CopyPhase::Mounted, 1, "web", 7});
        Recover request;
        request.choices.push_back({named("web"), c.ledger(m_id).copy});
        const auto open = plan(c, request);
        QCOMPARE(open.obstacles.size(), std::size_t{1});
        QVERIFY(open.obstacles.front().code == ErrorCode::Conflict);
        QVERIFY(open.commits.empty());
        QVERIFY(recovered(c, plan(c)).ledger(m_id)->copy == copyId(7));
    }

    void onlyAWholeCopyThatIsThereCanBeChosen()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1, CopyRole::Released, 3});
        tell(c, {2, CopyRole::Receiving, 3, CopyPhase::Created, 1, "web", 7, /*whole=*/false});
        for (const std::uint8_t number : {std::uint8_t{7}, std::uint8_t{8}}) {
            Recover request;
            request.choices.push_back({named("web"), copyId(number)});
            const auto refused =
                planRecovery(c.state, m_witnesses, request, kAdmin, c.now, Duration{0}, c.ids);
            QVERIFY(!refused.ok() && refused.error().code == ErrorCode::NotFound);
        }
    }

    void everyNodeSpeaksOrIsLost()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1});
        silence(c, 3);
        // What it does now with what it told of is not known.
        QCOMPARE(plan(c).obstacles.size(), std::size_t{1});
        QCOMPARE(plan(c).obstacles.front().subject, std::string{"node n3"});
        m_witnesses.erase(nodeId(3));
        const auto open = plan(c);
        QCOMPARE(open.obstacles.size(), std::size_t{1});
        QCOMPARE(open.obstacles.front().subject, std::string{"node n3"});
        Recover request;
        request.lost.push_back(node(3));
        QVERIFY(!plan(c, request).obstacles.empty()); // without a word how that is known
        request.statement = "burnt";
        QVERIFY(
            !plan(c, request, Duration{1000}).obstacles.empty()); // may write to shared pools yet
        const ClusterState state = recovered(c, plan(c, request));
        QVERIFY(state.isLost(nodeId(3)));
        request.lost = {node(1)}; // speaks
        QVERIFY(!planRecovery(c.state, m_witnesses, request, kAdmin, c.now, Duration{0}, c.ids));
    }

    // A call that hangs leaves an agent without knowledge of a copy that it had mounted (seed
    // 507440 of the simulation).
    void whatWasInUseAndCannotBeSeenIsWaitedFor()
    {
        LocalCluster c;
        begin(c);
        c.report(1, {primaryOf(c, m_id, CopyPhase::Mounted)}); // and no witness tells of it
        const auto open = plan(c);
        QCOMPARE(open.obstacles.size(), std::size_t{1});
        QCOMPARE(open.obstacles.front().subject, std::string{"node n1"});
        tell(c, {1});
        QVERIFY(plan(c).obstacles.empty());
    }

    void anUnavailablePoolIsWaitedFor()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1});
        auto pool = localPool(2, "default");
        pool.available = false;
        c.reportPools(2, {pool});
        const auto open = plan(c);
        QCOMPARE(open.obstacles.size(), std::size_t{1});
        QCOMPARE(open.obstacles.front().subject, std::string{"node n2"});
    }

    // It was recovered before, at epoch 1000, and a grant at 1001 was seen by an agent and reached no copy.
    void epochsOfAFormerRecoveryAreNotGivenAgain()
    {
        LocalCluster c;
        begin(c);
        tell(c, {});
        hear(c, 3, 1000);
        const ClusterState state = recovered(c, plan(c));
        QCOMPARE(state.ledger(m_id)->epoch, Epoch{2000});
        QCOMPARE(state.history().term, Term{2000});
    }

    void whatWasDeletedStaysDeletedUntilAPersonPurgesIt()
    {
        LocalCluster c;
        begin(c);
        c.pass(std::chrono::hours{1});
        tell(c, {1, CopyRole::Trash, 1, CopyPhase::Created});
        const auto made = plan(c);
        const ClusterState state = recovered(c, made);
        const auto& deletion = state.dataset(m_id)->deletion;
        QVERIFY(deletion.has_value());
        QVERIFY(deletion->at == c.now);
        QVERIFY(deletion->grace == kMaximumDuration);
        QCOMPARE(checkInvariants(state).size(), std::size_t{0});
    }

    void whatIsInUseLivesThoughTheStoreSaysDeleted()
    {
        LocalCluster c;
        begin(c);
        QVERIFY(c.write(DatasetDelete{named("web"), {}, false}).ok());
        tell(c, {1, CopyRole::Primary, 1});
        const ClusterState state = recovered(c, plan(c));
        QVERIFY(!state.dataset(m_id)->deletion);
        QVERIFY(assignmentsOf(state, m_id, nodeId(1)).front().goal == Goal::Mounted);
    }

    void aDatasetThatTheStoreNeverKnewComesBackByItsIdentity()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1});
        const auto other = numbered<DatasetId>(55);
        tell(c, {3, CopyRole::Primary, 12, CopyPhase::Mounted, 9, "web", 9}, other);
        const ClusterState state = recovered(c, plan(c));
        const DatasetRecord* record = state.dataset(other);
        QVERIFY(record != nullptr);
        QCOMPARE(record->header.generation, std::uint64_t{9});
        QCOMPARE(record->header.name, "web." + other.toString().substr(0, 8)); // `web` is taken
        QCOMPARE(state.dataset(m_id)->header.name, std::string{"web"});
        QVERIFY(state.ledger(other)->owner == nodeId(3));
        QCOMPARE(checkInvariants(state).size(), std::size_t{0});
    }

    void theHigherGenerationSaysWhatIsWished()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1, CopyRole::Primary, 1, CopyPhase::Mounted, 5, "shop"});
        QCOMPARE(recovered(c, plan(c)).dataset(m_id)->header.name, std::string{"shop"});
        tell(c, {1, CopyRole::Primary, 1, CopyPhase::Mounted, 1, "shop"});
        QCOMPARE(recovered(c, plan(c)).dataset(m_id)->header.name, std::string{"web"});
    }

    void whatNobodyHasIsMissingAndNotMadeAnew()
    {
        LocalCluster c;
        begin(c);
        const auto made = plan(c);
        QCOMPARE(made.missing, std::size_t{1});
        const ClusterState state = recovered(c, made);
        QVERIFY(state.ledger(m_id)->everCreated);
        QVERIFY(!assignmentsOf(state, m_id, nodeId(1)).front().mayCreate);
        QCOMPARE(state.ledger(m_id)->epoch, Epoch{1000});
    }

    // The store is an old copy: what it was about to make may have been made, used and lost since.
    void whatWasPlacedMayHaveExisted()
    {
        LocalCluster c;
        m_id = c.create(web());
        QVERIFY(!c.ledger(m_id).everCreated);
        for (std::uint8_t n = 1; n <= 3; ++n)
            hear(c, n);
        const auto made = plan(c);
        QCOMPARE(made.missing, std::size_t{1});
        QVERIFY(recovered(c, made).ledger(m_id)->everCreated);
    }

    void anImageWithoutAFilesystemMayGetOne_data()
    {
        QTest::addColumn<QString>("filesystem");
        QTest::newRow("never formatted") << QString();
        QTest::newRow("formatted") << QStringLiteral("ext4");
    }
    void anImageWithoutAFilesystemMayGetOne()
    {
        QFETCH(const QString, filesystem);
        LocalCluster c;
        begin(c);
        PoolState pool = localPool(1, "default");
        pool.capabilities.filesystems = {"ext4"};
        c.reportPools(1, {pool});
        const auto other = numbered<DatasetId>(55);
        tell(c, {1});
        tell(c, {1, CopyRole::Primary, 1, CopyPhase::Created, 1, "blank", 9}, other);
        for (auto& [key, found] : m_witnesses[nodeId(1)].copies)
            found.filesystem = filesystem.toStdString();
        const ClusterState state = recovered(c, plan(c));
        QCOMPARE(state.ledger(other)->everCreated, !filesystem.isEmpty());
        QVERIFY(state.ledger(m_id)->everCreated); // mounted
    }

    // One node has looked at the image before it was formatted, another one afterwards.
    void anImageThatSomebodyKnowsToBeFormattedIsNotBlank()
    {
        SharedCluster c;
        begin(c);
        PoolState pool = sharedPool(9, "san", Fence::None);
        pool.capabilities.filesystems = {"ext4"};
        for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
            c.reportPools(number, {pool});
            tell(c, {number, CopyRole::Primary, 1, CopyPhase::Created});
        }
        auto& late = m_witnesses[nodeId(2)].copies.begin()->second;
        QVERIFY(!recovered(c, plan(c)).ledger(m_id)->everCreated);
        late.filesystem = "ext4";
        QVERIFY(recovered(c, plan(c)).ledger(m_id)->everCreated);
    }

    void aPartOfADatasetIsASignThatItExisted()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1});
        const auto later = numbered<DatasetId>(44);
        DatasetRecord record = *c.state.dataset(m_id);
        record.id = later;
        record.header.name = "later";
        apply(c.state, RecordPut{record}); // not placed, as far as the store knows
        tell(c, {2, CopyRole::Receiving, 3, CopyPhase::Created, 1, "later", 7, /*whole=*/false},
             later);
        const auto made = plan(c);
        QCOMPARE(made.missing, std::size_t{1});
        QCOMPARE(made.orphans, std::size_t{1});
        const ClusterState state = recovered(c, made);
        QVERIFY(state.ledger(later)->everCreated);
        QCOMPARE(state.ledger(later)->epoch, Epoch{1000});
        for (const Assignment& order : assignmentsOf(state, later, nodeId(2)))
            QVERIFY(!order.mayCreate);
    }

    void copiesOfAPurgedDatasetAreOrphans()
    {
        LocalCluster c;
        begin(c);
        apply(c.state, RecordPut{Tombstone{numbered<DatasetId>(66)}});
        tell(c, {1});
        tell(c, {2, CopyRole::Primary, 4, CopyPhase::Created, 1, "old", 9},
             numbered<DatasetId>(66));
        const auto made = plan(c);
        QCOMPARE(made.orphans, std::size_t{1});
        QVERIFY(recovered(c, made).dataset(numbered<DatasetId>(66)) == nullptr);
    }

    void copiesOfAnotherClusterAreNotLookedAt()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1});
        tell(c, {2, CopyRole::Primary, 4, CopyPhase::Created, 1, "theirs", 9},
             numbered<DatasetId>(67));
        for (auto& [key, found] : m_witnesses[nodeId(2)].copies)
            found.identity.cluster = numbered<ClusterId>(99);
        QVERIFY(recovered(c, plan(c)).dataset(numbered<DatasetId>(67)) == nullptr);
    }

    void anImageBelongsToWhoUsesIt()
    {
        SharedCluster c;
        begin(c);
        tell(c, {1, CopyRole::Primary, 2, CopyPhase::Created});
        tell(c, {2, CopyRole::Primary, 2, CopyPhase::Mounted});
        const ClusterState state = recovered(c, plan(c));
        QVERIFY(state.ledger(m_id)->owner == nodeId(2));
        tell(c, {1, CopyRole::Primary, 2, CopyPhase::Attached}); // two use it: that is for a person
        QVERIFY(!plan(c).obstacles.empty());
    }

    void aLostOwnerOfAnImageKeepsItUntilTheFenceHasDoneItsPart()
    {
        SharedCluster c(Fence::Self);
        begin(c);
        silence(c, 1);
        m_witnesses.erase(nodeId(1));
        tell(c, {2, CopyRole::Primary, 1, CopyPhase::Created});
        Recover request;
        request.lost.push_back(node(1));
        request.statement = "off";
        const ClusterState state = recovered(c, plan(c, request));
        QVERIFY(state.ledger(m_id)->owner == nodeId(1));
        QCOMPARE(state.ledger(m_id)->epoch, Epoch{1000});
    }

    void theNewHistoryIsAboveEverythingRemembered()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1});
        hear(c, 2, /*term=*/4711);
        const HistoryRecord before = c.state.history();
        const auto made = plan(c);
        const HistoryRecord after = recovered(c, made).history();
        QVERIFY(after.history != before.history);
        QCOMPARE(after.term, Term{5000});
        QVERIFY(after.superseded == std::vector<HistoryId>{before.history});
        for (const Commit& commit : made.commits)
            QCOMPARE(commit.term, Term{5000});
        // Who knows the old history is welcome in the new one; who knows yet another is not.
        Driver next;
        next.state = recovered(c, made);
        Hello hello = m_witnesses[nodeId(2)].hello;
        const Actor actor{"n2", KeyRole::Node, nodeId(2)};
        auto result = acceptHello(next.state, hello, actor, {}, c.now, c.ids);
        QVERIFY2(result.verdict == HelloVerdict::Accept, result.error.message.c_str());
        QVERIFY(result.welcome.supersedes == after.superseded);
        hello.highestHistory = numbered<HistoryId>(99);
        result = acceptHello(next.state, hello, actor, {}, c.now, c.ids);
        QVERIFY(result.verdict == HelloVerdict::Refuse);
    }

    // A grant that the store has forgotten may come to light as a copy later: a call that hung, a
    // disk that was away. What is granted now is above it.
    void whatIsPlacedAfterwardsIsAboveWhatWasForgotten()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1});
        hear(c, 2, /*term=*/4711);
        LocalCluster next;
        const Change history = RecordPut{recovered(c, plan(c)).history()};
        drover::control::core::apply(next.state, history);
        const auto id = next.create(web(2));
        next.converge();
        QCOMPARE(next.ledger(id).epoch, Epoch{5000});
        QCOMPARE(checkInvariants(next.state).size(), std::size_t{0});
    }

    void manyDatasetsAreSeveralCommits()
    {
        LocalCluster c;
        begin(c);
        tell(c, {1});
        for (int i = 0; i < 1000; ++i) {
            DatasetId id = numbered<DatasetId>(static_cast<std::uint8_t>(i % 256));
            id.value.bytes[5] = static_cast<std::uint8_t>(1 + i / 256);
            FoundCopy found = m_witnesses[nodeId(1)].copies.begin()->second;
            found.identity.dataset = id;
            found.identity.copy.value = id.value;
            found.identity.name = "d" + std::to_string(i);
            m_witnesses[nodeId(1)].copies[{found.pool, found.identity.copy}] = found;
        }
        const auto made = plan(c);
        QCOMPARE(made.adopted, std::size_t{1001});
        QCOMPARE(made.commits.size(), std::size_t{7}); // the nodes, and 200 datasets each
        for (std::size_t i = 0; i < made.commits.size(); ++i)
            QCOMPARE(made.commits[i].revision, c.state.revision() + 1 + i);
        QCOMPARE(checkInvariants(recovered(c, made)).size(), std::size_t{0});
    }
};

QTEST_APPLESS_MAIN(TestRecover)
#include "tst_recover.moc"
