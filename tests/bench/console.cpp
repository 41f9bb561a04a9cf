// What the console costs the GUI thread: its views of so many datasets, fed with so many changes a
// second as batches of a frame. No control and no network: what arrives is made here.
//
//     bench_console [DATASETS] [NODES] [CHANGES_PER_SECOND] [SECONDS] [PICTURES]
//
// Into the folder PICTURES it saves how each view looks so full.
//
// Per view: how long the event loop was away at most and in 99 of 100 rounds; how much of that it was
// busy, and did not wait for a processor that others had; and the processor time in all. Draws off screen, unless QT_QPA_PLATFORM says otherwise.

#include "gui/views/datasets_view.h"
#include "gui/views/facet.h"
#include "gui/views/workbench.h"
#include "tests/bench/support/figures.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTableView>
#include <QTemporaryDir>
#include <QSettings>
#include <QTimer>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace drover;
using namespace drover::model;

namespace {

constexpr int kFrame = 33; // ms

template <class AnyId>
AnyId idOf(std::uint32_t kind, std::uint32_t number)
{
    AnyId id;
    for (unsigned i = 0; i < 4; ++i) {
        id.value.bytes[i] = static_cast<std::uint8_t>(kind >> (8 * i));
        id.value.bytes[12 + i] = static_cast<std::uint8_t>(number >> (8 * (3 - i)));
    }
    return id;
}

struct Cluster
{
    std::uint32_t datasets;
    std::uint32_t nodes;
    std::mt19937 random{1};

    gui::models::Batch whole()
    {
        gui::models::Batch batch;
        batch.revision = 1;
        for (std::uint32_t i = 0; i < nodes; ++i) {
            NodeLedger ledger;
            ledger.id = idOf<NodeId>(1, i);
            ledger.hostname = "node-" + std::to_string(i);
            batch.records.push_back(RecordPut{ledger});
            NodeState state;
            state.id = ledger.id;
            state.liveness = Liveness::Alive;
            PoolState pool;
            pool.name = "default";
            pool.kind = "loopback";
            pool.available = true;
            pool.capacity = ByteCount{1ULL << 42};
            pool.free = ByteCount{1ULL << 41};
            state.pools = {pool};
            batch.facts.push_back(NodeStatePut{state});
        }
        for (std::uint32_t i = 0; i < datasets; ++i) {
            DatasetRecord record;
            record.id = idOf<DatasetId>(2, i);
            record.header.name = "dataset-" + std::to_string(i);
            record.header.modRevision = 1;
            record.spec.size = ByteCount{(1ULL << 30) * (1 + i % 200)};
            batch.records.push_back(RecordPut{record});
            DatasetLedger ledger;
            ledger.id = record.id;
            ledger.epoch = 1;
            ledger.owner = idOf<NodeId>(1, i % nodes);
            ledger.copy = idOf<CopyId>(3, i);
            batch.records.push_back(RecordPut{ledger});
            batch.facts.push_back(copyOf(i));
            batch.facts.push_back(statusOf(i, /*troubled=*/false));
        }
        return batch;
    }

    StateChange copyOf(std::uint32_t i)
    {
        CopyState copy;
        copy.dataset = idOf<DatasetId>(2, i);
        copy.copy = idOf<CopyId>(3, i);
        copy.used = ByteCount{random() & 0x3fffffffU};
        return CopyStatePut{idOf<NodeId>(1, i % nodes), copy};
    }

    StateChange statusOf(std::uint32_t i, bool troubled)
    {
        DatasetStatus status;
        status.id = idOf<DatasetId>(2, i);
        status.node = idOf<NodeId>(1, i % nodes);
        status.sync = troubled ? Sync::Converging : Sync::InSync;
        status.health = troubled ? Health::Degraded : Health::Healthy;
        if (troubled) {
            Condition condition;
            condition.message = "the agent works on it";
            status.conditions = {condition};
        }
        return DatasetStatusPut{status};
    }

    gui::models::Batch changes(int count)
    {
        gui::models::Batch batch;
        for (int i = 0; i < count; ++i) {
            const auto number = static_cast<std::uint32_t>(random() % datasets);
            if (i % 2 == 0)
                batch.facts.push_back(copyOf(number));
            else
                batch.facts.push_back(statusOf(number, random() % 4 == 0));
        }
        return batch;
    }
};

double memoryMiB()
{
    std::ifstream statm("/proc/self/statm");
    long all = 0;
    long resident = 0;
    statm >> all >> resident;
    return static_cast<double>(resident) * 4096 / (1 << 20);
}

double processorSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double threadMilliseconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// Feeds changes for so long, and prints how long the loop was away.
void measure(bench::Table& report, const std::string& what, gui::Workbench& shown, Cluster& cluster,
             int perSecond, double seconds)
{
    std::vector<double> gaps; // ms
    std::vector<double> own;  // of them, ms that this thread had a processor
    double ownBefore = 0;
    QElapsedTimer whole;
    QElapsedTimer since;
    QTimer heart; // as often as the loop allows, at most each ms
    QObject::connect(&heart, &QTimer::timeout, &heart, [&] {
        gaps.push_back(static_cast<double>(since.nsecsElapsed()) / 1e6);
        since.restart();
        const double ownNow = threadMilliseconds();
        own.push_back(ownNow - ownBefore);
        ownBefore = ownNow;
        if (static_cast<double>(whole.elapsed()) > seconds * 1000)
            QApplication::exit();
    });
    QTimer feed;
    double owed = 0;
    QObject::connect(&feed, &QTimer::timeout, &feed, [&] {
        owed += perSecond * kFrame / 1000.0;
        const int count = static_cast<int>(owed);
        owed -= count;
        if (count > 0)
            shown.data.apply(cluster.changes(count));
    });
    QApplication::processEvents();
    const double used = processorSeconds();
    whole.start();
    since.start();
    ownBefore = threadMilliseconds();
    heart.start(1);
    feed.start(kFrame);
    QApplication::exec();
    std::sort(gaps.begin(), gaps.end());
    std::sort(own.begin(), own.end());
    const double p99 = gaps[gaps.size() * 99 / 100];
    const double cpu = (processorSeconds() - used) / seconds;
    bench::Row row;
    row.figure = "console, " + what + ": GUI thread away";
    row.goal = "<= 50 ms, p99 <= 16 ms";
    row.measured = "p99 " + bench::fixed(p99, 1) + " ms, most " + bench::fixed(gaps.back(), 1) +
                   " ms; busy by itself p99 " + bench::fixed(own[own.size() * 99 / 100], 1) +
                   " ms, most " + bench::fixed(own.back(), 1) + " ms; " +
                   bench::fixed(100 * cpu, 0) + " % of a core, " + bench::fixed(memoryMiB(), 0) +
                   " MiB";
    row.met = gaps.back() <= 50 && p99 <= 16;
    row.values = {{"p99_ms", p99},
                  {"most_ms", gaps.back()},
                  {"own_p99_ms", own[own.size() * 99 / 100]},
                  {"own_most_ms", own.back()},
                  {"cpu", cpu},
                  {"rss_mib", memoryMiB()}};
    report.add(std::move(row));
}

} // namespace

int main(int argc, char** argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    QTemporaryDir noSettings;
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, noSettings.path());
    const auto argument = [&](int i, double otherwise) {
        return argc > i ? std::atof(argv[i]) : otherwise;
    };
    Cluster cluster{static_cast<std::uint32_t>(argument(1, 10'000)),
                    static_cast<std::uint32_t>(argument(2, 300))};
    const int perSecond = static_cast<int>(argument(3, 500));
    const double seconds = argument(4, 10);

    gui::Workbench shown;
    gui::DatasetsView datasets(shown);
    datasets.resize(1100, 800);
    datasets.show();
    QApplication::processEvents();
    const gui::models::Batch first = cluster.whole();
    QElapsedTimer timer;
    timer.start();
    shown.data.apply(first);
    datasets.repaint();
    QApplication::processEvents();
    bench::Row row;
    row.figure = "console, first rows of " + std::to_string(cluster.datasets) + " datasets";
    row.goal = "<= 1 s";
    row.measured = std::to_string(timer.elapsed()) + " ms from the batch to the painted rows";
    row.met = timer.elapsed() <= 1000;
    row.values = {{"ms", static_cast<double>(timer.elapsed())}};
    bench::Table report;
    report.add(std::move(row));

    datasets.table()->sortByColumn(gui::models::DatasetsModel::Name, Qt::AscendingOrder);
    measure(report, "datasets by name", shown, cluster, perSecond, seconds);
    datasets.table()->sortByColumn(gui::models::DatasetsModel::Used, Qt::DescendingOrder);
    measure(report, "datasets by use", shown, cluster, perSecond, seconds);
    datasets.setFilter(QStringLiteral("sync:converging"));
    measure(report, "datasets by use, filtered", shown, cluster, perSecond, seconds);
    const QString pictures = argc > 5 ? QString::fromLocal8Bit(argv[5]) : QString();
    const auto keep = [&](QWidget& view, const QString& name) {
        if (!pictures.isEmpty())
            view.grab().save(pictures + QLatin1Char('/') + name + QStringLiteral(".png"));
    };
    datasets.setFilter({});
    keep(datasets, QStringLiteral("datasets"));
    datasets.hide();
    datasets.table()->sortByColumn(gui::models::DatasetsModel::Name, Qt::AscendingOrder);
    for (const gui::Facet& facet : gui::facets()) {
        if (facet.id == QStringLiteral("datasets"))
            continue;
        const std::unique_ptr<QWidget> view(facet.make(shown, nullptr));
        view->resize(1100, 800);
        view->show();
        measure(report, facet.id.toStdString(), shown, cluster, perSecond, seconds);
        keep(*view, facet.id);
    }
    report.print();
    return 0;
}
