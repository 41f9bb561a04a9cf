// Moving a folder tree to another process over the bus, as two agents do it, beside its parts on the same machine in the same run:
// `tar | tar` (read, pipe, write, sync) and the bare encrypted channel (as many bytes, thrown away).
//
//     bench_move FOLDER FILES MEGABYTES ROUNDS
//
// What two parts that work one after the other could give is 1/(1/pipe + 1/curve); that is what a move is compared with.

#include "agent/backend/support/command_runner.h"
#include "agent/backend/transfer/tree_sync.h"
#include "agent/service/message_channel.h"
#include "bus/transport/bulk_connector.h"
#include "bus/transport/bulk_listener.h"
#include "bus/transport/reactor.h"
#include "bus/transport/sockets.h"
#include "tests/bench/support/seed.h"

#include <zmq.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace drover;
using namespace drover::agent::backend;
using namespace drover::bench;

namespace {

constexpr std::size_t kFrame = std::size_t{256} * 1024;
constexpr std::uint64_t kWindow = 8;

double secondsOf(const std::function<void()>& act)
{
    const auto start = Clock::now();
    act();
    return secondsBetween(start, Clock::now());
}

// Half of the bytes in a few large files, half in many small ones, random content.
void fill(const fs::path& top, std::size_t files, std::uint64_t bytes)
{
    std::mt19937_64 random(42); // NOLINT: the same tree each time
    std::vector<char> block(1 << 20);
    for (std::size_t i = 0; i + 8 <= block.size(); i += 8) {
        const std::uint64_t value = random();
        std::memcpy(block.data() + i, &value, 8);
    }
    const auto write = [&](const fs::path& path, std::uint64_t size) {
        std::ofstream out(path, std::ios::binary);
        for (std::uint64_t done = 0; done < size; done += block.size()) {
            block[0] = static_cast<char>(random() & 0x7f);
            out.write(block.data(), static_cast<std::streamsize>(
                                        std::min<std::uint64_t>(block.size(), size - done)));
        }
    };
    constexpr std::size_t kLarge = 5;
    for (std::size_t i = 0; i < kLarge; ++i)
        write(top / ("large-" + std::to_string(i)), bytes / 2 / kLarge);
    for (std::size_t i = 0; i < files; ++i) {
        const fs::path folder = top / ("folder-" + std::to_string(i % 100));
        fs::create_directories(folder);
        write(folder / std::to_string(i), bytes / 2 / files);
    }
}

// One line at a time between the two processes.
void sayLine(int fd, std::string line)
{
    line += '\n';
    if (::write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        giveUp("the other process is gone");
}

std::string hearLine(int fd)
{
    std::string line;
    for (char c = 0; ::read(fd, &c, 1) == 1;) {
        if (c == '\n')
            return line;
        line += c;
    }
    giveUp("the other process is gone");
}

// The receiving agent's half: takes one pass after the other into the folder that a line names, with one cache for each.
class ReceivingProcess
{
public:
    explicit ReceivingProcess(const std::string& senderKey)
    {
        auto keys = bus::generateKeyPair();
        if (!keys)
            giveUp(keys.reason());
        m_keys = *keys;
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
            giveUp("no socket pair");
        m_pid = ::fork();
        if (m_pid < 0)
            giveUp("cannot fork");
        if (m_pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::close(ends[0]);
            serve(ends[1], senderKey);
            ::_exit(0);
        }
        ::close(ends[1]);
        m_line = ends[0];
        m_bulk = hearLine(m_line);
        m_bare = hearLine(m_line);
    }
    ~ReceivingProcess()
    {
        ::kill(m_pid, SIGKILL);
        int status = 0;
        ::waitpid(m_pid, &status, 0);
    }
    ReceivingProcess(const ReceivingProcess&) = delete;
    ReceivingProcess& operator=(const ReceivingProcess&) = delete;

    [[nodiscard]] const std::string& bulkEndpoint() const { return m_bulk; }
    [[nodiscard]] const std::string& bareEndpoint() const { return m_bare; }
    [[nodiscard]] const std::string& key() const { return m_keys.publicKey; }

    // It is ready to take the pass when this returns.
    void expect(const fs::path& folder, bool final)
    {
        sayLine(m_line, (final ? "final " : "live ") + folder.string());
        if (hearLine(m_line) != "ready")
            giveUp("the receiver is not ready");
    }
    void finished()
    {
        if (const std::string said = hearLine(m_line); said != "done")
            giveUp("the receiver: " + said);
    }

private:
    void serve(int line, const std::string& senderKey) const
    {
        bus::Reactor reactor;
        bus::Context context;
        reactor.start("receiver");
        std::mutex mutex;
        std::condition_variable changed;
        std::unique_ptr<bus::BulkStream> arrived;
        auto listener = reactor.call([&] {
            auto made = std::move(
                *bus::RouterBulkListener::bind(reactor, context, {"tcp://127.0.0.1:*", m_keys}));
            made->open("bench", senderKey);
            made->onChannel([&](const std::string&, std::unique_ptr<bus::BulkChannel> channel) {
                const std::scoped_lock lock(mutex);
                arrived = bus::BulkStream::over(reactor, std::move(channel));
                changed.notify_all();
            });
            return made;
        });
        sayLine(line, listener->endpoint());
        std::thread bare([&] { throwAway(context, line, senderKey); });
        std::map<std::string, ContentCache> caches;
        for (;;) {
            const std::string order = hearLine(line);
            const bool final = order.starts_with("final ");
            const std::string folder = order.substr(order.find(' ') + 1);
            sayLine(line, "ready");
            std::unique_ptr<bus::BulkStream> stream;
            {
                std::unique_lock lock(mutex);
                changed.wait(lock, [&] { return arrived != nullptr; });
                stream = std::move(arrived);
            }
            agent::service::MessageChannel channel(*stream);
            const Fd top(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            const Canceller never;
            auto taken = receiveTree(top.get(), caches[folder], final, {}, channel, {}, never);
            static_cast<void>(channel.finish().ok());
            stream.reset();
            sayLine(line, taken ? "done" : taken.error().message);
        }
    }

    // The bare channel's end: frames come, credit goes back, nothing else is done.
    void throwAway(bus::Context& context, int line, const std::string& senderKey) const
    {
        if (!context.authenticator().setKey("bare", senderKey, "bench"))
            giveUp("cannot admit a key");
        zmq::socket_t socket(context.zmq(), zmq::socket_type::router);
        bus::harden(socket, {.affinity = bus::Context::kBulkTraffic});
        bus::secureServer(socket, m_keys, "bare");
        socket.bind("tcp://127.0.0.1:*");
        sayLine(line, bus::boundEndpoint(socket));
        zmq::message_t id;
        zmq::message_t body;
        for (std::uint64_t count = 1;; ++count) {
            if (!socket.recv(id) || !socket.recv(body))
                continue;
            if (count % 2 != 0)
                continue;
            socket.send(id, zmq::send_flags::sndmore);
            socket.send(zmq::message_t(1), zmq::send_flags::none);
        }
    }

    bus::KeyPair m_keys;
    pid_t m_pid = -1;
    int m_line = -1;
    std::string m_bulk;
    std::string m_bare;
};

// Seconds that the bare channel takes for so many bytes.
double bareSeconds(bus::Context& context, const ReceivingProcess& receiver,
                   const bus::KeyPair& keys, std::uint64_t bytes)
{
    zmq::socket_t socket(context.zmq(), zmq::socket_type::dealer);
    bus::harden(socket, {.affinity = bus::Context::kBulkTraffic});
    bus::secureClient(socket, keys, receiver.key());
    socket.connect(receiver.bareEndpoint());
    const std::string frame(kFrame, 'x');
    zmq::message_t credit;
    // An even number, so that each pair is answered; the first pair is the handshake's.
    const std::uint64_t frames = std::max<std::uint64_t>(bytes / kFrame / 2 * 2, 2);
    const auto send = [&] { socket.send(zmq::buffer(frame), zmq::send_flags::none); };
    send();
    send();
    static_cast<void>(socket.recv(credit));
    return secondsOf([&] {
        std::uint64_t sent = 0;
        std::uint64_t done = 0;
        while (done < frames) {
            while (sent < frames && sent - done < kWindow) {
                send();
                ++sent;
            }
            static_cast<void>(socket.recv(credit));
            done += 2;
        }
    });
}

struct Sender
{
    bus::Context& context;
    bus::Reactor& reactor;
    bus::DealerBulkConnector& connector;
    ReceivingProcess& receiver;
};

double passSeconds(const Sender& sender, const fs::path& source, ContentCache& cache,
                   const fs::path& target, bool final)
{
    sender.receiver.expect(target, final);
    return secondsOf([&] {
        auto stream = sender.reactor.call([&] {
            return bus::BulkStream::over(sender.reactor,
                                         sender.connector.connect(sender.receiver.bulkEndpoint(),
                                                                  sender.receiver.key(), "bench"));
        });
        agent::service::MessageChannel channel(*stream);
        const Fd top(::open(source.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const Canceller never;
        static_cast<void>(
            orGiveUp(sendTree(top.get(), cache, final, channel, {}, never), "a pass failed"));
        static_cast<void>(channel.finish().ok());
        sender.receiver.finished();
    });
}

double tarSeconds(const fs::path& source, const fs::path& target)
{
    fs::create_directory(target);
    SystemCommandRunner runner;
    const std::string pipe = "tar -C '" + source.string() + "' -cSf - . | tar -C '" +
                             target.string() + "' -xSpf - && sync -f '" + target.string() + "'";
    return secondsOf([&] {
        static_cast<void>(orGiveUp(
            runChecked(runner, {{"sh", "-c", pipe}, std::chrono::minutes(30)}), "tar failed"));
    });
}

} // namespace

int main(int argc, char** argv)
{
    const ScratchFolder base(argc > 1 ? argv[1] : "/var/tmp");
    const std::size_t files = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5000;
    const std::uint64_t bytes = (argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 400) << 20;
    const int rounds = argc > 4 ? std::atoi(argv[4]) : 3;
    if (files < 1)
        giveUp("usage: bench_move FOLDER FILES MEGABYTES ROUNDS");
    const fs::path source = base.path() / "source";
    fs::create_directories(source);
    fill(source, files, bytes);
    ::sync();
    const bus::KeyPair keys = *bus::generateKeyPair();
    ReceivingProcess receiver(keys.publicKey);
    bus::Context context;
    bus::Reactor reactor;
    reactor.start("sender");
    auto connector = reactor.call(
        [&] { return std::make_unique<bus::DealerBulkConnector>(reactor, context, keys); });
    const Sender sender{context, reactor, *connector, receiver};

    const double megabytes = static_cast<double>(bytes) / 1e6;
    std::vector<double> pipes;
    std::vector<double> curves;
    std::vector<double> firsts;
    std::vector<double> seconds;
    std::vector<double> finals;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        // Both stay until the end: ext4 looks long for an inode where many were freed a moment ago.
        const fs::path byTar = base.path() / ("by-tar-" + std::to_string(round));
        const fs::path byUs = base.path() / ("by-us-" + std::to_string(round));
        pipes.push_back(tarSeconds(source, byTar));
        curves.push_back(bareSeconds(context, receiver, keys, bytes));
        fs::create_directory(byUs);
        ContentCache cache;
        firsts.push_back(passSeconds(sender, source, cache, byUs, false));
        seconds.push_back(passSeconds(sender, source, cache, byUs, false));
        finals.push_back(passSeconds(sender, source, cache, byUs, true));
        ratios.push_back((pipes.back() + curves.back()) / firsts.back());
        say("round " + std::to_string(round + 1) + ": pipe " + fixed(pipes.back(), 2) +
            " s, curve " + fixed(curves.back(), 2) + " s, move " + fixed(firsts.back(), 2) + " s");
    }
    reactor.call([&] { connector.reset(); });

    Table report;
    Row row;
    row.figure =
        "directory move, " + fixed(megabytes, 0) + " MB in " + std::to_string(files) + " files";
    row.goal = ">= 0.85 x 1/(1/pipe + 1/curve)";
    row.measured = fixed(megabytes / median(firsts), 0) + " MB/s, " + fixed(median(ratios), 2) +
                   " x; nothing changed: " + fixed(median(seconds), 2) + " s, final " +
                   fixed(median(finals), 2) + " s";
    row.baseline = "tar | tar " + fixed(megabytes / median(pipes), 0) + " MB/s, bare CURVE " +
                   fixed(megabytes / median(curves), 0) + " MB/s";
    row.met = median(ratios) >= 0.85;
    row.values = {{"first_pass_seconds", median(firsts)},
                  {"second_pass_seconds", median(seconds)},
                  {"final_pass_seconds", median(finals)},
                  {"pipe_seconds", median(pipes)},
                  {"curve_seconds", median(curves)},
                  {"bytes", static_cast<double>(bytes)},
                  {"ratio", median(ratios)},
                  {"to_tar", median(pipes) / median(firsts)}};
    report.add(std::move(row));
    report.print();
    return 0;
}
