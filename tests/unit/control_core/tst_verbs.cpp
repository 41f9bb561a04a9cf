#include "tests/unit/control_core/clusters.h"

#include "control/core/diff.h"
#include "control/core/plan.h"

using namespace drover::model;
using namespace drover::control::core;
using namespace drover::control::core::test;
using namespace std::chrono_literals;

namespace {

constexpr ByteCount kGiB{1ULL << 30};

// Three nodes: n1 and n2 with loopback pools, n3 with a directory pool and a second loopback pool. `web` lives on n1, `old` is
// deleted, `db` is leased on n2.
struct Mixed : Driver
{
    DatasetId web, old, db;
    LeaseToken lease;
    Mixed()
    {
        join(1, {localPool(1, "default")});
        join(2, {localPool(2, "default")});
        join(3, {localPool(3, "files", "directory"), localPool(4, "default")});
        web = make("web", 1);
        old = make("old", 1);
        db = make("db", 2);
        converge();
        static_cast<void>(write(DatasetDelete{ref(old), std::nullopt, false}));
        lease = *write(LeaseAcquire{ref(db), node(2), "vm-1", std::nullopt})->results.front().lease;
        converge();
    }
    DatasetId make(const std::string& name, std::uint8_t number)
    {
        DatasetCreate verb;
        verb.name = name;
        verb.size = kGiB;
        verb.node = node(number);
        return create(verb);
    }
};

struct Refusal
{
    const char* name;
    std::function<WriteVerb(const Mixed&)> verb;
    ErrorCode code;
};

DatasetCreate created(const std::string& name, std::function<void(DatasetCreate&)> change = {})
{
    DatasetCreate verb;
    verb.name = name;
    verb.size = kGiB;
    verb.node = node(1);
    if (change)
        change(verb);
    return verb;
}

WriteVerb createWith(std::function<void(DatasetCreate&)> change)
{
    return created("new", std::move(change));
}

NodeRef ghost() { return {std::nullopt, "ghost"}; }

std::vector<Refusal> refusals()
{
    using M = const Mixed&;
    using E = ErrorCode;
    return {
        // create
        {"create: empty name", [](M) { return WriteVerb{created("")}; }, E::InvalidArgument},
        {"create: path as name", [](M) { return WriteVerb{created("../x")}; }, E::InvalidArgument},
        {"create: long name", [](M) { return WriteVerb{created(std::string(300, 'a'))}; },
         E::InvalidArgument},
        {"create: taken name", [](M) { return WriteVerb{created("web")}; }, E::AlreadyExists},
        {"create: living id", [](M c) { return createWith([&](auto& v) { v.id = c.web; }); },
         E::AlreadyExists},
        {"create: deleted id", [](M c) { return createWith([&](auto& v) { v.id = c.old; }); },
         E::AlreadyExists},
        {"create: nil id", [](M) { return createWith([](auto& v) { v.id = DatasetId{}; }); },
         E::InvalidArgument},
        {"create: size 0", [](M) { return createWith([](auto& v) { v.size = ByteCount{0}; }); },
         E::InvalidArgument},
        {"create: odd size",
         [](M) { return createWith([](auto& v) { v.size = ByteCount{(1ULL << 30) + 1}; }); },
         E::InvalidArgument},
        {"create: small size",
         [](M) { return createWith([](auto& v) { v.size = ByteCount{1 << 20}; }); },
         E::InvalidArgument},
        {"create: 2^63",
         [](M) { return createWith([](auto& v) { v.size = ByteCount{1ULL << 63}; }); },
         E::InvalidArgument},
        {"create: no size where needed",
         [](M) { return createWith([](auto& v) { v.size.reset(); }); }, E::InvalidArgument},
        {"create: too large for the pool",
         [](M) { return createWith([](auto& v) { v.size = ByteCount{200ULL << 30}; }); },
         E::NoPlacement},
        {"create: unknown node", [](M) { return createWith([](auto& v) { v.node = ghost(); }); },
         E::NotFound},
        {"create: unknown node id", [](M) { return createWith([](auto& v) { v.node = node(9); }); },
         E::NotFound},
        {"create: unknown pool", [](M) { return createWith([](auto& v) { v.pool = "ghost"; }); },
         E::NotFound},
        {"create: filesystem not offered",
         [](M) { return createWith([](auto& v) { v.filesystem = "zfs"; }); }, E::Unsupported},
        {"create: filesystem on a directory pool",
         [](M) {
             return createWith(
                 [](auto& v) { v.node = node(3), v.pool = "files", v.filesystem = "ext4"; });
         },
         E::Unsupported},
        {"create: 17 entries of metadata",
         [](M) {
             return createWith([](auto& v) {
                 for (int i = 0; i < 17; ++i)
                     v.metadata["k" + std::to_string(i)] = "v";
             });
         },
         E::InvalidArgument},
        {"create: labels that no node has",
         [](M) {
             return createWith([](auto& v) { v.node = {}, v.requiredLabels = {{"disk", "ssd"}}; });
         },
         E::NoPlacement},
        {"create: a kind that no node has",
         [](M) { return createWith([](auto& v) { v.node = {}, v.poolKinds = {"zfs"}; }); },
         E::NoPlacement},
        // move
        {"move: unknown dataset",
         [](M) {
             return WriteVerb{DatasetMove{named("ghost"), node(2), {}, false}};
         },
         E::NotFound},
        {"move: no dataset",
         [](M) {
             return WriteVerb{DatasetMove{{}, node(2), {}, false}};
         },
         E::InvalidArgument},
        {"move: no node",
         [](M c) {
             return WriteVerb{DatasetMove{ref(c.web), {}, {}, false}};
         },
         E::InvalidArgument},
        {"move: deleted",
         [](M c) {
             return WriteVerb{DatasetMove{ref(c.old), node(2), {}, false}};
         },
         E::FailedState},
        {"move: unknown node",
         [](M c) {
             return WriteVerb{DatasetMove{ref(c.web), ghost(), {}, false}};
         },
         E::NotFound},
        {"move: unknown pool",
         [](M c) {
             return WriteVerb{DatasetMove{ref(c.web), node(2), "ghost", false}};
         },
         E::NotFound},
        {"move: leased",
         [](M c) {
             return WriteVerb{DatasetMove{ref(c.db), node(1), {}, false}};
         },
         E::InUse},
        // resize
        {"resize: shrink",
         [](M c) {
             return WriteVerb{DatasetResize{ref(c.web), ByteCount{512ULL << 20}}};
         },
         E::Unsupported},
        {"resize: odd",
         [](M c) {
             return WriteVerb{DatasetResize{ref(c.web), ByteCount{(2ULL << 30) + 7}}};
         },
         E::InvalidArgument},
        {"resize: more than there is",
         [](M c) {
             return WriteVerb{DatasetResize{ref(c.web), ByteCount{99ULL << 30}}};
         },
         E::NoPlacement},
        {"resize: deleted",
         [](M c) {
             return WriteVerb{DatasetResize{ref(c.old), ByteCount{2ULL << 30}}};
         },
         E::FailedState},
        // rename, metadata
        {"rename: taken",
         [](M c) {
             return WriteVerb{DatasetRename{ref(c.web), "db"}};
         },
         E::AlreadyExists},
        {"rename: bad",
         [](M c) {
             return WriteVerb{DatasetRename{ref(c.web), "a/b"}};
         },
         E::InvalidArgument},
        {"metadata: empty key",
         [](M c) {
             return WriteVerb{DatasetSetMetadata{ref(c.web), {{"", "v"}}}};
         },
         E::InvalidArgument},
        {"metadata: deleted",
         [](M c) {
             return WriteVerb{DatasetSetMetadata{ref(c.old), {}}};
         },
         E::FailedState},
        // delete, undelete, purge
        {"delete: unknown",
         [](M) {
             return WriteVerb{DatasetDelete{named("ghost"), {}, false}};
         },
         E::NotFound},
        {"delete: leased",
         [](M c) {
             return WriteVerb{DatasetDelete{ref(c.db), {}, false}};
         },
         E::InUse},
        {"delete: negative grace",
         [](M c) {
             return WriteVerb{DatasetDelete{ref(c.web), -1ms, false}};
         },
         E::InvalidArgument},
        {"delete: endless grace",
         [](M c) {
             return WriteVerb{DatasetDelete{ref(c.web), Duration::max(), false}};
         },
         E::InvalidArgument},
        {"undelete: name taken",
         [](M c) {
             return WriteVerb{DatasetUndelete{ref(c.old), "web"}};
         },
         E::AlreadyExists},
        {"undelete: living by another name",
         [](M c) {
             return WriteVerb{DatasetUndelete{ref(c.web), "x"}};
         },
         E::FailedState},
        {"purge: living", [](M c) { return WriteVerb{DatasetPurge{ref(c.web)}}; }, E::FailedState},
        // nodes
        {"label: unknown node",
         [](M) {
             return WriteVerb{NodeLabel{ghost(), {}}};
         },
         E::NotFound},
        {"declare-lost: alive",
         [](M) {
             return WriteVerb{NodeDeclareLost{node(1), "off"}};
         },
         E::FailedState},
        {"forget: alive", [](M) { return WriteVerb{NodeForget{node(1)}}; }, E::FailedState},
        // leases
        {"lease: other node",
         [](M c) {
             return WriteVerb{LeaseAcquire{ref(c.web), node(2), "h", {}}};
         },
         E::InUse},
        {"lease: no holder",
         [](M c) {
             return WriteVerb{LeaseAcquire{ref(c.web), node(1), "", {}}};
         },
         E::InvalidArgument},
        {"lease: no time",
         [](M c) {
             return WriteVerb{LeaseAcquire{ref(c.web), node(1), "h", 0ms}};
         },
         E::InvalidArgument},
        {"lease: deleted",
         [](M c) {
             return WriteVerb{LeaseAcquire{ref(c.old), node(1), "h", {}}};
         },
         E::FailedState},
        {"lease: unknown token", [](M) { return WriteVerb{LeaseRenew{numbered<LeaseToken>(9)}}; },
         E::NotFound},
        {"lease: release unknown",
         [](M) { return WriteVerb{LeaseRelease{numbered<LeaseToken>(9)}}; }, E::NotFound},
        // cluster, keys
        {"cluster: bad name",
         [](M) {
             return WriteVerb{ClusterSet{"../", {}, {}}};
         },
         E::InvalidArgument},
        {"cluster: negative grace",
         [](M) {
             return WriteVerb{ClusterSet{{}, -5ms, {}}};
         },
         E::InvalidArgument},
        {"key: short",
         [](M) {
             return WriteVerb{KeyAdd{"abc", "k", KeyRole::Viewer, {}}};
         },
         E::InvalidArgument},
        {"key: node without id",
         [](M) {
             return WriteVerb{KeyAdd{std::string(40, 'a'), "k", KeyRole::Node, {}}};
         },
         E::InvalidArgument},
        {"key: remove unknown", [](M) { return WriteVerb{KeyRemove{"ghost"}}; }, E::NotFound},
        // whole configurations
        {"rollback: future", [](M) { return WriteVerb{Rollback{1'000'000}}; }, E::InvalidArgument},
        {"rollback: zero", [](M) { return WriteVerb{Rollback{0}}; }, E::InvalidArgument},
        {"apply: a name twice",
         [](M) {
             Apply verb;
             verb.datasets.resize(2);
             verb.datasets[0].name = verb.datasets[1].name = "x";
             return WriteVerb{verb};
         },
         E::InvalidArgument},
        {"apply: prune of a leased one",
         [](M) {
             Apply verb;
             verb.prune = true;
             return WriteVerb{verb};
         },
         E::InUse},
    };
}

} // namespace

class TestVerbs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusedVerbsSayWhyAndChangeNothing_data()
    {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const auto& refusal : refusals())
            QTest::newRow(refusal.name) << index++;
    }
    void refusedVerbsSayWhyAndChangeNothing()
    {
        QFETCH(int, index);
        const auto refusal = refusals()[static_cast<std::size_t>(index)];
        Mixed c;
        const auto before = c.state;
        const auto result = c.write(refusal.verb(c));
        QVERIFY(!result.ok());
        QCOMPARE(toString(result.error().code), toString(refusal.code));
        QVERIFY(!result.error().message.empty() && result.error().message.back() != '.');
        QVERIFY(c.state.sameRecords(before));
        NOTHING_BROKEN(c);
    }

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
