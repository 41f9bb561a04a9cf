// What control adds to the bare bus and the bare store: round trips of reads against an echo, and
// durable writes alone and many at a time. All figures are of this run; the ratios are what counts.
//
//     bench_control_requests [SECONDS per row]

#include "bus/transport/dealer_client.h"
#include "bus/transport/router_server.h"
#include "bus/transport/xpub_publisher.h"
#include "control/service/control_service.h"
#include "control/store/sqlite_store.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <thread>
#include <unistd.h>

using namespace drover;
using namespace drover::model;

namespace {

class WallClock : public control::service::Clock
{
public:
    [[nodiscard]] TimePoint wall() const override
    {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(
            std::chrono::system_clock::now());
    }
};

class Ids : public IdSource
{
public:
    Uuid next() override
    {
        Uuid id;
        for (auto& byte : id.bytes)
            byte = static_cast<std::uint8_t>(m_random() & 0xff);
        return id;
    }

private:
    std::mt19937_64 m_random{1};
};

class Door : public control::service::KeyDoor
{
public:
    explicit Door(bus::Authenticator& authenticator) : m_authenticator(authenticator) {}
    void admit(const std::string& publicKey, const std::string& user) override
    {
        static_cast<void>(m_authenticator.setKey(publicKey, user));
    }
    void deny(const std::string& publicKey) override { m_authenticator.removeKey(publicKey); }

private:
    bus::Authenticator& m_authenticator;
};

struct Figures
{
    double perSecond = 0;
    double p50 = 0; // milliseconds
    double p99 = 0;
};

// Keeps `inFlight` requests on the way for so long; `make` gives the n-th frame.
Figures measure(bus::Reactor& reactor, bus::RequestClient& client, int inFlight, double seconds,
                const std::function<std::string(std::uint64_t)>& make)
{
    using Time = std::chrono::steady_clock::time_point;
    std::deque<Time> sent; // control answers in order, so the oldest is the one that is answered
    std::vector<double> latencies;
    std::uint64_t next = 0;
    const Time begin = std::chrono::steady_clock::now();
    const Time end = begin + std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
    const auto send = [&] {
        sent.push_back(std::chrono::steady_clock::now());
        if (client.send(make(next++)) != bus::SendResult::Taken)
            std::abort();
    };
    client.onFrame([&](const bus::Frame& frame) {
        if (frame.size() < 4)
            std::abort();
        const Time now = std::chrono::steady_clock::now();
        latencies.push_back(std::chrono::duration<double, std::milli>(now - sent.front()).count());
        sent.pop_front();
        if (now < end)
            send();
    });
    for (int i = 0; i < inFlight; ++i)
        send();
    if (!reactor.runUntil([&] { return sent.empty(); }, bus::Duration{60'000}))
        std::abort();
    const double took =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::sort(latencies.begin(), latencies.end());
    return {static_cast<double>(latencies.size()) / took, latencies[latencies.size() / 2],
            latencies[latencies.size() * 99 / 100]};
}

void show(const char* what, const Figures& figures, double ratio, const char* of)
{
    std::printf("%-44s %9.0f/s  p50 %7.3f ms  p99 %7.3f ms  %5.2f x %s\n", what, figures.perSecond,
                figures.p50, figures.p99, ratio, of);
}

template <class T>
T orAbort(Result<T> result)
{
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        std::abort();
    }
    return std::move(*result);
}

} // namespace

int main(int argc, char** argv)
{
    const double seconds = argc > 1 ? std::atof(argv[1]) : 3;
    std::string folder = (std::filesystem::temp_directory_path() / "drover-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr)
        return 1;
    const bus::KeyPair serverKeys = *bus::generateKeyPair();
    const bus::KeyPair userKeys = *bus::generateKeyPair();
    WallClock clock;
    Ids ids;
    ClusterRecord cluster;
    cluster.id = ids.make<ClusterId>();
    cluster.header.name = "bench";
    HistoryRecord history;
    history.history = ids.make<HistoryId>();
    KeyRecord key;
    key.publicKey = userKeys.publicKey;
    key.name = "admin";
    key.role = KeyRole::Admin;
    if (!control::store::SqliteStore::create(folder, {cluster, history, key}, clock.wall()))
        return 1;

    bus::Context context;
    static_cast<void>(context.authenticator().setKey(userKeys.publicKey, "admin"));
    bus::Reactor controlReactor;
    bus::Reactor echoReactor;
    bus::Reactor reactor;
    Door door{context.authenticator()};
    auto store = orAbort(control::store::SqliteStore::open(folder));
    auto server =
        *bus::RouterServer::bind(controlReactor, context, {"tcp://127.0.0.1:*", serverKeys});
    auto publisher =
        *bus::XpubPublisher::bind(controlReactor, context, {"tcp://127.0.0.1:*", serverKeys});
    const control::service::Environment environment{
        controlReactor,
        *server,
        *publisher,
        *store,
        clock,
        ids,
        door,
        [](control::service::LogLevel, std::string_view, std::string_view, std::string_view) {},
        [](const Error&) { std::abort(); }};
    auto service = orAbort(control::service::ControlService::start(environment, {"bench", {}}));
    auto echo = *bus::RouterServer::bind(echoReactor, context, {"tcp://127.0.0.1:*", serverKeys});
    echo->onFrame(
        [&](const bus::Peer& peer, bus::Frame frame) { echo->send(peer, std::move(frame)); });
    const std::string controlEndpoint = server->endpoint();
    const std::string echoEndpoint = echo->endpoint();
    controlReactor.start("control");
    echoReactor.start("echo");

    const auto connect = [&](const std::string& endpoint) {
        bus::ClientOptions options;
        options.endpoint = endpoint;
        options.keys = userKeys;
        options.serverKey = serverKeys.publicKey;
        auto client = *bus::DealerClient::connect(reactor, context, options);
        bool up = false;
        client->onLink([&up](const bus::LinkState& state) { up = state.link == bus::Link::Up; });
        if (!reactor.runUntil([&] { return up; }, bus::Duration{10'000}))
            std::abort();
        client->onLink([](const bus::LinkState&) {});
        return client;
    };
    auto echoClient = connect(echoEndpoint);
    auto client = connect(controlEndpoint);

    std::uint64_t unique = 0;
    const auto read = [&](std::uint64_t n) {
        Request request;
        request.requestId = "r" + std::to_string(n);
        request.body = ReadVerb{SubscriptionStatusGet{"config/"}};
        return codec::encodeRequest(request);
    };
    const auto write = [&](std::uint64_t) {
        Request request;
        const std::string name = "d" + std::to_string(unique++);
        request.requestId = name;
        request.deadline = clock.wall() + Duration{60'000};
        DatasetCreate create;
        create.name = name;
        create.requiredLabels = {{"nowhere", "yes"}};
        request.body = Write{{{create, {}}}, false, {}, {}};
        return codec::encodeRequest(request);
    };

    const Figures echo1 = measure(reactor, *echoClient, 1, seconds, read);
    const Figures read1 = measure(reactor, *client, 1, seconds, read);
    const Figures echo64 = measure(reactor, *echoClient, 64, seconds, read);
    const Figures read64 = measure(reactor, *client, 64, seconds, read);
    const Figures write1 = measure(reactor, *client, 1, seconds, write);
    const Figures write64 = measure(reactor, *client, 64, seconds, write);
    show("echo, 1 in flight", echo1, 1, "itself");
    show("read, 1 in flight", read1, read1.p50 / echo1.p50, "the echo's p50");
    show("echo, 64 in flight", echo64, 1, "itself");
    show("read, 64 in flight", read64, read64.p50 / echo64.p50, "the echo's p50");
    show("durable write, 1 in flight", write1, 1, "itself");
    show("durable write, 64 in flight", write64, write64.perSecond / write1.perSecond,
         "single writes per second");

    client.reset();
    echoClient.reset();
    controlReactor.call([&] {
        service->stop();
        service.reset();
        publisher.reset();
        server.reset();
    });
    echoReactor.call([&] { echo.reset(); });
    store.reset();
    std::filesystem::remove_all(folder);
    return 0;
}
