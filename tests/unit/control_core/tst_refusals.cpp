#include "tests/unit/control_core/mixed_cluster.h"

using namespace drover::model;
using namespace drover::control::core;
using namespace drover::control::core::test;
using namespace std::chrono_literals;

namespace {

struct Refusal
{
    const char* name;
    std::function<WriteVerb(const Mixed&)> verb;
    ErrorCode code;
};

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

class TestRefusals : public QObject
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
        QVERIFY2(!result.error().hint.empty(), result.error().message.c_str());
        QVERIFY(c.state.sameRecords(before));
        NOTHING_BROKEN(c);
    }
};

QTEST_APPLESS_MAIN(TestRefusals)
#include "tst_refusals.moc"
