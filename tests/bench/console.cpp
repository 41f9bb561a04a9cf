// The console with a large cluster that never rests: how soon it shows the first rows, how long its event loop is busy while a person
// scrolls, filters, sorts, and looks at each view, and whether its memory stays what it is.
//
//     bench_console NODES DATASETS_EACH SECONDS_PER_VIEW MEMORY_SECONDS [CHANGES_PER_SECOND]
//
// Ten minutes of memory: MEMORY_SECONDS = 600. Waits are wall time, and say little while others use the processors: beside them stands
// the processor time of the longest event.

#include "gui/views/facet.h"
#include "gui/views/main_window.h"
#include "tests/bench/console_watch.h"

#include <QEventLoop>
#include <QHeaderView>
#include <QLineEdit>
#include <QProcess>
#include <QScrollBar>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QTimer>

#include <cstdlib>
#include <functional>
#include <numeric>

using namespace drover;
using namespace drover::bench;

namespace {

constexpr int kFrame = 16;        // ms between two steps of a person who scrolls
constexpr int kKey = 150;         // and between two letters
constexpr double kMostWait = 50;  // ms
constexpr double kUsualWait = 16; // p99
constexpr int kStartPatience = 300'000;
constexpr double kConnectPatience = 120;

// Real control and fake agents, in processes of their own.
class Cluster
{
public:
    Cluster(const QString& nodes, const QString& each)
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QCoreApplication::applicationDirPath() + QStringLiteral("/bench_cluster"),
                        {nodes, each, m_folder.path()});
        while (!m_process.canReadLine())
            if (!m_process.waitForReadyRead(kStartPatience))
                giveUp("the cluster does not come up");
        static_cast<void>(m_process.readLine());
        say("the cluster is there");
    }
    ~Cluster()
    {
        m_process.closeWriteChannel(); // it ends with its input
        m_process.waitForFinished();
    }
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    void setRate(int perSecond)
    {
        m_process.write("rate " + QByteArray::number(perSecond) + '\n');
        m_process.waitForBytesWritten();
    }
    [[nodiscard]] contexts::Context context() const
    {
        const auto config =
            contexts::loadConfig(m_folder.filePath(QStringLiteral("config")).toStdString());
        if (!config || config->contexts.empty())
            giveUp("the cluster tells no address");
        return config->contexts.front();
    }

private:
    QTemporaryDir m_folder;
    QProcess m_process;
};

// When a table was first painted with rows in it.
class FirstRows final : public QObject
{
public:
    explicit FirstRows(QTableView& table) : QObject(&table), m_table(table)
    {
        table.viewport()->installEventFilter(this);
    }
    [[nodiscard]] std::optional<Clock::time_point> at() const { return m_at; }
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (!m_at && event->type() == QEvent::Paint && m_table.model()->rowCount() > 0)
            m_at = Clock::now();
        return false;
    }

private:
    QTableView& m_table;
    std::optional<Clock::time_point> m_at;
};

// Lets the event loop run; `act` every so many milliseconds.
void run(double seconds, int every = 1000, const std::function<void()>& act = {})
{
    QEventLoop loop;
    QTimer beat;
    if (act)
        QObject::connect(&beat, &QTimer::timeout, &loop, act);
    beat.start(every);
    QTimer::singleShot(static_cast<int>(seconds * 1000), &loop, &QEventLoop::quit);
    loop.exec();
}

bool runUntil(double seconds, const std::function<bool()>& done)
{
    constexpr int kLook = 5; // ms
    QEventLoop loop;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        if (done())
            loop.quit();
    });
    look.start(kLook);
    QTimer::singleShot(static_cast<int>(seconds * 1000), &loop, &QEventLoop::quit);
    loop.exec();
    return done();
}

Row rowOf(const std::string& figure, const Watched& watched)
{
    Row row;
    row.figure = "console, " + figure;
    row.goal = "wait p99 < 16 ms, none > 50";
    row.measured = "p50 " + fixed(watched.wait.p50, 1) + ", p99 " + fixed(watched.wait.p99, 1) +
                   ", max " + fixed(watched.wait.most, 0) + " ms";
    row.baseline = "longest event " + fixed(watched.longestEvent, 1) + " ms of processor, " +
                   fixed(watched.share() * 100, 0) + " % of one";
    say("longest: " + watched.longestName);
    row.met = watched.wait.p99 < kUsualWait && watched.wait.most <= kMostWait;
    row.values = {{"p50_ms", watched.wait.p50},
                  {"p99_ms", watched.wait.p99},
                  {"max_ms", watched.wait.most},
                  {"longest_event_processor_ms", watched.longestEvent},
                  {"processor_share", watched.share()}};
    return row;
}

class Bench
{
public:
    Bench(WatchedApplication& application, Cluster& cluster, std::size_t datasets, double seconds)
        : m_application(application), m_cluster(cluster), m_datasets(datasets), m_seconds(seconds)
    {
        m_window.resize(1440, 900);
        m_window.showFacet(QStringLiteral("datasets"));
        m_table = m_window.findChild<QTableView*>(QStringLiteral("datasetsTable"));
        m_filter = m_window.findChild<QLineEdit*>(QStringLiteral("filter"));
        if (!m_table || !m_filter)
            giveUp("there is no table of datasets");
        m_window.show();
        run(0.3);
    }

    void connect(Table& report)
    {
        const FirstRows first(*m_table);
        const double before = residentMemory();
        m_application.begin();
        const auto begin = Clock::now();
        m_window.open(m_cluster.context());
        const bool all = runUntil(kConnectPatience, [&] {
            return first.at() && m_table->model()->rowCount() == static_cast<int>(m_datasets);
        });
        if (!all)
            giveUp("the console shows " + std::to_string(m_table->model()->rowCount()) + " rows");
        const double everything = secondsBetween(begin, Clock::now());
        run(0.3); // what that left to do
        const Watched watched = m_application.end();
        Row row = rowOf("connecting to " + std::to_string(m_datasets) + " datasets", watched);
        report.add(row);
        row = {};
        const double rows = secondsBetween(begin, *first.at());
        row.figure = "console, opened -> first rows, " + std::to_string(m_datasets) + " datasets";
        row.goal = "<= 1 s";
        row.measured = fixed(rows, 2) + " s; all after " + fixed(everything, 2) + " s";
        row.baseline = fixed(watched.processorSeconds, 2) + " s of processor, " +
                       fixed((residentMemory() - before) / 1e6, 0) + " MB";
        row.met = rows <= 1;
        row.values = {{"seconds", rows},
                      {"all_seconds", everything},
                      {"processor_seconds", watched.processorSeconds},
                      {"bytes", residentMemory() - before}};
        report.add(row);
    }

    void scroll(Table& report, const std::string& figure, int column, Qt::SortOrder order)
    {
        m_window.showFacet(QStringLiteral("datasets"));
        m_table->sortByColumn(column, order);
        m_table->selectRow(3);
        measure(report, figure, kFrame, [this] {
            QScrollBar& bar = *m_table->verticalScrollBar();
            bar.setValue(bar.value() >= bar.maximum() ? 0 : bar.value() + 3);
        });
    }

    void filter(Table& report)
    {
        m_window.showFacet(QStringLiteral("datasets"));
        const QString text = QStringLiteral("web size>4GiB node:n1* !label:team=ops");
        int letters = 0;
        measure(report, "filter typed, letter by letter", kKey, [&] {
            letters = (letters + 1) % (static_cast<int>(text.size()) + 1);
            m_filter->setText(text.left(letters));
        });
        m_filter->clear();
    }

    void facets(Table& report)
    {
        for (const gui::Facet& facet : gui::facets()) {
            m_application.begin();
            m_window.showFacet(facet.id);
            run(m_seconds);
            report.add(rowOf("view " + facet.id.toStdString(), m_application.end()));
        }
    }

    // Goes from view to view all the time.
    void memory(Table& report, double seconds)
    {
        std::size_t view = 0;
        std::vector<double> samples;
        run(seconds, 1000, [&] {
            samples.push_back(residentMemory() / 1e6);
            m_window.showFacet(gui::facets().at(view++ % gui::facets().size()).id);
        });
        const auto mean = [&](std::size_t from, std::size_t to) {
            return std::accumulate(samples.begin() + static_cast<std::ptrdiff_t>(from),
                                   samples.begin() + static_cast<std::ptrdiff_t>(to), 0.0) /
                   static_cast<double>(to - from);
        };
        const std::size_t quarter = samples.size() / 4;
        if (quarter == 0)
            return;
        constexpr double kFlat = 1.03;
        const double early = mean(quarter, 2 * quarter);
        const double late = mean(samples.size() - quarter, samples.size());
        Row row;
        row.figure = "console, memory over " + fixed(seconds, 0) + " s";
        row.goal = "flat";
        row.measured = fixed(late, 1) + " MB in the last quarter";
        row.baseline = fixed(early, 1) + " MB in the second";
        row.met = late <= early * kFlat;
        row.values = {{"early_mb", early}, {"late_mb", late}, {"seconds", seconds}};
        report.add(std::move(row));
    }

    void measure(Table& report, const std::string& figure, int every,
                 const std::function<void()>& act)
    {
        m_application.begin();
        run(m_seconds, every, act);
        report.add(rowOf(figure, m_application.end()));
    }

private:
    WatchedApplication& m_application;
    Cluster& m_cluster;
    std::size_t m_datasets;
    double m_seconds;
    gui::MainWindow m_window;
    QTableView* m_table = nullptr;
    QLineEdit* m_filter = nullptr;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc < 5)
        giveUp("bench_console NODES DATASETS_EACH SECONDS_PER_VIEW MEMORY_SECONDS [CHANGES]");
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("QT_LOGGING_RULES",
            "default.warning=false"); // that there are no window hints offscreen
    WatchedApplication application(argc, argv);
    QApplication::setStyle(QStringLiteral("Fusion"));
    const QTemporaryDir settings; // no person's
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, settings.path());
    QCoreApplication::setApplicationName(QStringLiteral("drover-bench"));
    QCoreApplication::setOrganizationName(QStringLiteral("drover"));
    const int rate = argc > 5 ? std::atoi(argv[5]) : 500;
    const double memorySeconds = std::atof(argv[4]);
    Cluster cluster(QString::fromLocal8Bit(argv[1]), QString::fromLocal8Bit(argv[2]));
    Table report;
    {
        Bench bench(application, cluster,
                    std::strtoul(argv[1], nullptr, 10) * std::strtoul(argv[2], nullptr, 10),
                    std::atof(argv[3]));
        bench.connect(report);
        bench.measure(report, "nothing happens", kFrame, [] {});
        cluster.setRate(rate);
        run(0.5);
        const std::string beside = ", " + std::to_string(rate) + " changes/s";
        bench.scroll(report, "scrolled, by name" + beside, gui::models::DatasetsModel::Name,
                     Qt::AscendingOrder);
        bench.scroll(report, "scrolled, by use" + beside, gui::models::DatasetsModel::Used,
                     Qt::DescendingOrder);
        bench.filter(report);
        bench.facets(report);
        bench.memory(report, memorySeconds);
    }
    report.print();
    return 0;
}
