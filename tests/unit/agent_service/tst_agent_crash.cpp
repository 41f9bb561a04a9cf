// The agent's service on a real folder, killed at every crash point in turn: in its own writes, its
// messages, its steps, and inside the backend's. The next start must find its way from whatever was
// left, and the data must be there.

#include "agent/backend/make_backend.h"
#include "agent/backend/support/pool_marker.h"
#include "tests/unit/agent_service/scripted_control.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using namespace drover;
using namespace drover::agent;
using namespace drover::agent::service::test;
namespace fs = std::filesystem;

namespace {

// What the script answers for each failed expectation; 0 = all as it should be.
enum Failure {
    None = 0,
    NoBackend = 10,
    NotComplete,
    NotMounted,
    DataLost,
    NotFrozen,
    NotTrashed,
    NotMountedAgain,
    NotDestroyed,
    NotEmpty
};

model::Assignment toward(model::Goal goal, bool mayCreate = false)
{
    auto a = Scene::mounted(mayCreate);
    a.goal = goal;
    a.retiredRole = model::CopyRole::Trash;
    return a;
}

bool isGone(const Scene& scene)
{
    for (const auto& report : scene.reports) {
        for (const auto& copy : report.gone) {
            if (copy == kCopy)
                return true;
        }
    }
    return false;
}

// Create, use, freeze, trash, restore, destroy; as far as control (whose memory is
// `folder`/control) has not come yet.
int live(const fs::path& folder)
{
    backend::SystemCommandRunner commands;
    backend::PoolConfig config;
    config.name = "default";
    config.kind = "directory";
    config.path = folder / "pool";
    config.mountRoot = folder / "mnt";
    config.node = kNode;
    config.boot = kBoot;
    auto pool = backend::makeBackend(config, commands);
    if (!pool)
        return NoBackend;
    service::FileAssignmentStore store(folder / "state");
    Scene s(pool->get(), &store);
    s.startAgent();
    if (!s.until([&] { return s.complete(); }))
        return NotComplete;
    const auto did = [&](const char* what) { return fs::exists(folder / "control" / what); };
    const auto note = [&](const char* what) { std::ofstream(folder / "control" / what) << what; };
    const auto file = folder / "mnt" / "web" / "file";

    std::uint64_t n = 0;
    const auto order = [&](const model::Assignment& a) {
        if (++n == 1)
            return s.sendSnapshot({a});
        model::AssignmentBatch batch;
        batch.n = n;
        batch.upserts = {a};
        s.sendBatch(batch);
    };
    const auto isMounted = [&] {
        return s.copy() != nullptr && s.copy()->phase == model::CopyPhase::Mounted &&
               s.copy()->epoch == 1;
    };
    if (!did("purged")) {
        order(toward(model::Goal::Mounted, !did("created")));
        if (!s.until(isMounted))
            return NotMounted;
        note("created");
        if (!did("written")) {
            std::ofstream(file) << "precious";
            note("written");
        }
        if (!fs::exists(file))
            return DataLost;
        order(toward(model::Goal::Frozen));
        if (!s.until([&] { return s.copy()->frozen; }))
            return NotFrozen;
        order(toward(model::Goal::Retired));
        if (!s.until([&] { return s.copy()->role == model::CopyRole::Trash; }))
            return NotTrashed;
        order(toward(model::Goal::Mounted));
        if (!s.until(isMounted))
            return NotMountedAgain;
        std::string content;
        std::ifstream(file) >> content;
        if (content != "precious")
            return DataLost;
        note("purged");
        s.reports.clear(); // it may have been absent, and said to be, before it was made
    }
    order(toward(model::Goal::Destroyed));
    if (!s.until([&] { return isGone(s); }))
        return NotDestroyed;
    // Nothing is left but the pool itself.
    for (const auto& entry : fs::directory_iterator(folder / "pool" / "copies")) {
        if (entry.path().filename().string().starts_with("."))
            continue;
        std::fprintf(stderr, "left: %s\n", entry.path().c_str());
        return NotEmpty;
    }
    return fs::exists(fs::symlink_status(folder / "mnt" / "web")) ? NotEmpty : None;
}

// Runs the life in a child; returns its exit status, or minus the signal that ended it.
int inChild(const fs::path& folder, const std::string& crashAt)
{
    const auto pid = ::fork();
    if (pid == 0) {
        if (!crashAt.empty())
            ::setenv("DROVER_CRASH_AT", crashAt.c_str(), 1);
        ::_exit(live(folder));
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

class TestAgentCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void killedAtEachPointItComesRightAtTheNextStart();
};

void TestAgentCrash::killedAtEachPointItComesRightAtTheNextStart()
{
    int died = 0;
    for (int point = 1;; ++point) {
        // In memory where the machine can: what is tried here is the order of things, not the
        // disk's speed.
        QTemporaryDir dir(fs::exists("/dev/shm") ? QStringLiteral("/dev/shm/drover-crash-XXXXXX")
                                                 : QString());
        const fs::path folder = dir.path().toStdString();
        for (const char* part : {"state", "mnt", "control"})
            fs::create_directories(folder / part);
        QVERIFY(backend::initPool(folder / "pool", Scene::marker()));
        const int first = inChild(folder, "*:" + std::to_string(point));
        if (first == None)
            break; // it passed fewer points than that
        QCOMPARE(first, -SIGKILL);
        ++died;
        const int second = inChild(folder, {});
        QVERIFY2(second == None,
                 qPrintable(QStringLiteral("killed at point %1, the next start ends with %2")
                                .arg(point)
                                .arg(second)));
    }
    QVERIFY2(died > 40, qPrintable(QString::number(died)));
}

QTEST_GUILESS_MAIN(TestAgentCrash)
#include "tst_agent_crash.moc"
