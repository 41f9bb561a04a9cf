#include "tests/unit/control_core/clusters.h"
#include "tests/unit/control_core/world.h"

#include "control/core/invariants.h"

using namespace drover::model;
using namespace drover::control::core;
using namespace drover::control::core::test;

class TestRandom : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // DROVER_SEED=N runs that one only; DROVER_RUNS=N so many.
    void agentsAndFaultsNeverCostDataThatNobodyGaveUp()
    {
        const int runs = qEnvironmentVariableIsSet("DROVER_RUNS")
                             ? qEnvironmentVariableIntValue("DROVER_RUNS")
                             : 2000;
        const bool one = qEnvironmentVariableIsSet("DROVER_SEED");
        const int first = one ? qEnvironmentVariableIntValue("DROVER_SEED") : 1;
        std::size_t writes = 0, mounts = 0, handovers = 0, losses = 0, blocked = 0;
        for (int seed = first; seed < (one ? first + 1 : first + runs); ++seed) {
            World world(static_cast<std::uint64_t>(seed), /*fenced=*/seed % 2 == 0);
            world.control.checkAlways = one || seed % 4 == 0; // the bytes are watched always
            world.control.checkUndo = seed % 8 == 0;
            for (int i = 0; i < 400 && fine(world); ++i)
                world.step();
            if (fine(world))
                world.settle();
            if (fine(world))
                blocked += unexplained(world);
            world.control.restart();
            if (!fine(world)) {
                for (const auto& line : story(world).split(QLatin1Char('\n')))
                    qInfo("%s", qPrintable(line));
                QFAIL(qPrintable(QStringLiteral("DROVER_SEED=%1 shows it").arg(seed)));
            }
            writes += world.writes;
            mounts += world.mounts;
            handovers += world.handovers;
            losses += world.losses;
        }
        qInfo("%zu mounts, %zu writes, %zu moves, %zu nodes lost", mounts, writes, handovers,
              losses);
        // The dice must fall so that there was something to see.
        if (!one)
            QVERIFY(mounts > 1000 && writes > 1000 && handovers > 500 && losses > 50);
    }

private:
    static bool fine(const World& world)
    {
        return world.violations.empty() && world.control.broken.empty();
    }

    // At rest, what is not in sync says why.
    static std::size_t unexplained(World& world)
    {
        std::size_t blocked = 0;
        for (const auto& [id, record] : world.control.state.datasets()) {
            const auto status = world.control.status(id);
            if (status.sync == Sync::InSync)
                continue;
            if (status.sync == Sync::Blocked && !status.conditions.empty()) {
                ++blocked;
                continue;
            }
            std::string why;
            for (const auto& condition : status.conditions)
                why += " [" + condition.reason + ": " + condition.message + "]";
            world.violations.push_back("at rest " + record.header.name +
                                       " is still converging:" + why);
        }
        return blocked;
    }

    static QString story(const World& world)
    {
        QString text;
        for (const auto& line : world.violations)
            text += QString::fromStdString(line) + QLatin1Char('\n');
        for (const auto& line : world.control.broken)
            text += QString::fromStdString(line) + QLatin1Char('\n');
        const auto& commits = world.control.commits;
        for (std::size_t i = 0; i < commits.size(); ++i)
            for (const auto& entry : commits[i].log)
                text += QStringLiteral("  %1 %2 %3: %4\n")
                            .arg(commits[i].revision)
                            .arg(QString::fromStdString(entry.verb),
                                 QString::fromStdString(entry.subject),
                                 QString::fromStdString(entry.message));
        return text;
    }
};

QTEST_APPLESS_MAIN(TestRandom)
#include "tst_random.moc"
