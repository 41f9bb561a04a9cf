// Steps in worker threads: deadlines, quarantine, and passes of a transfer over the real bulk
// channel.

#include "agent/backend/fake/fake_backend.h"
#include "agent/backend/fake/faulty_backend.h"
#include "agent/service/thread_step_runner.h"
#include "bus/transport/bulk_connector.h"
#include "bus/transport/bulk_listener.h"
#include "tests/support/bus_fixture.h"

#include <QtTest/QtTest>

#include <map>
#include <memory>
#include <optional>

using namespace drover;
using namespace drover::agent;
using namespace drover::agent::service;
using core::Step;
using core::StepKind;
using core::StepOutcome;

namespace {

template <class AnyId>
AnyId idOf(std::uint8_t n)
{
    AnyId id;
    id.value.bytes[15] = n;
    return id;
}

const auto kPool = idOf<model::PoolId>(1);
const auto kOther = idOf<model::PoolId>(2);
const auto kSource = idOf<model::CopyId>(3);
const auto kTarget = idOf<model::CopyId>(4);
const auto kDataset = idOf<model::DatasetId>(5);

model::PoolMarker marker(const model::PoolId& pool)
{
    model::PoolMarker m;
    m.cluster = idOf<model::ClusterId>(9);
    m.pool = pool;
    m.kind = "directory";
    return m;
}

model::CopyIdentity identity(const model::CopyId& copy, model::CopyRole role)
{
    model::CopyIdentity i;
    i.cluster = idOf<model::ClusterId>(9);
    i.dataset = kDataset;
    i.copy = copy;
    i.role = role;
    i.epoch = 1;
    i.name = "web";
    return i;
}

Step step(StepKind kind, const model::PoolId& pool, const model::CopyId& copy)
{
    Step s;
    s.kind = kind;
    s.pool = pool;
    s.dataset = kDataset;
    s.copy = copy;
    s.epoch = 1;
    return s;
}

// A runner and what it told.
struct Node : test::BusFixture
{
    bus::KeyPair keys = *bus::generateKeyPair();
    backend::FakeDisk disk{marker(kPool), /*block=*/false};
    backend::FakeDisk otherDisk{marker(kOther), /*block=*/false};
    backend::FakeBackend inner{disk, "default"};
    backend::FakeBackend other{otherDisk, "other"};
    backend::FaultyBackend faulty{inner};
    std::unique_ptr<bus::RouterBulkListener> listener =
        *bus::RouterBulkListener::bind(reactor, context, {"tcp://127.0.0.1:*", keys});
    bus::DealerBulkConnector connector{reactor, context, keys};
    std::map<core::StepId, StepOutcome> done;
    std::map<core::StepId, int> doneTimes;
    std::map<core::StepId, int> returned;
    bus::Duration deadline{0};
    ThreadStepRunner runner{
        reactor,    {{kPool, &faulty}, {kOther, &other}}, listener.get(),
        &connector, [](LogLevel, const std::string&) {},  [this](StepKind) { return deadline; }};

    Node()
    {
        runner.onEvents({[this](core::StepId id, StepOutcome outcome) {
                             done[id] = std::move(outcome);
                             ++doneTimes[id];
                         },
                         [](core::StepId, const model::TransferProgress&) {},
                         [this](core::StepId id) { ++returned[id]; }});
    }
    ~Node()
    {
        faulty.release();
        static_cast<void>(runner.drain(std::chrono::seconds{20}));
    }
    bool ended(core::StepId id)
    {
        return until([&] { return done.contains(id); });
    }
    // A mounted primary with a file in pool kPool, and an empty receiving copy in kOther.
    void populate()
    {
        QVERIFY(inner.create(identity(kSource, model::CopyRole::Primary)));
        QVERIFY(inner.mount(kSource, 1));
        QVERIFY(disk.write(kSource, "file", std::string(3'000'000, 'x')));
        QVERIFY(other.create(identity(kTarget, model::CopyRole::Receiving)));
    }
    model::TransferOrder order(const std::string& peerKey, std::uint8_t transfer = 7) const
    {
        model::TransferOrder o;
        o.id = idOf<model::TransferId>(transfer);
        o.peerKey = peerKey;
        o.peerEndpoint = listener->endpoint();
        return o;
    }
};

Step sendStep(const Node& node, bool final, std::uint32_t pass)
{
    auto s = step(StepKind::SendPass, kPool, kSource);
    s.transfer = node.order(node.keys.publicKey);
    s.pass = pass;
    s.final = final;
    return s;
}
Step receiveStep(const Node& node, const std::string& peerKey)
{
    auto s = step(StepKind::ReceivePass, kOther, kTarget);
    s.transfer = node.order(peerKey);
    return s;
}

} // namespace

class TestStepRunner : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStepIsFollowedByALook();
    void aFailedStepIsFollowedByALookToo();
    void aHangingCallIsToldAndHindersNobody();
    void passesTravelBetweenTwoPools();
    void aSenderWithAnotherKeyIsNotAdmitted();
    void nobodyIsServedWithoutAnOrder();
    void aWaitingReceiverEndsWhenItIsCancelled();
    void afterTheFinalPassNoLiveOneIsTaken();
};

void TestStepRunner::aStepIsFollowedByALook()
{
    Node node;
    auto create = step(StepKind::Create, kPool, kSource);
    create.identity = identity(kSource, model::CopyRole::Primary);
    node.runner.start(1, create);
    QVERIFY(node.done.empty()); // never from inside start()
    QVERIFY(node.ended(1));
    QVERIFY(!node.done[1].error);
    QVERIFY(node.done[1].found && node.done[1].found->identity == *create.identity);
    node.runner.start(2, step(StepKind::Inspect, kPool, kTarget));
    QVERIFY(node.ended(2));
    QVERIFY(!node.done[2].error && node.done[2].absent);
    node.runner.start(3, step(StepKind::Discover, kPool, {}));
    QVERIFY(node.ended(3));
    QVERIFY(node.done[3].pool && node.done[3].pool->available);
    QVERIFY(node.done[3].copies && node.done[3].copies->size() == 1);
}

void TestStepRunner::aFailedStepIsFollowedByALookToo()
{
    Node node;
    node.populate();
    node.faulty.injectAt(1, backend::Fault::FailAfter);
    node.runner.start(1, step(StepKind::Unmount, kPool, kSource));
    QVERIFY(node.ended(1));
    QVERIFY(node.done[1].error);
    // it was done after all
    QVERIFY(node.done[1].found && node.done[1].found->phase == model::CopyPhase::Created);
}

void TestStepRunner::aHangingCallIsToldAndHindersNobody()
{
    Node node;
    node.populate();
    node.deadline = bus::Duration{50};
    node.faulty.injectAt(1, backend::Fault::Hang);
    node.runner.start(1, step(StepKind::Unmount, kPool, kSource));
    QVERIFY(node.ended(1));
    QVERIFY(node.done[1].hung && node.done[1].error);
    node.deadline = bus::Duration{0};
    node.runner.start(2, step(StepKind::Inspect, kOther, kTarget));
    QVERIFY(node.ended(2));
    node.faulty.release();
    QVERIFY(node.until([&] { return node.returned[1] == 1; }));
    QCOMPARE(node.doneTimes[1], 1);
}

void TestStepRunner::passesTravelBetweenTwoPools()
{
    Node node;
    node.populate();
    node.runner.start(1, receiveStep(node, node.keys.publicKey));
    node.runner.start(2, sendStep(node, /*final=*/false, 1));
    QVERIFY(node.ended(1) && node.ended(2));
    QVERIFY2(!node.done[2].error, node.done[2].error ? node.done[2].error->message.c_str() : "");
    QVERIFY(!node.done[1].error);
    QVERIFY(node.done[2].pass && node.done[2].pass->passDone && !node.done[2].pass->finalDone);
    QCOMPARE(node.done[1].pass->pass, std::uint32_t{1});
    QVERIFY(!node.done[1].found->createdWhole);

    QVERIFY(node.inner.unmount(kSource));
    node.runner.start(3, receiveStep(node, node.keys.publicKey));
    node.runner.start(4, sendStep(node, /*final=*/true, 2));
    QVERIFY(node.ended(3) && node.ended(4));
    QVERIFY2(!node.done[4].error, node.done[4].error ? node.done[4].error->message.c_str() : "");
    QVERIFY(node.done[3].pass->finalDone && node.done[3].found->createdWhole);
    QCOMPARE(node.done[3].pass->digest, node.done[4].pass->digest);
    QVERIFY(!node.done[3].pass->digest.empty());
    QVERIFY(node.disk.content(kSource) == node.otherDisk.content(kTarget));
}

void TestStepRunner::aSenderWithAnotherKeyIsNotAdmitted()
{
    Node node;
    node.populate();
    // admits somebody else
    node.runner.start(1, receiveStep(node, bus::generateKeyPair()->publicKey));
    node.runner.start(2, sendStep(node, false, 1));
    QVERIFY(node.ended(2));
    QVERIFY(node.done[2].error);
    QCOMPARE(node.done[2].error->code, model::ErrorCode::Unavailable);
    QVERIFY(!node.done.contains(1));
    QVERIFY(node.otherDisk.content(kTarget).empty());
}

void TestStepRunner::nobodyIsServedWithoutAnOrder()
{
    Node node;
    node.populate();
    // A pass that was served and not started again closes the transfer.
    node.runner.start(1, receiveStep(node, node.keys.publicKey));
    node.runner.start(2, sendStep(node, false, 1));
    QVERIFY(node.ended(1) && node.ended(2));
    node.runner.start(3, sendStep(node, false, 2));
    QVERIFY(node.ended(3));
    QVERIFY(node.done[3].error);
    QCOMPARE(node.done[3].error->code, model::ErrorCode::Unavailable);
}

void TestStepRunner::aWaitingReceiverEndsWhenItIsCancelled()
{
    Node node;
    node.populate();
    node.runner.start(1, receiveStep(node, node.keys.publicKey));
    node.runner.cancel(1);
    QVERIFY(node.done.empty()); // never from inside cancel()
    QVERIFY(node.ended(1));
    QVERIFY(node.done[1].error);
    node.runner.start(2, sendStep(node, false, 1));
    QVERIFY(node.ended(2));
    QVERIFY(node.done[2].error);
    QCOMPARE(node.doneTimes[1], 1);
}

void TestStepRunner::afterTheFinalPassNoLiveOneIsTaken()
{
    Node node;
    node.populate();
    auto receive = receiveStep(node, node.keys.publicKey);
    receive.final = true;
    node.runner.start(1, receive);
    node.runner.start(2, sendStep(node, /*final=*/false, 3));
    QVERIFY(node.ended(1) && node.ended(2));
    QVERIFY(node.done[1].error && node.done[2].error);
    QVERIFY(node.otherDisk.content(kTarget).empty());
}

QTEST_GUILESS_MAIN(TestStepRunner)
#include "tst_step_runner.moc"
