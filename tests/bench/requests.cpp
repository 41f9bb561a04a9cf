// What control adds to the bare bus and the bare store: round trips of reads against an echo, durable writes with few and many in
// flight against commits one by one. Control and echo are processes of their own; they are measured in turns, so that a busy moment of
// the machine hits both alike.
//
//     bench_requests SECONDS ROUNDS

#include "control/store/sqlite_store.h"
#include "proto/codec/request_codec.h"
#include "tests/bench/support/bare_client.h"
#include "tests/bench/support/control_program.h"

#include <algorithm>
#include <cstdlib>

using namespace drover;
using namespace drover::model;
using namespace drover::bench;

namespace {

constexpr std::size_t kDatasets = 1000;

TimePoint wallNow()
{
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

std::string readOf(BareClient& client, const Seed& seed, std::uint64_t n)
{
    Request request;
    request.requestId = client.newId();
    DatasetGet get;
    get.dataset.name = seed.datasets[n % seed.datasets.size()].name;
    request.body = ReadVerb{get};
    return codec::encodeRequest(request);
}

std::string writeOf(BareClient& client, const Seed& seed, std::uint64_t n)
{
    Request request;
    request.requestId = client.newId();
    request.deadline = wallNow() + Duration{60'000};
    DatasetSetMetadata set;
    set.dataset.id = seed.datasets[n % seed.datasets.size()].id;
    set.metadata = {{"owner", "bench"}, {"turn", std::to_string(n)}};
    request.body = Write{{{set, {}}}, false, {}, {}};
    return codec::encodeRequest(request);
}

// Commits as control makes them of such writes, one by one.
class SingleCommits
{
public:
    explicit SingleCommits(const Seed& seed) : m_seed(seed)
    {
        m_store = orGiveUp(control::store::SqliteStore::open(seed.state), "cannot open a store");
        static_cast<void>(orGiveUp(m_store->load(), "cannot load a store"));
        SeededIds ids;
        const Commit term =
            orGiveUp(m_store->raiseTerm(ids.next(), wallNow()), "cannot begin a term");
        m_revision = term.revision;
        m_term = term.term;
    }

    double perSecond(double seconds)
    {
        const auto begin = Clock::now();
        std::size_t count = 0;
        while (secondsBetween(begin, Clock::now()) < seconds) {
            append();
            ++count;
        }
        return static_cast<double>(count) / secondsBetween(begin, Clock::now());
    }

private:
    void append()
    {
        const SeedDataset& dataset = m_seed.datasets[m_revision % m_seed.datasets.size()];
        Commit commit;
        commit.revision = ++m_revision;
        commit.term = m_term;
        commit.at = wallNow();
        DatasetRecord record = recordOf(m_seed, dataset);
        record.spec.metadata["turn"] = std::to_string(m_revision);
        record.header.modRevision = m_revision;
        commit.changes.emplace_back(RecordPut{record});
        LogEntry line;
        line.at = commit.at;
        line.actor = "admin";
        line.verb = "dataset.set-metadata";
        line.subject = "dataset " + dataset.name;
        line.dataset = dataset.id;
        line.message = "changed the metadata";
        commit.log.push_back(line);
        control::store::Outcome outcome;
        outcome.user = "admin";
        outcome.requestId = std::to_string(m_revision);
        outcome.bodyDigest = std::string(64, 'd');
        outcome.reply = std::string(80, 'r');
        outcome.at = commit.at;
        orGiveUp(m_store->append({commit}, {outcome}), "cannot commit");
    }

    const Seed& m_seed;
    std::unique_ptr<control::store::SqliteStore> m_store;
    Revision m_revision = 0;
    Term m_term = 0;
};

struct Series
{
    std::vector<double> rates;
    std::vector<double> ratios; // to the baseline of the same round
    std::vector<double> p50;
    std::vector<double> p99;
    void add(const Latencies& measured, double ratio)
    {
        rates.push_back(measured.perSecond);
        ratios.push_back(ratio);
        p50.push_back(measured.p50);
        p99.push_back(measured.p99);
    }
};

Row writeRow(const std::string& inFlight, const Series& writes, double singles)
{
    Row row;
    row.figure = "durable writes, " + inFlight + " in flight";
    row.measured = fixed(median(writes.rates), 0) + "/s, " + fixed(median(writes.ratios), 2) +
                   " x single, p99 " + fixed(median(writes.p99), 1) + " ms";
    row.baseline = "single commits " + fixed(singles, 0) + "/s";
    row.values = {{"per_second", median(writes.rates)},
                  {"ratio", median(writes.ratios)},
                  {"p50_ms", median(writes.p50)},
                  {"p99_ms", median(writes.p99)},
                  {"single_commits_per_second", singles}};
    return row;
}

} // namespace

int main(int argc, char** argv)
{
    const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    const ScratchFolder folder;
    const ScratchFolder aside;
    const Seed seed = makeSeed(folder.path(), 1, kDatasets);
    const Seed otherSeed = makeSeed(aside.path(), 1, kDatasets);
    const EchoProcess echo(seed.admin.publicKey);
    ControlProgram control(seed, programsUnderTest());
    control.start();
    SingleCommits singles(otherSeed);

    bus::Context context;
    const Address echoAddress{echo.endpoint(), echo.key(), seed.admin};
    const Address address{control.requests(), seed.control.publicKey, seed.admin};
    const Clients echoOne = connectMany(context.zmq(), echoAddress, 1);
    const Clients one = connectMany(context.zmq(), address, 1);
    const Clients echoEight = connectMany(context.zmq(), echoAddress, 8);
    const Clients eight = connectMany(context.zmq(), address, 8);
    const Clients twenty = connectMany(context.zmq(), address, 20);
    std::uint64_t n = 0;
    const auto read = [&](BareClient& client) { return readOf(client, seed, n++); };
    const auto write = [&](BareClient& client) { return writeOf(client, seed, n++); };
    static_cast<void>(load(one, 1, 0.2, read));
    static_cast<void>(load(echoOne, 1, 0.2, read));

    Series echo1;
    Series read1;
    Series echo64;
    Series read64;
    Series write1;
    Series write64;
    Series write1000;
    std::vector<double> single;
    std::vector<double> processor; // microseconds of control for one read
    for (int round = 0; round < rounds; ++round) {
        const Latencies e1 = load(echoOne, 1, seconds, read);
        const Latencies r1 = load(one, 1, seconds, read);
        echo1.add(e1, 1);
        read1.add(r1, r1.p50 / e1.p50);
        const Latencies e64 = load(echoEight, 64, seconds, read);
        const double before = control.processorSeconds();
        const Latencies r64 = load(eight, 64, seconds, read);
        processor.push_back((control.processorSeconds() - before) / static_cast<double>(r64.count) *
                            1e6);
        echo64.add(e64, 1);
        read64.add(r64, e64.perSecond / r64.perSecond);
        single.push_back(singles.perSecond(seconds));
        const Latencies w1 = load(one, 1, seconds, write);
        const Latencies w64 = load(eight, 64, seconds, write);
        const Latencies w1000 = load(twenty, 1000, seconds, write);
        write1.add(w1, w1.perSecond / single.back());
        write64.add(w64, w64.perSecond / single.back());
        write1000.add(w1000, w1000.perSecond / single.back());
        say("round " + std::to_string(round + 1) + ": read " + fixed(r1.p50 * 1000, 0) +
            " us, echo " + fixed(e1.p50 * 1000, 0) + " us, writes " + fixed(w64.perSecond, 0) +
            "/s, single " + fixed(single.back(), 0) + "/s");
    }

    Table report;
    Row row;
    row.figure = "read round trip, 1 in flight";
    row.goal = "<= 1.2 x bare echo";
    row.measured = fixed(median(read1.p50) * 1000, 0) + " us, " + fixed(median(read1.ratios), 2) +
                   " x, p99 " + fixed(median(read1.p99) * 1000, 0) + " us";
    row.baseline = "bare CURVE echo " + fixed(median(echo1.p50) * 1000, 0) + " us";
    row.met = median(read1.ratios) <= 1.2;
    row.values = {{"ratio", median(read1.ratios)},
                  {"p50_ms", median(read1.p50)},
                  {"echo_p50_ms", median(echo1.p50)}};
    report.add(row);
    row = {};
    row.figure = "reads, 64 in flight";
    row.measured = fixed(median(read64.rates), 0) + "/s, echo/read " +
                   fixed(median(read64.ratios), 2) + ", p99 " + fixed(median(read64.p99), 1) +
                   " ms, " + fixed(median(processor), 0) + " us of processor each";
    row.baseline = "bare CURVE echo " + fixed(median(echo64.rates), 0) + "/s";
    row.values = {{"per_second", median(read64.rates)},
                  {"ratio", median(read64.ratios)},
                  {"processor_us", median(processor)},
                  {"echo_per_second", median(echo64.rates)}};
    report.add(row);
    const double singleRate = median(single);
    report.add(writeRow("1", write1, singleRate));
    row = writeRow("64", write64, singleRate);
    row.goal = ">= 10,000/s and >= 3 x single commits";
    row.met = median(write64.rates) >= 10'000 && median(write64.ratios) >= 3;
    report.add(row);
    report.add(writeRow("1,000", write1000, singleRate));
    report.print();
    return 0;
}
