#include "tests/unit/agent_core/fixture.h"

#include <QtTest/QtTest>

#include <algorithm>

using namespace drover::agent::core;
using namespace drover::agent::core::test;
using namespace drover::model;

namespace {

// One row: what is wanted, what is there, and the one right thing to do: a step's name, or a
// condition's reason, or "".
struct Case
{
    Assignment a;
    std::optional<Assignment> more; // of the same node
    LocalState state = calmState();
    std::set<PoolId> clusterAgentFor;
    Now now = at(0);
};

Case with(Assignment a, CopyRole role, Epoch epoch, CopyPhase phase)
{
    Case c;
    c.a = a;
    put(c.state, a.pool, found(a, role, epoch, phase));
    return c;
}
Case without(Assignment a)
{
    Case c;
    c.a = a;
    putAbsent(c.state, a.pool, a);
    return c;
}
CopyFacts& factsOf(Case& c) { return c.state.copies.at({c.a.pool, c.a.copy}); }

Assignment creating(PoolId pool = kBlockPool)
{
    auto a = assignment(Goal::Mounted, pool, 1);
    a.mayCreate = true;
    return a;
}
Assignment transferring(Goal goal, TransferDirection direction, PoolId pool = kFolderPool)
{
    auto a = assignment(goal, pool);
    a.transfer = order(direction);
    return a;
}
TransferProgress progress(std::uint32_t pass, bool done, std::uint64_t last, bool final = false)
{
    TransferProgress p;
    p.id = kTransfer;
    p.pass = pass;
    p.passDone = done;
    p.lastPassBytes = ByteCount{last};
    p.finalDone = final;
    return p;
}

QString decision(const Case& c)
{
    std::vector<Assignment> list{c.a};
    if (c.more)
        list.push_back(*c.more);
    const auto assignments =
        makeAssignments(list, {c.clusterAgentFor.begin(), c.clusterAgentFor.end()});
    const auto plan = planDataset(c.state, assignments, c.a.dataset, c.now);
    QString text;
    for (const auto& step : plan.steps)
        text += QString::fromLatin1(toString(step.kind)) +
                (step.final ? QStringLiteral("!") : QString()) + QLatin1Char(' ');
    for (const auto& [place, why] : plan.explanations) {
        if (why.waiting)
            text += QString::fromStdString(why.waiting->reason) + QLatin1Char(' ');
        if (why.reached)
            text += QStringLiteral("ok ");
    }
    return text.trimmed();
}

} // namespace

Q_DECLARE_METATYPE(Case)

class TestAgentPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachGoalInEachSituation_data();
    void eachGoalInEachSituation();
    void aDatasetsStepsRunInOrder();
    void anUnassignedCopyIsTakenDownOnlyWhenControlSaidSo();
    void anImageThatOurClusterAgentDestroyedIsOver();
    void anImageOfASharedPoolIsLookedAtOnceMoreWhenItsAssignmentEnds();
    void ourClusterAgentIsNotHeldUpByOurOwnLooks();
    void failuresAreOverWhenNothingIsLeftToTry();
    void aNameThatAnotherStillHasIsWaitedFor();
    void aClusterAgentReportsOnlyAfterItListedEverything();
    void aPoolIsAvailableOnlyWhenItWasListed();
    void theSameInputGivesTheSamePlan();
    void backOffDoublesToItsBoundWithJitter();
};

void TestAgentPlan::eachGoalInEachSituation_data()
{
    QTest::addColumn<Case>("c");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, Case c, const char* expected) {
        QTest::newRow(name) << std::move(c) << QString::fromLatin1(expected);
    };
    const auto mounted = assignment(Goal::Mounted);

    // ---- Mounted, absent
    row("new volume", without(creating()), "Create");
    row("existed once, is gone", without(mounted), "DataMissing");
    {
        auto c = without(creating());
        factsOf(c).everSeen = true;
        row("seen before, is gone", c, "DataMissing");
    }
    {
        auto c = without(creating());
        c.state.contact.snapshot = false;
        row("old assignment does not create", c, "WaitingForControl");
    }
    {
        auto c = without(creating());
        c.state.contact.session = c.state.contact.snapshot = false;
        row("no control, no new volume", c, "WaitingForControl");
    }
    {
        auto c = without(creating());
        factsOf(c).presence = Presence::Unknown;
        row("not knowing is not absence", c, "Inspect");
    }
    {
        auto c = without(creating());
        c.state.pools.at(kBlockPool).state.available = false;
        row("pool without its marker", c, "PoolUnavailable");
    }
    {
        auto c = without(creating());
        c.state.pools.at(kBlockPool).discovered = false;
        row("pool not looked through yet", c, "");
    }
    {
        auto c = without(creating());
        c.state.seenEpoch[kDataset] = 2;
        row("higher epoch seen, nothing new", c, "HigherEpochSeen");
    }
    row("shared image not made yet", without(creating(kSharedPool)), "Inspect WaitingForImage");
    row(
        "unknown pool",
        [] {
            Case c;
            c.a = creating(idOf<PoolId>(99));
            return c;
        }(),
        "UnknownPool");
    // ---- Mounted, present
    row("created", with(mounted, CopyRole::Primary, 3, CopyPhase::Created), "Attach");
    row("formatted", with(mounted, CopyRole::Primary, 3, CopyPhase::Formatted), "Mount");
    row("mounted", with(mounted, CopyRole::Primary, 3, CopyPhase::Mounted), "ok");
    {
        auto a = creating();
        auto c = with(a, CopyRole::Primary, 1, CopyPhase::Attached);
        factsOf(c).found->filesystem.clear();
        factsOf(c).everFormatted = false;
        row("attached, new", c, "Format");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Attached);
        factsOf(c).found->filesystem.clear();
        row("attached, existed, not recognised", c, "DataMissing");
    }
    {
        auto a = creating();
        auto c = with(a, CopyRole::Primary, 1, CopyPhase::Attached);
        factsOf(c).found->filesystem.clear();
        row("attached, had a filesystem", c, "DataMissing");
    }
    {
        auto c =
            with(assignment(Goal::Mounted, kFolderPool), CopyRole::Primary, 3, CopyPhase::Created);
        row("folder kinds need no attach", c, "Mount");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Mounted);
        factsOf(c).found->identity.name = "old";
        row("renamed", c, "SetIdentity");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Mounted);
        factsOf(c).found->publishedName = "old";
        row("published by the old name", c, "Mount");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Mounted);
        c.state.contact = {};
        row("keeping a mount needs no control", c, "ok");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Formatted);
        c.state.contact = {};
        row("making one does", c, "WaitingForControl");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Created);
        c.state.contact = {};
        row("attaching does", c, "WaitingForControl");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Formatted);
        c.state.contact.session = c.state.contact.snapshot = false;
        row("within the ownership term", c, "Mount");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Formatted);
        c.state.contact.session = c.state.contact.snapshot = false;
        c.now = at(40'000);
        row("after the ownership term", c, "WaitingForControl");
    }
    row("granted from an older epoch", with(mounted, CopyRole::Primary, 2, CopyPhase::Created),
        "SetIdentity");
    row("received", with(mounted, CopyRole::Receiving, 2, CopyPhase::Created), "SetIdentity");
    {
        auto c = with(mounted, CopyRole::Receiving, 2, CopyPhase::Created);
        factsOf(c).found->createdWhole = false;
        row("received in part", c, "NotWhole");
    }
    row("receiving at the same epoch", with(mounted, CopyRole::Receiving, 3, CopyPhase::Created),
        "OneWay");
    row("released at the same epoch", with(mounted, CopyRole::Released, 3, CopyPhase::Created),
        "OneWay");
    row("released before", with(mounted, CopyRole::Released, 2, CopyPhase::Created), "SetIdentity");
    row("stale at the same epoch", with(mounted, CopyRole::Stale, 3, CopyPhase::Created), "OneWay");
    row("stale, granted again", with(mounted, CopyRole::Stale, 2, CopyPhase::Created),
        "SetIdentity");
    row("undeleted", with(mounted, CopyRole::Trash, 3, CopyPhase::Created), "SetIdentity");
    row("orphan", with(mounted, CopyRole::Orphan, 3, CopyPhase::Created), "Orphan");
    row("epoch above the assignment's", with(mounted, CopyRole::Primary, 4, CopyPhase::Mounted),
        "HigherEpochSeen");
    row("shared, epoch above, still up",
        with(assignment(Goal::Mounted, kSharedPool), CopyRole::Primary, 4, CopyPhase::Mounted),
        "Unmount");
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Created);
        factsOf(c).found->identity.cluster = idOf<ClusterId>(9);
        row("other cluster's", c, "OtherCluster");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Created);
        factsOf(c).found->createdWhole = false;
        row("creation never finished", c, "NotGranted");
    }
    // ---- Mounted, growing
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Mounted);
        factsOf(c).found->size = ByteCount{64 << 20};
        row("grow online", c, "Grow");
    }
    {
        // whether a filesystem can is told by trying: one that cannot says nothing of the others
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Mounted);
        factsOf(c).found->size = ByteCount{64 << 20};
        c.state.pools.at(kBlockPool).state.capabilities.growOnline = false;
        row("grow online is tried", c, "Grow");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Mounted);
        factsOf(c).found->size = ByteCount{64 << 20};
        factsOf(c).growRefused = "this machine may not";
        row("grow refused online", c, "GrowAtNextUnmount");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Formatted);
        factsOf(c).found->size = ByteCount{64 << 20};
        row("grow before mounting what is attached", c, "Grow");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Created);
        factsOf(c).found->size = ByteCount{64 << 20};
        row("grow before mounting", c, "Grow");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Mounted);
        factsOf(c).found->size = ByteCount{256 << 20};
        row("never shrinks", c, "ok");
    }
    // ---- Mounted, with a transfer
    const auto sending = transferring(Goal::Mounted, TransferDirection::Send);
    row("first pass", with(sending, CopyRole::Primary, 3, CopyPhase::Mounted), "SendPass ok");
    row("mount comes before sending", with(sending, CopyRole::Primary, 3, CopyPhase::Created),
        "Mount");
    {
        auto c = with(sending, CopyRole::Primary, 3, CopyPhase::Mounted);
        factsOf(c).transfer = progress(1, true, 1 << 30);
        row("large pass: another", c, "SendPass ok");
    }
    {
        auto c = with(sending, CopyRole::Primary, 3, CopyPhase::Mounted);
        factsOf(c).transfer = progress(1, true, 1 << 20);
        row("small pass: wait for the freeze", c, "ok");
    }
    {
        auto c = with(sending, CopyRole::Primary, 3, CopyPhase::Mounted);
        factsOf(c).transfer = progress(3, true, 1 << 30);
        row("third pass: wait for the freeze", c, "ok");
    }
    {
        auto c = with(sending, CopyRole::Primary, 3, CopyPhase::Mounted);
        factsOf(c).transfer = progress(2, false, 1 << 30);
        row("broken pass: repeat", c, "SendPass ok");
    }
    // ---- Frozen
    const auto frozen = transferring(Goal::Frozen, TransferDirection::Send);
    row("freeze what is mounted", with(frozen, CopyRole::Primary, 3, CopyPhase::Mounted),
        "Unmount");
    row("frozen: prove quiet", with(frozen, CopyRole::Primary, 3, CopyPhase::Created),
        "ProveReleased");
    {
        auto c = with(frozen, CopyRole::Primary, 3, CopyPhase::Created);
        factsOf(c).provenQuiet = true;
        row("frozen: final pass", c, "SendPass!");
    }
    {
        auto c = with(frozen, CopyRole::Primary, 3, CopyPhase::Created);
        factsOf(c).provenQuiet = true;
        factsOf(c).transfer = progress(4, true, 1, true);
        row("frozen: final pass done", c, "ok");
    }
    row("frozen: detach",
        with(assignment(Goal::Frozen, kSharedPool), CopyRole::Primary, 3, CopyPhase::Formatted),
        "Detach");
    {
        auto c =
            with(assignment(Goal::Frozen, kSharedPool), CopyRole::Primary, 3, CopyPhase::Created);
        factsOf(c).provenQuiet = true;
        row("shared: frozen", c, "ok");
    }
    row("frozen right after undelete", with(frozen, CopyRole::Trash, 3, CopyPhase::Created),
        "SetIdentity");
    row("frozen right after the grant", with(frozen, CopyRole::Receiving, 2, CopyPhase::Created),
        "SetIdentity");
    row("released again at its epoch", with(frozen, CopyRole::Released, 3, CopyPhase::Created),
        "OneWay");
    row("frozen: data missing", without(frozen), "DataMissing");
    // ---- Released
    const auto released = assignment(Goal::Released);
    row("release what is mounted", with(released, CopyRole::Primary, 3, CopyPhase::Mounted),
        "Unmount");
    row("release what is attached", with(released, CopyRole::Primary, 3, CopyPhase::Formatted),
        "Detach");
    row("release: prove first", with(released, CopyRole::Primary, 3, CopyPhase::Created),
        "ProveReleased");
    {
        auto c = with(released, CopyRole::Primary, 3, CopyPhase::Created);
        factsOf(c).provenQuiet = true;
        row("release: then write it", c, "SetIdentity");
    }
    row("released", with(released, CopyRole::Released, 3, CopyPhase::Created), "ok");
    {
        auto c = with(released, CopyRole::Receiving, 3, CopyPhase::Created);
        factsOf(c).provenQuiet = true;
        row("never received whole", c, "OneWay");
    }
    // ---- Receive
    const auto receive = transferring(Goal::Receive, TransferDirection::Receive);
    row("receive: make the copy", without(receive), "Create");
    {
        auto c = without(receive);
        c.state.contact.snapshot = false;
        row("receive: not by an order from before", c, "WaitingForControl");
    }
    {
        auto c = with(receive, CopyRole::Receiving, 3, CopyPhase::Created);
        factsOf(c).found->createdWhole = false;
        row("receive: serve", c, "ReceivePass");
    }
    row("receive: serve again", with(receive, CopyRole::Receiving, 3, CopyPhase::Created),
        "ReceivePass");
    row("receive: never into a primary", with(receive, CopyRole::Primary, 3, CopyPhase::Created),
        "WrongRole");
    for (const bool same : {true, false}) {
        auto c = with(receive, CopyRole::Receiving, 3, CopyPhase::Created);
        c.a.transfer->digest = "d1";
        factsOf(c).transfer = progress(2, true, 0, true);
        factsOf(c).transfer->digest = same ? "d1" : "d2";
        row(same ? "receive: verified, nobody is served" : "receive: something else was verified",
            c, same ? "ok" : "WaitingForPeer");
    }
    for (const bool same : {true, false}) {
        auto c = with(transferring(Goal::Mounted, TransferDirection::Receive), CopyRole::Receiving,
                      2, CopyPhase::Created);
        c.a.transfer->digest = "d1";
        factsOf(c).transfer = progress(2, true, 0, true);
        factsOf(c).transfer->digest = same ? "d1" : "d2";
        row(same ? "granted: what was verified" : "granted: something else was verified", c,
            same ? "SetIdentity" : "NotVerified");
    }
    row("receive: not ordered yet", without(assignment(Goal::Receive, kFolderPool)),
        "WaitingForPeer");
    // ---- Retired
    auto trash = assignment(Goal::Retired);
    trash.retiredRole = CopyRole::Trash;
    row("delete what is mounted", with(trash, CopyRole::Primary, 3, CopyPhase::Mounted), "Unmount");
    row("delete: mark", with(trash, CopyRole::Primary, 3, CopyPhase::Created), "SetIdentity");
    row("deleted", with(trash, CopyRole::Trash, 3, CopyPhase::Created), "ok");
    row("a stale copy stays stale", with(trash, CopyRole::Stale, 2, CopyPhase::Created), "ok");
    row("released becomes stale",
        with(assignment(Goal::Retired), CopyRole::Released, 2, CopyPhase::Created), "SetIdentity");
    row("retired and gone", without(trash), "ok");
    // ---- Destroyed
    const auto destroyed = assignment(Goal::Destroyed);
    row("destroy", with(destroyed, CopyRole::Trash, 3, CopyPhase::Created), "Destroy");
    row("destroy: down first", with(destroyed, CopyRole::Trash, 3, CopyPhase::Mounted), "Unmount");
    row("destroy: detach first", with(destroyed, CopyRole::Trash, 3, CopyPhase::Attached),
        "Detach");
    row("destroy: never a higher epoch", with(destroyed, CopyRole::Primary, 4, CopyPhase::Created),
        "HigherEpochSeen");
    row("destroyed", without(destroyed), "ok");
    {
        auto c = with(destroyed, CopyRole::Trash, 3, CopyPhase::Created);
        factsOf(c).found->identity.dataset = idOf<DatasetId>(9);
        c.state.copies.at({c.a.pool, c.a.copy}).dataset = c.a.dataset;
        row("destroy: never another dataset's", c, "OtherDataset");
    }
    row("shared: the node does not destroy",
        with(assignment(Goal::Destroyed, kSharedPool), CopyRole::Trash, 3, CopyPhase::Created),
        "Inspect WaitingForDestroy");
    // ---- an image's lock that a death left taken: nothing is attached, and nobody else may have it
    row("shared: locked, not attached yet",
        with(assignment(Goal::Mounted, kSharedPool), CopyRole::Primary, 3, CopyPhase::Locked),
        "Attach");
    for (const auto goal : {Goal::Frozen, Goal::Released, Goal::Retired, Goal::Destroyed})
        row((std::string("shared: the lock is let go: ") + toString(goal)).c_str(),
            with(assignment(goal, kSharedPool), CopyRole::Primary, 3, CopyPhase::Locked), "Detach");
    // ---- cluster agent
    const auto clusterAgent = [](Goal goal, bool mayCreate) {
        auto a = assignment(goal, kSharedPool, 1);
        a.clusterAgent = true;
        a.mayCreate = mayCreate;
        return a;
    };
    {
        auto c = without(clusterAgent(Goal::Present, true));
        c.clusterAgentFor = {kSharedPool};
        row("cluster agent makes the image", c, "Create");
    }
    {
        auto c = without(clusterAgent(Goal::Present, true));
        row("only while it is the cluster agent", c, "NotClusterAgent");
    }
    {
        auto c = without(clusterAgent(Goal::Present, false));
        c.clusterAgentFor = {kSharedPool};
        row("image lost", c, "DataMissing");
    }
    {
        auto c = with(clusterAgent(Goal::Present, false), CopyRole::Primary, 1, CopyPhase::Created);
        c.clusterAgentFor = {kSharedPool};
        row("image there", c, "ok");
    }
    {
        auto c = with(clusterAgent(Goal::Destroyed, false), CopyRole::Trash, 1, CopyPhase::Created);
        c.clusterAgentFor = {kSharedPool};
        row("cluster agent destroys", c, "Destroy");
    }
    // A look for what the cluster agent on the same node is about to do would only take its turn.
    {
        auto c = without(creating(kSharedPool));
        c.more = clusterAgent(Goal::Present, true);
        c.clusterAgentFor = {kSharedPool};
        row("owner and cluster agent: makes the image", c, "Create WaitingForImage");
    }
    {
        auto c = with(assignment(Goal::Destroyed, kSharedPool, 1), CopyRole::Released, 1,
                      CopyPhase::Created);
        c.more = clusterAgent(Goal::Destroyed, false);
        c.clusterAgentFor = {kSharedPool};
        row("owner and cluster agent: destroys", c, "Destroy WaitingForDestroy");
    }
    // ---- ownership term on shared storage
    const auto shared = assignment(Goal::Mounted, kSharedPool);
    {
        auto c = with(shared, CopyRole::Primary, 3, CopyPhase::Mounted);
        c.now = at(29'000);
        row("term ends: stop writers", c, "Unmount OwnershipTermEnded");
    }
    {
        auto c = with(shared, CopyRole::Primary, 3, CopyPhase::Formatted);
        c.now = at(29'000);
        row("term ends: detach", c, "Detach OwnershipTermEnded");
    }
    {
        auto c = with(shared, CopyRole::Primary, 3, CopyPhase::Mounted);
        c.now = at(28'999);
        row("term not over", c, "ok");
    }
    {
        auto c = with(shared, CopyRole::Primary, 3, CopyPhase::Mounted);
        c.now = at(29'000);
        c.state.pools.at(kSharedPool).state.fence = Fence::None;
        row("no fence: keeps it", c, "ok");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Mounted);
        c.now = at(1'000'000);
        row("local storage keeps its mounts", c, "ok");
    }
    // ---- quarantine and back-off
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Created);
        RunningStep r;
        r.hung = true;
        r.step.kind = StepKind::Attach;
        factsOf(c).running = r;
        row("a call that hangs", c, "CallHangs");
    }
    {
        auto c = with(mounted, CopyRole::Primary, 3, CopyPhase::Created);
        factsOf(c).tries.nextTry = at(1).running;
        row("waiting for the next try", c, "");
    }
}

void TestAgentPlan::eachGoalInEachSituation()
{
    QFETCH(Case, c);
    QFETCH(QString, expected);
    QCOMPARE(decision(c), expected);
}

void TestAgentPlan::aDatasetsStepsRunInOrder()
{
    auto state = calmState();
    const auto old = [] {
        auto a = assignment(Goal::Destroyed);
        a.copy = idOf<CopyId>(20);
        return a;
    }();
    const auto now = assignment(Goal::Mounted);
    put(state, kBlockPool, found(old, CopyRole::Stale, 2, CopyPhase::Created));
    put(state, kBlockPool, found(now, CopyRole::Primary, 3, CopyPhase::Created));
    const auto assignments = makeAssignments({old, now}, {});
    QCOMPARE(planDataset(state, assignments, kDataset, at(0)).steps.size(), std::size_t{1});

    // A transfer of one copy does not keep another copy of the dataset waiting; a step does.
    RunningStep running;
    running.id = 1;
    running.step.kind = StepKind::ReceivePass;
    state.copies.at({kBlockPool, kCopy}).running = running;
    auto plan = planDataset(state, assignments, kDataset, at(0));
    QCOMPARE(plan.steps.size(), std::size_t{1});
    QVERIFY(plan.steps[0].kind == StepKind::Destroy);
    state.copies.at({kBlockPool, kCopy}).running->step.kind = StepKind::Attach;
    plan = planDataset(state, assignments, kDataset, at(0));
    QVERIFY(plan.steps.empty());
}

void TestAgentPlan::anUnassignedCopyIsTakenDownOnlyWhenControlSaidSo()
{
    auto state = calmState();
    const auto a = assignment(Goal::Mounted);
    put(state, kBlockPool, found(a, CopyRole::Primary, 3, CopyPhase::Mounted));
    auto plan = planDataset(state, {}, kDataset, at(0));
    QCOMPARE(plan.steps.size(), std::size_t{1});
    QVERIFY(plan.steps[0].kind == StepKind::Unmount);
    QCOMPARE(plan.explanations.begin()->second.waiting->type, ConditionType::OrphanCopy);

    state.contact.snapshot = false; // a new session whose assignments are not known yet
    QVERIFY(planDataset(state, {}, kDataset, at(0)).steps.empty());

    state = calmState();
    put(state, kBlockPool, found(a, CopyRole::Primary, 3, CopyPhase::Created));
    QVERIFY(planDataset(state, {}, kDataset, at(0)).steps.empty()); // down: kept, nothing else
}

void TestAgentPlan::anImageThatOurClusterAgentDestroyedIsOver()
{
    auto state = calmState();
    const auto own = assignment(Goal::Released, kSharedPool);
    auto image = assignment(Goal::Destroyed, kSharedPool);
    image.clusterAgent = true;
    putAbsent(state, kSharedPool, own);
    const auto plan =
        planDataset(state, makeAssignments({own, image}, {kSharedPool}), kDataset, at(0));
    QVERIFY(plan.steps.empty());
    QVERIFY(plan.explanations.begin()->second.reached);
    QVERIFY(!plan.explanations.begin()->second.waiting);
}

// The cluster agent on another node destroys it; nobody else tells this agent.
void TestAgentPlan::anImageOfASharedPoolIsLookedAtOnceMoreWhenItsAssignmentEnds()
{
    CoreSetup setup;
    setup.pools.push_back({kSharedPool, "shared", "loopback", /*shared=*/true, Fence::Self});
    AgentCore core(setup);
    const auto order = assignment(Goal::Destroyed, kSharedPool);
    Output out = core.handle(ClusterKnown{kCluster}, at(0));
    StepOutcome listed;
    listed.pool = poolFacts(kSharedPool, /*shared=*/true, /*block=*/true).state;
    listed.copies = {found(order, CopyRole::Trash, 3, CopyPhase::Created)};
    static_cast<void>(core.handle(StepDone{out.start.front().first, listed}, at(1)));
    AssignmentChanges ended;
    ended.unassign.insert({kCopy, /*clusterAgent=*/false});
    const auto looked = [&](bool absent, std::int64_t ms) {
        StepOutcome outcome;
        outcome.absent = absent;
        if (!absent)
            outcome.found = found(order, CopyRole::Trash, 3, CopyPhase::Created);
        return core.handle(StepDone{out.start.front().first, outcome}, at(ms));
    };
    // Under its order it is looked at, and is still there.
    out = core.handle(AssignmentsSaved{asChanges({order}, {}), /*current=*/true}, at(2));
    QCOMPARE(out.start.front().second.kind, StepKind::Inspect);
    out = looked(/*absent=*/false, 3);
    QVERIFY(out.start.empty());
    out = core.handle(AssignmentsSaved{ended, /*current=*/true}, at(4));
    QCOMPARE(out.start.size(), std::size_t{1});
    QCOMPARE(out.start.front().second.kind, StepKind::Inspect);
    QCOMPARE(core.fullReport(at(4)).copies.size(), std::size_t{1});
    out = looked(/*absent=*/true, 5);
    QVERIFY(core.fullReport(at(5)).copies.empty());
    QVERIFY(out.start.empty());
}

void TestAgentPlan::ourClusterAgentIsNotHeldUpByOurOwnLooks()
{
    auto state = calmState();
    auto own = creating(kSharedPool);
    auto image = own;
    image.goal = Goal::Present;
    image.clusterAgent = true;
    putAbsent(state, kSharedPool, own);
    auto steps =
        planDataset(state, makeAssignments({own, image}, {kSharedPool}), kDataset, at(0)).steps;
    QCOMPARE(steps.size(), std::size_t{1});
    QVERIFY(steps[0].kind == StepKind::Create);

    own.goal = image.goal = Goal::Destroyed;
    state = calmState();
    put(state, kSharedPool, found(own, CopyRole::Trash, 1, CopyPhase::Created));
    steps = planDataset(state, makeAssignments({own, image}, {kSharedPool}), kDataset, at(0)).steps;
    QCOMPARE(steps.size(), std::size_t{1});
    QVERIFY(steps[0].kind == StepKind::Destroy);
}

// What failed under an order that was taken back, or was brought about by another, is no trouble
// any more.
void TestAgentPlan::failuresAreOverWhenNothingIsLeftToTry()
{
    auto state = calmState();
    const auto a = assignment(Goal::Mounted, kSharedPool);
    put(state, kSharedPool, found(a, CopyRole::Released, 3, CopyPhase::Created));
    QVERIFY(planDataset(state, {}, kDataset, at(0)).explanations.begin()->second.settled);
    const auto released = makeAssignments({assignment(Goal::Mounted, kSharedPool, 2)}, {});
    const auto refused = planDataset(state, released, kDataset, at(0)).explanations.begin()->second;
    QVERIFY(refused.waiting && refused.settled); // nothing is tried
    const auto granted = makeAssignments({assignment(Goal::Mounted, kSharedPool, 4)}, {});
    QVERIFY(!planDataset(state, granted, kDataset, at(0)).explanations.begin()->second.settled);
    // An image that existed once is not made anew: after a look that failed, nothing is left to try.
    auto image = assignment(Goal::Present, kSharedPool);
    image.clusterAgent = true;
    auto gone = calmState();
    putAbsent(gone, kSharedPool, image).tries.failures = 1;
    const auto missing =
        planDataset(gone, makeAssignments({image}, {kSharedPool}), kDataset, at(0));
    QVERIFY(missing.steps.empty() && missing.explanations.begin()->second.settled);
}

// Its users are at it, as at a busy mount: looked at again soon, and no fault of this dataset.
void TestAgentPlan::aNameThatAnotherStillHasIsWaitedFor()
{
    const Error taken{ErrorCode::InUse, "the name web still leads to another dataset", {}, {}};
    QVERIFY(isInUse(StepKind::Mount, taken));
    QVERIFY(!isInUse(StepKind::Mount, {ErrorCode::AlreadyExists, "it is a file", {}, {}}));
    QVERIFY(!isInUse(StepKind::Mount, {ErrorCode::FailedState, "it is not attached", {}, {}}));
}

// What is missing in a full report is taken as gone; so the look that was under way when the node
// became cluster agent is not enough.
void TestAgentPlan::aClusterAgentReportsOnlyAfterItListedEverything()
{
    CoreSetup setup;
    setup.pools.push_back({kSharedPool, "shared", "loopback", /*shared=*/true, Fence::Self});
    AgentCore core(setup);
    const auto first = core.handle(ClusterKnown{kCluster}, at(0)).start;
    QCOMPARE(first.size(), std::size_t{1});
    QVERIFY(first[0].second.kind == StepKind::Discover && first[0].second.mineOnly);
    QVERIFY(core.handle(AssignmentsSaved{asChanges({}, {kSharedPool}), /*current=*/false}, at(1))
                .start.empty());
    StepOutcome outcome;
    outcome.pool = poolFacts(kSharedPool, /*shared=*/true, /*block=*/true).state;
    outcome.copies = std::vector<LocalCopy>{};
    const auto second = core.handle(StepDone{first[0].first, outcome}, at(2)).start;
    QVERIFY(!core.discoveredAll());
    QCOMPARE(second.size(), std::size_t{1});
    QVERIFY(second[0].second.kind == StepKind::Discover && !second[0].second.mineOnly);
    static_cast<void>(core.handle(StepDone{second[0].first, outcome}, at(3)));
    QVERIFY(core.discoveredAll());
}

// The first look found no marker, a probe then finds it: what lies there is not known before it was listed. A full report that called
// the pool available would say that everything in it is gone.
void TestAgentPlan::aPoolIsAvailableOnlyWhenItWasListed()
{
    CoreSetup setup;
    setup.pools = {{kFolderPool, "local", "directory", /*shared=*/false, Fence::None}};
    AgentCore core(setup);
    const auto answer = [&](const Output& out, bool marker, bool lists, std::int64_t ms) {
        StepOutcome outcome;
        outcome.pool = PoolState{};
        outcome.pool->id = kFolderPool;
        outcome.pool->available = marker;
        if (lists)
            outcome.copies.emplace();
        return core.handle(StepDone{out.start.front().first, outcome}, at(ms));
    };
    const auto isAvailable = [&] { return core.fullReport(at(0)).pools.at(kFolderPool).available; };
    Output out = core.handle(Tick{}, at(0));
    QCOMPARE(out.start.front().second.kind, StepKind::Discover);
    out = answer(out, /*marker=*/false, /*lists=*/false, 10);
    QVERIFY(core.discoveredAll());
    QVERIFY(!isAvailable());
    out = core.handle(Tick{}, at(60'000));
    QCOMPARE(out.start.front().second.kind, StepKind::Probe);
    out = answer(out, /*marker=*/true, /*lists=*/false, 60'010);
    QVERIFY(!isAvailable());
    QCOMPARE(core.fullReport(at(0)).pools.at(kFolderPool).conditions.front().reason,
             std::string("NotListed"));
    QCOMPARE(out.start.front().second.kind, StepKind::Discover);
    // The marker is there, and the list fails: still not.
    out = answer(out, /*marker=*/true, /*lists=*/false, 60'020);
    QVERIFY(!isAvailable());
    out = core.handle(Tick{}, at(120'000));
    while (out.start.front().second.kind == StepKind::Probe)
        out = answer(out, /*marker=*/true, /*lists=*/false, 120'010);
    out = answer(out, /*marker=*/true, /*lists=*/true, 120'020);
    QVERIFY(isAvailable());
    QVERIFY(core.fullReport(at(0)).pools.at(kFolderPool).conditions.empty());
}

void TestAgentPlan::theSameInputGivesTheSamePlan()
{
    auto state = calmState();
    std::vector<Assignment> list;
    for (std::uint8_t i = 0; i < 50; ++i) {
        auto a = assignment(Goal::Mounted);
        a.dataset = idOf<DatasetId>(static_cast<std::uint8_t>(100 + i));
        a.copy = idOf<CopyId>(static_cast<std::uint8_t>(100 + i));
        list.push_back(a);
        put(state, kBlockPool,
            found(a, CopyRole::Primary, 3, i % 2 == 0 ? CopyPhase::Created : CopyPhase::Formatted));
    }
    const auto first = plan(state, makeAssignments(list, {}), at(0));
    std::reverse(list.begin(), list.end());
    QCOMPARE(first.size(), std::size_t{50});
    QVERIFY(first == plan(state, makeAssignments(list, {}), at(0)));
}

void TestAgentPlan::backOffDoublesToItsBoundWithJitter()
{
    for (std::uint32_t failures = 1; failures < 40; ++failures) {
        const auto nominal =
            std::min<std::int64_t>(60'000, 500LL << std::min<std::uint32_t>(failures - 1, 20));
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            const auto pause = backoff(failures, seed).count();
            QVERIFY(pause >= nominal * 8 / 10 && pause <= nominal * 12 / 10);
            QCOMPARE(pause, backoff(failures, seed).count());
        }
    }
    QVERIFY(backoff(5, 1) != backoff(5, 2) || backoff(5, 2) != backoff(5, 3));
}

QTEST_APPLESS_MAIN(TestAgentPlan)
#include "tst_agent_plan.moc"
