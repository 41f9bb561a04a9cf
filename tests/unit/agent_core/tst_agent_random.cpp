#include "tests/unit/agent_core/fake_world.h"

#include <QtTest/QtTest>

using namespace drover::agent::core;
using namespace drover::agent::core::test;

// The core against a machine and a control that are late, forgetful and broken in random ways:
// whatever happens, nothing is done to data that was not ordered, and when the faults stop
// everything comes right.
class TestAgentRandom : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whateverBreaksNothingUnorderedHappensAndItConverges();
};

void TestAgentRandom::whateverBreaksNothingUnorderedHappensAndItConverges()
{
    const std::uint64_t runs = qEnvironmentVariableIsSet("DROVER_RANDOM_RUNS")
                                   ? qEnvironmentVariable("DROVER_RANDOM_RUNS").toULongLong()
                                   : 400;
    std::map<std::string, int> acts;
    for (std::uint64_t seed = 1; seed <= runs; ++seed) {
        FakeWorld world(seed);
        for (int i = 0; i < 600; ++i) {
            world.happen();
            if (!world.violations().empty())
                QFAIL(qPrintable(QStringLiteral("seed %1, event %2: %3")
                                     .arg(seed)
                                     .arg(i)
                                     .arg(QString::fromStdString(world.violations().front()))));
        }
        const bool settled = world.settle(400);
        if (!world.violations().empty())
            QFAIL(qPrintable(QStringLiteral("seed %1, settling: %2")
                                 .arg(seed)
                                 .arg(QString::fromStdString(world.violations().front()))));
        if (!settled)
            QFAIL(qPrintable(QStringLiteral("seed %1 does not converge:%2")
                                 .arg(seed)
                                 .arg(QString::fromStdString(world.describe()))));
        for (const auto& [act, times] : world.acts())
            acts[act] += times;
    }
    // A test that never reaches an act shows nothing about it.
    for (const char* act : {"Create", "SetIdentity", "Attach", "Format", "Mount", "Unmount",
                            "Detach", "ProveReleased", "Destroy", "SendPass", "ReceivePass"})
        QVERIFY2(acts[act] > 50, act);
}

QTEST_APPLESS_MAIN(TestAgentRandom)
#include "tst_agent_random.moc"
