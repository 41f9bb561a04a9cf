#include "bus/client/cluster_client.h"
#include "tests/support/fake_control.h"

#include <QtTest>

#include <set>

using namespace drover;
using namespace drover::model;
using test::FakeControl;

namespace {

struct Setup
{
    explicit Setup(std::uint64_t seed = 1, std::optional<bus::Duration> connectTimeout = {})
        : world(seed), networkExecutor(world.executor("network")), network(*networkExecutor, seed),
          control(world, network), executor(world.executor("client")),
          link(network.requestClient(*executor, "laptop", FakeControl::kRequests, "me")),
          client(*executor, *link,
                 {.program = "test",
                  .features = {},
                  .idPrefix = "abc",
                  .seed = seed,
                  .connectTimeout = connectTimeout})
    {}

    // The call's result, which has to come within `atMost` of virtual time.
    Result<Reply> call(client::Body body, client::ClusterClient::CallOptions options = {},
                       bus::Duration atMost = bus::Duration{60'000})
    {
        std::optional<Result<Reply>> result;
        int answers = 0;
        client.call(std::move(body), options, [&](Result<Reply> reply) {
            result = std::move(reply);
            ++answers;
        });
        if (!world.runUntil([&] { return result.has_value(); }, atMost))
            return Error{ErrorCode::Internal, "no answer at all", "", ""};
        world.runFor(bus::Duration{100});
        if (answers != 1)
            return Error{ErrorCode::Internal, "answered twice", "", ""};
        return std::move(*result);
    }

    bus::VirtualWorld world;
    std::unique_ptr<bus::VirtualExecutor> networkExecutor;
    bus::MemoryBus network;
    FakeControl control;
    std::unique_ptr<bus::VirtualExecutor> executor;
    std::unique_ptr<bus::RequestClient> link;
    client::ClusterClient client;
};

Write someWrite()
{
    Write write;
    write.operations.push_back({DatasetDelete{{std::nullopt, "web"}, {}, false}, {}});
    return write;
}

// How often each id was seen, greetings left out.
std::map<std::string, int> countsOf(const FakeControl& control)
{
    std::map<std::string, int> counts;
    for (const Request& request : control.requests) {
        const auto* read = std::get_if<ReadVerb>(&request.body);
        if (!read || !std::holds_alternative<ClientHello>(*read))
            ++counts[request.requestId];
    }
    return counts;
}

} // namespace

class ClusterClientTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callsMadeBeforeTheLinkIsUpAreAnswered()
    {
        Setup s;
        const auto reply = s.call(someWrite());
        QVERIFY(reply.ok());
        QVERIFY(std::holds_alternative<WriteResult>(reply->body));
        QCOMPARE(s.client.inFlight(), std::size_t{0});
    }

    void manyCallsInFlightAreAllAnsweredOnce()
    {
        Setup s;
        int answers = 0;
        for (int i = 0; i < 500; ++i)
            s.client.call(someWrite(), [&](Result<Reply> reply) {
                QVERIFY(reply.ok());
                ++answers;
            });
        s.world.runFor(bus::Duration{5'000});
        QCOMPARE(answers, 500);
        QCOMPARE(countsOf(s.control).size(), std::size_t{500});
    }

    void deadlinesAreOnControlsClock()
    {
        Setup s;
        s.control.clockAhead = std::chrono::hours{-30};
        QVERIFY(s.call(someWrite(), {.timeout = bus::Duration{7'000}, .minRevision = 0}).ok());
        const auto deadline = s.control.requests.back().deadline;
        QVERIFY(deadline.has_value());
        const auto ahead = *deadline - s.control.wall();
        QVERIFY2(ahead > std::chrono::seconds{6} && ahead <= std::chrono::seconds{8},
                 std::to_string(ahead.count()).c_str());
    }

    void aStepOfControlsClockCostsOneCall_data()
    {
        QTest::addColumn<int>("hours");
        QTest::newRow("ahead") << 2;
        QTest::newRow("back") << -2;
    }
    void aStepOfControlsClockCostsOneCall()
    {
        QFETCH(int, hours);
        Setup s;
        QVERIFY(s.call(someWrite()).ok());
        s.control.answer = [&](const Request& request) -> std::optional<Reply> {
            if (!request.deadline)
                return {}; // the greeting
            const auto left = *request.deadline - s.control.wall();
            if (left >= Duration{0} && left <= std::chrono::minutes{10})
                return {};
            Reply reply;
            reply.requestId = request.requestId;
            reply.error =
                Error{left < Duration{0} ? ErrorCode::DeadlineExceeded : ErrorCode::InvalidArgument,
                      "the deadline is not good",
                      "request " + request.requestId,
                      {}};
            return reply;
        };
        s.control.clockAhead += std::chrono::hours{hours};
        const auto refused = s.call(someWrite());
        QVERIFY(refused.ok() && refused->error);
        const auto taken = s.call(someWrite());
        QVERIFY(taken.ok() && !taken->error);
    }

    void overlongTimeoutsStayWithinWhatControlAccepts()
    {
        Setup s;
        QVERIFY(s.call(someWrite(), {.timeout = std::chrono::hours{5}, .minRevision = 0}).ok());
        QVERIFY(*s.control.requests.back().deadline - s.control.wall() < kMaximumDeadlineAhead);
    }

    void aLostAnswerLeadsToARepetitionUnderTheSameId()
    {
        Setup s;
        QVERIFY(s.call(someWrite()).ok()); // connected
        s.control.silent = true;
        std::optional<Result<Reply>> result;
        s.client.call(someWrite(), [&](Result<Reply> reply) { result = std::move(reply); });
        s.world.runFor(bus::Duration{1'000});
        s.control.silent = false;
        s.world.runFor(bus::Duration{10'000});
        QVERIFY(result && result->ok());
        const auto counts = countsOf(s.control);
        QCOMPARE(counts.size(), std::size_t{2});
        QCOMPARE(counts.rbegin()->second, 2);
    }

    void aFlappingLinkLeadsToARepetitionUnderTheSameId()
    {
        Setup s;
        QVERIFY(s.call(someWrite()).ok());
        s.control.silent = true;
        std::optional<Result<Reply>> result;
        s.client.call(someWrite(), [&](Result<Reply> reply) { result = std::move(reply); });
        s.world.runFor(bus::Duration{200});
        s.control.silent = false;
        s.control.stop();
        s.world.runFor(bus::Duration{1'000});
        s.control.start();
        s.world.runFor(bus::Duration{20'000});
        QVERIFY(result && result->ok());
        const auto counts = countsOf(s.control);
        QCOMPARE(counts.size(), std::size_t{2});
        QVERIFY(counts.rbegin()->second >= 2);
    }

    void aRepetitionIsTheSameRequestToTheByte()
    {
        Setup s;
        QVERIFY(s.call(someWrite()).ok());
        s.control.silent = true;
        s.client.call(someWrite(), {.timeout = bus::Duration{20'000}, .minRevision = 0},
                      [](const Result<Reply>&) {});
        s.world.runFor(bus::Duration{10'000});
        std::vector<Request> repeated;
        for (const Request& request : s.control.requests)
            if (request.requestId == s.control.requests.back().requestId)
                repeated.push_back(request);
        QVERIFY(repeated.size() >= 2);
        for (const Request& request : repeated)
            QVERIFY(request == repeated.front());
    }

    void noAnswerIsATimeoutThatSaysWhatMayHaveHappened()
    {
        Setup s;
        QVERIFY(s.call(someWrite()).ok());
        s.control.silent = true;
        const auto result =
            s.call(someWrite(), {.timeout = bus::Duration{3'000}, .minRevision = 0});
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, ErrorCode::Timeout);
        QVERIFY(result.error().message.find("may or may not") != std::string::npos);
    }

    void whatNeverLeftIsUnavailable()
    {
        Setup s;
        s.control.stop();
        const auto result =
            s.call(someWrite(), {.timeout = bus::Duration{3'000}, .minRevision = 0});
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, ErrorCode::Unavailable);
    }

    void peopleHearSoonThatThereIsNoControl()
    {
        Setup s(1, bus::Duration{2'000});
        s.control.stop();
        const auto before = s.world.now();
        const auto result =
            s.call(someWrite(), {.timeout = bus::Duration{60'000}, .minRevision = 0});
        QCOMPARE(result.error().code, ErrorCode::Unavailable);
        QVERIFY(s.world.now() - before < bus::Duration{3'000});
    }

    void peopleHearAtOnceThatTheirKeyIsRefused()
    {
        Setup s(1, bus::Duration{5'000});
        s.network.deny("me");
        const auto before = s.world.now();
        const auto result = s.call(someWrite());
        QCOMPARE(result.error().code, ErrorCode::Unauthenticated);
        QVERIFY(s.world.now() - before < bus::Duration{2'000});
        // A call made while it is known is answered too.
        QCOMPARE(s.call(someWrite()).error().code, ErrorCode::Unauthenticated);
    }

    void refusalsOfControlAreReplies()
    {
        Setup s;
        s.control.answer = [](const Request& request) -> std::optional<Reply> {
            if (!std::holds_alternative<Write>(request.body))
                return std::nullopt;
            Reply reply;
            reply.error = Error{ErrorCode::InUse, "held", "dataset web", ""};
            return reply;
        };
        const auto result = s.call(someWrite());
        QVERIFY(result.ok());
        QCOMPARE(result->error->code, ErrorCode::InUse);
    }

    // A full store remembers no refusal: the repetition was executed when there was room again.
    void aLateRefusalOfAFullStoreIsNotTheLastWord()
    {
        Setup s;
        QVERIFY(s.call(someWrite()).ok()); // connected
        s.network.setFaults(FakeControl::kHost, "laptop", {.delay = bus::Duration{5'000}});
        int refusals = 1;
        s.control.answer = [&](const Request& request) -> std::optional<Reply> {
            if (!std::holds_alternative<Write>(request.body) || refusals-- <= 0)
                return std::nullopt;
            Reply reply;
            reply.error = Error{ErrorCode::StoreFull, "full; nothing was changed", "", ""};
            return reply;
        };
        const auto executed = s.call(someWrite());
        QVERIFY(executed && !executed->error);
        // Where all that was sent was refused, it is.
        refusals = 1000;
        const auto refused = s.call(someWrite());
        QVERIFY(refused && refused->error);
        QCOMPARE(refused->error->code, ErrorCode::StoreFull);
    }

    void anUnsupportedVersionFailsEveryCall()
    {
        Setup s;
        s.control.answer = [](const Request&) {
            Reply reply;
            reply.error = Error{ErrorCode::UnsupportedVersion, "too old", "", ""};
            return std::optional(reply);
        };
        QCOMPARE(s.call(someWrite()).error().code, ErrorCode::UnsupportedVersion);
    }

    void badNetworksLoseNothing_data()
    {
        QTest::addColumn<quint64>("seed");
        for (quint64 seed = 1; seed <= 8; ++seed)
            QTest::newRow(std::to_string(seed).c_str()) << seed;
    }
    void badNetworksLoseNothing()
    {
        QFETCH(quint64, seed);
        Setup s(seed);
        s.network.setDefaultFaults({.delay = bus::Duration{1},
                                    .jitter = bus::Duration{50},
                                    .drop = 0.2,
                                    .duplicate = 0.2,
                                    .reorder = 0.2});
        int answers = 0;
        for (int i = 0; i < 100; ++i)
            s.client.call(someWrite(), {.timeout = std::chrono::minutes{5}, .minRevision = 0},
                          [&](Result<Reply> reply) {
                              QVERIFY(reply.ok());
                              ++answers;
                          });
        for (int i = 0; i < 5; ++i) {
            s.world.runFor(bus::Duration{3'000});
            s.network.disconnect("laptop", FakeControl::kHost);
        }
        s.world.runFor(std::chrono::minutes{4});
        QCOMPARE(answers, 100);
    }
};

QTEST_APPLESS_MAIN(ClusterClientTest)
#include "tst_cluster_client.moc"
