#include "agent/core/agent_core.h"
#include "agent/core/safety.h"

#include <QtTest>

using namespace std::chrono_literals;
using namespace drover::agent::core;
using namespace drover::model;

class TestAgentContact : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // What control said before this start of the agent vouches for mounts for the rest of the term.
    void aRememberedContactVouchesUntilItsTermEnds()
    {
        AgentCore core{CoreSetup{}};
        static_cast<void>(core.handle(ContactRemembered{1h, 30s}, at(1h + 10s)));
        QVERIFY(mayMakeMounts(core.state().contact, at(1h + 29s)));
        QVERIFY(!mayMakeMounts(core.state().contact, at(1h + 30s)));
    }

    // A note that is damaged, or of another boot with the same id, must not vouch for ever.
    void aContactOfTheFutureVouchesForNothing()
    {
        AgentCore core{CoreSetup{}};
        static_cast<void>(core.handle(ContactRemembered{24h * 365, 30s}, at(1h)));
        QVERIFY(!core.state().contact.everSpoke);
        QVERIFY(!mayMakeMounts(core.state().contact, at(1h)));
    }

private:
    static Now at(Duration running) { return {TimePoint{1'700'000'000s}, running}; }
};

QTEST_APPLESS_MAIN(TestAgentContact)
#include "tst_agent_contact.moc"
