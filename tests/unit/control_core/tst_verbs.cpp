#include "tests/unit/control_core/mixed_cluster.h"

#include "control/core/diff.h"
#include "control/core/plan.h"

using namespace drover::model;
using namespace drover::control::core;
using namespace drover::control::core::test;
using namespace std::chrono_literals;

namespace {

constexpr ByteCount kGiB{1ULL << 30};

} // namespace

class TestVerbs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsAlreadySoUsesNoRevision_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < 9; ++i)
            QTest::addRow("%d", i) << i;
    }
    void whatIsAlreadySoUsesNoRevision()
    {
        QFETCH(int, index);
        Mixed c;
        const std::vector<WriteVerb> verbs = {
            DatasetMove{ref(c.web), node(1), {}, false},
            DatasetResize{ref(c.web), kGiB},
            DatasetSetMetadata{ref(c.web), {}},
            DatasetRename{ref(c.web), "web"},
            DatasetDelete{ref(c.old), {}, false},
            DatasetUndelete{ref(c.web), {}},
            NodeCordon{node(1), false},
            ClusterSet{},
            LeaseAcquire{ref(c.db), node(2), "vm-1", std::nullopt}};
        const auto revision = c.state.revision();
        const auto result = c.write(verbs[static_cast<std::size_t>(index)]);
        QVERIFY(result.ok());
        QVERIFY(result->changes.empty());
        QCOMPARE(c.state.revision(), revision);
        if (index != 7)
            QVERIFY(!result->results.front().message.empty());
    }

    void batchIsAtomicAndSeesItself()
    {
        Mixed c;
        Write write;
        write.operations.push_back({created("a"), {}});
        write.operations.push_back({DatasetRename{named("a"), "b"}, {}});
        write.operations.push_back({created("a"), {}});
        write.operations.push_back({DatasetDelete{named("b"), 0ms, false}, {}});
        const auto before = c.state.revision();
        QVERIFY(c.write(write).ok());
        QVERIFY(c.state.living("a") != nullptr);
        QVERIFY(c.state.living("b") == nullptr);
        QVERIFY(c.state.living("a")->header.modRevision == before + 1);
        write.operations.push_back({created("web"), {}});
        const auto now = c.state;
        const auto refused = c.write(write);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().message.starts_with("operation 1 of 5"));
        QVERIFY(c.state.sameRecords(now));
        NOTHING_BROKEN(c);
    }

    void batchPromisesRoomOnce()
    {
        Mixed c;
        Write write;
        for (int i = 0; i < 3; ++i)
            write.operations.push_back({created("big-" + std::to_string(i),
                                                [](auto& v) { v.size = ByteCount{40ULL << 30}; }),
                                        {}});
        const auto refused = c.write(write);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().code == ErrorCode::NoPlacement);
        write.operations.pop_back();
        QVERIFY(c.write(write).ok());
        NOTHING_BROKEN(c);
    }

    void preconditionsHoldAgainstTheStateBeforeTheBatch()
    {
        Mixed c;
        const Revision at = c.state.dataset(c.web)->header.modRevision;
        const auto guarded = [&](Revision revision, const std::string& name) {
            Write write;
            write.operations.push_back(
                {DatasetSetMetadata{ref(c.web), {{"k", std::to_string(c.state.revision())}}}, {}});
            write.operations.front().preconditions.push_back(
                {{RecordKind::Dataset, {}}, name, revision});
            return write;
        };
        QVERIFY(c.write(guarded(at, "web")).ok());
        const auto stale = c.write(guarded(at, "web"));
        QVERIFY(stale.error().code == ErrorCode::PreconditionFailed);
        const auto failure = checkPreconditions(c.state, guarded(at, "web"));
        QVERIFY(failure && failure->current);
        QVERIFY(std::get<DatasetRecord>(*failure->current).id == c.web);
        QVERIFY(c.write(guarded(0, "web")).error().code == ErrorCode::PreconditionFailed);
        QVERIFY(c.write(guarded(0, "free")).ok());
        QVERIFY(c.write(guarded(5, "free")).error().code == ErrorCode::PreconditionFailed);
    }

    void samePlanHasTheSameDigestAndAnotherOneIsRefused()
    {
        Mixed c;
        Write write;
        write.operations.push_back({created("planned"), {}});
        write.operations.push_back({DatasetMove{ref(c.web), node(2), {}, false}, {}});
        const auto planned = [&] {
            const auto decision =
                decide(c.state, write, Actor{"ann", KeyRole::Admin, {}}, c.now, c.ids);
            return plan(c.state, *decision, c.now);
        };
        const Plan first = planned();
        c.now.wall += 5min;
        QCOMPARE(planned().digest, first.digest); // other ids, another time
        QVERIFY(std::any_of(first.steps.begin(), first.steps.end(),
                            [](const auto& s) { return s.node == "n2"; }));
        write.expectPlan = first.digest;
        QVERIFY(c.write(NodeCordon{node(3), true}).ok());
        QVERIFY(c.write(write).ok());
        Write again = write;
        QVERIFY(!c.write(again).ok());

        Write other;
        other.operations.push_back({DatasetSetMetadata{ref(c.web), {{"a", "1"}}}, {}});
        other.expectPlan = first.digest;
        QVERIFY(c.write(other).error().code == ErrorCode::PlanChanged);
    }

    void aDeleteWithoutGraceIsCalledADestruction()
    {
        Mixed c;
        const auto actionOf = [&](std::optional<Duration> grace) {
            Write write;
            write.operations.push_back({DatasetDelete{ref(c.web), grace, false}, {}});
            const auto decision =
                decide(c.state, write, Actor{"ann", KeyRole::Admin, {}}, c.now, c.ids);
            for (const auto& step : plan(c.state, *decision, c.now).steps)
                if (step.node == "n1")
                    return step.action + " / " + decision->log.front().message;
            return std::string();
        };
        QCOMPARE(actionOf(0ms), std::string("stop its users, unmount it, destroy the data at once "
                                            "/ deleted; its data is destroyed at once"));
        QCOMPARE(actionOf(1h), std::string("stop its users, unmount it, keep the data for 1h / "
                                           "deleted; kept for 1h"));
    }

    void shrinkingPoolsAndCordonsChooseTheNode()
    {
        Driver c;
        auto small = localPool(1, "default");
        small.capacity = ByteCount{2ULL << 30};
        c.join(1, {small});
        c.join(2, {localPool(2, "default")});
        c.join(3, {localPool(3, "default")});
        QVERIFY(c.write(NodeLabel{node(3), {{"zone", "b"}}}).ok());
        DatasetCreate verb = created("a");
        verb.node = {};
        const auto a = c.create(verb);
        QVERIFY(c.ledger(a).owner == nodeId(2)); // most room; of equals the smaller id
        verb.name = "b";
        verb.requiredLabels = {{"zone", "b"}};
        QVERIFY(c.ledger(c.create(verb)).owner == nodeId(3));
        QVERIFY(c.write(NodeCordon{node(3), true}).ok());
        verb.name = "c";
        const auto refused = c.write(verb);
        QVERIFY(refused.error().code == ErrorCode::NoPlacement);
        for (const char* word : {"n1: has no label zone", "n2: has no label zone", "n3: cordoned"})
            QVERIFY2(refused.error().message.find(word) != std::string::npos, word);
        NOTHING_BROKEN(c);
    }

    void deletedNameIsFreeAndUndeleteAsksForAnother()
    {
        Mixed c;
        const auto again = c.make("old", 1);
        QVERIFY(again != c.old);
        QVERIFY(c.write(DatasetUndelete{ref(c.old), {}}).error().code == ErrorCode::AlreadyExists);
        QVERIFY(c.write(DatasetUndelete{ref(c.old), "older"}).ok());
        QVERIFY(c.state.living("older")->id == c.old);
        NOTHING_BROKEN(c);
    }

    void sizeOnADirectoryPoolIsKeptAndNotEnforced()
    {
        Mixed c;
        const auto id =
            c.create(created("files", [](auto& v) { v.node = node(3), v.pool = "files"; }));
        c.converge();
        QVERIFY(c.says(id, "SizeNotEnforced"));
        QVERIFY(c.status(id).sync == Sync::InSync);
    }

    void lostNodeCanBeForgottenWhenNothingStandsOnIt()
    {
        Mixed c;
        silence(c, 2);
        QVERIFY(c.write(NodeForget{node(2)}).error().code == ErrorCode::InUse);
        QVERIFY(c.write(NodeDeclareLost{node(2), "sold"}).ok());
        QVERIFY(c.state.leasesOf(c.db).empty()); // void
        QVERIFY(c.write(NodeForget{node(2)}).error().code == ErrorCode::InUse);
        QVERIFY(c.write(DatasetDelete{ref(c.db), 0ms, false}).ok());
        QVERIFY(c.write(NodeForget{node(2)}).ok());
        QVERIFY(c.state.isTombstone(c.db));
        QVERIFY(c.state.nodeState(nodeId(2)) == nullptr);
        QVERIFY(c.state.poolsOfNode(nodeId(2)).empty());
        NOTHING_BROKEN(c);
    }

    void lastAdminCannotBeRemoved()
    {
        Mixed c;
        QVERIFY(c.write(KeyAdd{std::string(40, 'a'), "ann", KeyRole::Admin, {}}).ok());
        QVERIFY(c.write(KeyRemove{"ann"}).error().code == ErrorCode::FailedState);
        QVERIFY(c.write(KeyAdd{std::string(40, 'b'), "ben", KeyRole::Admin, {}}).ok());
        QVERIFY(c.write(KeyAdd{std::string(40, 'b'), "bob", KeyRole::Admin, {}}).error().code ==
                ErrorCode::AlreadyExists);
        QVERIFY(c.write(KeyRemove{"ann"}).ok());
    }

    void sizeIsFixedFromTheFreezeOn()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        QVERIFY(c.write(DatasetResize{ref(id), ByteCount{2ULL << 30}}).ok());
        driveTo(c, id, HandoverPhase::Frozen);
        QVERIFY(c.write(DatasetResize{ref(id), ByteCount{3ULL << 30}}).error().code ==
                ErrorCode::FailedState);
    }
};

QTEST_APPLESS_MAIN(TestVerbs)
#include "tst_verbs.moc"
