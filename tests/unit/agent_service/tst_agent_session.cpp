#include "tests/unit/agent_service/scripted_control.h"

#include <QtTest/QtTest>

#include <algorithm>
#include <set>

using namespace drover;
using namespace drover::agent;
using namespace drover::agent::service::test;
using core::StepKind;

class TestAgentSession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fromHelloToTheMountedDataset();
    void assignmentsAreOnDiskBeforeTheyAreAcknowledgedOrFollowed();
    void aRestartWithoutControlKeepsTheAssignments();
    void lostAcknowledgementsBringTheSameReportAgain();
    void theWindowBoundsReportsAndJoinsWhatChangesMeanwhile();
    void aRepeatedBatchIsAcknowledgedAgain();
    void aBatchThatSkipsANumberIsIgnored();
    void partsOfASnapshotUnassignNothingBeforeItsEnd();
    void aSnapshotThatNeverEndsLeavesWhatWasKnown();
    void aControlThatIsBehindIsRefused_data();
    void aControlThatIsBehindIsRefused();
    void everyAnswerTellsHowFarControlIs();
    void aRefusedReportOpensANewSession();
    void silenceOpensANewSession();
    void heartbeatsComeAtControlsInterval();
    void anUnassignedCopyIsTakenDownAndKept();
    void aControlThatIsRecoveredIsToldEverythingAndBelievedNothing();
    void whatComesBackWhileControlIsRecoveredIsToldOf();
    void whatControlWasLastDurableAtIsRemembered();
};

void TestAgentSession::fromHelloToTheMountedDataset()
{
    Scene s;
    s.startAgent();
    QVERIFY2(s.until([&] { return s.complete(); }), s.log.c_str());
    QCOMPARE(s.hellos.size(), std::size_t{1});
    QCOMPARE(s.hellos[0].pools.size(), std::size_t{1});
    QVERIFY(s.hellos[0].highestHistory.isNil());
    s.sendSnapshot({Scene::mounted()});
    QVERIFY2(s.until([&] {
        return s.copy() != nullptr && s.copy()->phase == model::CopyPhase::Mounted;
    }),
             s.log.c_str());
    QCOMPARE(s.copy()->epoch, model::Epoch{1});
    QCOMPARE(s.copy()->observedGeneration, std::uint64_t{1});
    QVERIFY(s.copy()->conditions.empty());
    // Numbered without gaps.
    for (std::size_t i = 0; i < s.reports.size(); ++i)
        QCOMPARE(s.reports[i].n, std::uint64_t{i + 1});
}

void TestAgentSession::assignmentsAreOnDiskBeforeTheyAreAcknowledgedOrFollowed()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.store.full = true;
    s.sendSnapshot({Scene::mounted()});
    s.pass(10'000);
    QVERIFY(s.acks.empty());
    QVERIFY(!s.runner->ran(StepKind::Create));
    s.store.full = false;
    QVERIFY(s.until([&] { return !s.acks.empty(); }));
    QCOMPARE(s.acks.front(), std::uint64_t{1});
    QVERIFY(s.store.saved && s.store.saved->assignments.size() == 1);
    QCOMPARE(s.store.saved->term, model::Term{3});
    QVERIFY(s.until([&] { return s.runner->ran(StepKind::Mount); }));
}

void TestAgentSession::aRestartWithoutControlKeepsTheAssignments()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until(
        [&] { return s.copy() != nullptr && s.copy()->phase == model::CopyPhase::Mounted; }));
    s.pass(15'000); // long enough for the last word to be noted
    QVERIFY(s.store.contact);
    s.stopAgent();
    s.answerHello = false;

    // The process starts again and control is away: the mount is kept.
    s.startAgent();
    s.pass(2'000);
    QVERIFY(s.disk().write(kCopy, "file", "still mounted"));
    QVERIFY(!s.runner->ran(StepKind::Mount) && !s.runner->ran(StepKind::Unmount) &&
            !s.runner->ran(StepKind::Create));
    QCOMPARE(s.hellos.back().highestTerm, model::Term{3});
    QCOMPARE(s.hellos.back().highestHistory, kHistory);
    QCOMPARE(s.hellos.back().highestRevision, model::Revision{10});
    s.stopAgent();

    // The mount is lost within the ownership term: it may be made again. (The same boot, by the
    // note.)
    s.disk().reboot();
    s.startAgent();
    QVERIFY(s.until([&] { return s.disk().write(kCopy, "file", "mounted again"); }, 5'000));
    s.stopAgent();

    // Long after the term it may not.
    s.pass(60'000);
    s.disk().reboot();
    s.startAgent();
    s.pass(10'000);
    QVERIFY(!s.disk().write(kCopy, "file", "x"));
    const auto status = s.agent->status();
    QVERIFY(!status.copies.empty() && !status.copies[0].conditions.empty());
    QCOMPARE(QString::fromStdString(status.copies[0].conditions[0].reason),
             QStringLiteral("WaitingForControl"));
}

void TestAgentSession::lostAcknowledgementsBringTheSameReportAgain()
{
    Scene s;
    s.acknowledge = false;
    s.startAgent();
    QVERIFY(s.until([&] { return s.reports.size() >= 2; }));
    // The same number has the same content each time it comes.
    std::map<std::uint64_t, model::Report> first;
    QVERIFY(s.until([&] {
        return std::count_if(s.reports.begin(), s.reports.end(),
                             [](const auto& r) { return r.n == 1; }) >= 2;
    }));
    for (const auto& report : s.reports) {
        const auto it = first.try_emplace(report.n, report).first;
        QVERIFY(it->second == report);
    }
    s.acknowledge = true;
    const auto last = first.rbegin()->first;
    QVERIFY(s.until([&] { return s.reports.back().n > last; }));
    const auto heard = s.agent->status().session.reportsOnTheWay;
    QVERIFY(heard <= 1);
}

void TestAgentSession::theWindowBoundsReportsAndJoinsWhatChangesMeanwhile()
{
    Scene s;
    s.welcome.window = 2;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.pass(100);
    s.acknowledge = false;
    const auto before = s.reports.back().n;
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until([&] { return s.runner->ran(StepKind::Mount); }));
    s.pass(3'000);
    std::set<std::uint64_t> onTheWay;
    for (const auto& report : s.reports) {
        if (report.n > before)
            onTheWay.insert(report.n);
    }
    QCOMPARE(onTheWay.size(), std::size_t{2}); // two in flight, no third
    s.acknowledge = true;
    QVERIFY(s.until(
        [&] { return s.copy() != nullptr && s.copy()->phase == model::CopyPhase::Mounted; }));
    // The steps in between were joined: the newest state came in one report.
    QVERIFY(s.reports.back().n <= before + 5);
}

void TestAgentSession::aRepeatedBatchIsAcknowledgedAgain()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until([&] { return s.acks.size() == 1; }));
    const int saves = s.store.saves;
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until([&] { return s.acks.size() == 2; }));
    QCOMPARE(s.acks.back(), std::uint64_t{1});
    QCOMPARE(s.store.saves, saves);
}

void TestAgentSession::aBatchThatSkipsANumberIsIgnored()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({});
    QVERIFY(s.until([&] { return s.acks.size() == 1; }));
    model::AssignmentBatch batch;
    batch.n = 3;
    batch.upserts = {Scene::mounted()};
    s.sendBatch(batch);
    s.pass(5'000);
    QCOMPARE(s.acks.size(), std::size_t{1});
    QVERIFY(!s.runner->ran(StepKind::Create));
    batch.n = 2;
    s.sendBatch(batch);
    QVERIFY(s.until([&] { return s.runner->ran(StepKind::Mount); }));
    QCOMPARE(s.acks.back(), std::uint64_t{2});
}

void TestAgentSession::partsOfASnapshotUnassignNothingBeforeItsEnd()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until([&] { return s.disk().write(kCopy, "file", "bytes"); }));
    s.newSession();
    QVERIFY(s.until([&] { return s.complete(); }));

    // A part that names another dataset: it is taken in, and takes nothing away.
    s.acks.clear();
    model::AssignmentBatch part;
    part.n = 1;
    part.snapshot = part.snapshotContinues = true;
    part.upserts = {Scene::other()};
    s.sendBatch(part);
    QVERIFY(s.until([&] { return !s.acks.empty(); }));
    s.pass(5'000);
    QVERIFY(!s.runner->ran(StepKind::Unmount));
    QVERIFY(s.disk().write(kCopy, "file", "more"));
    QCOMPARE(s.store.saved->assignments.size(), std::size_t{2});
    // Before the end it is not known whether the new one may be made.
    QVERIFY(!s.disk().write(Scene::other().copy, "file", "x"));

    part = {};
    part.n = 2;
    s.sendBatch(part);
    QVERIFY(s.until([&] { return s.runner->ran(StepKind::Unmount); }));
    QVERIFY(s.until([&] { return s.disk().write(Scene::other().copy, "file", "x"); }));
    QCOMPARE(s.store.saved->assignments.size(), std::size_t{1});
    QCOMPARE(s.disk().content(kCopy).at("file"), std::string("more"));
}

void TestAgentSession::aSnapshotThatNeverEndsLeavesWhatWasKnown()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until([&] { return s.disk().write(kCopy, "file", "bytes"); }));
    model::AssignmentBatch part;
    part.n = 1;
    part.snapshot = part.snapshotContinues = true;
    part.upserts = {Scene::other()};
    // The session ends in the midst of it, and once more while the part is not on disk yet.
    for (const bool full : {false, true}) {
        s.newSession();
        QVERIFY(s.until([&] { return s.complete(); }));
        s.store.full = full;
        s.sendBatch(part);
        s.pass(2'000);
    }
    s.store.full = false;
    s.newSession();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.pass(5'000);
    QCOMPARE(s.store.saved->assignments.size(), std::size_t{2});
    QVERIFY(!s.runner->ran(StepKind::Unmount));
    // The process ends in the midst of the next one.
    s.sendBatch(part);
    s.pass(1'000);
    s.stopAgent();
    s.reports.clear();
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.pass(5'000);
    QVERIFY(s.disk().write(kCopy, "file", "more"));
    QVERIFY(!s.runner->ran(StepKind::Unmount));
    // The whole of one says what is wanted.
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until([&] { return s.store.saved->assignments.size() == 1; }));
    s.pass(5'000);
    QVERIFY(s.disk().write(kCopy, "file", "still there"));
}

void TestAgentSession::aControlThatIsBehindIsRefused_data()
{
    QTest::addColumn<int>("what");
    QTest::addColumn<bool>("accepted");
    QTest::newRow("a lower term") << 0 << false;
    QTest::newRow("another cluster") << 1 << false;
    QTest::newRow("another history, same term") << 2 << false;
    QTest::newRow("another history, above") << 3 << false;
    QTest::newRow("one that supersedes it, above") << 6 << true;
    QTest::newRow("one that supersedes it, same term") << 7 << false;
    QTest::newRow("a second nonce for the term") << 4 << false;
    QTest::newRow("a higher term") << 5 << true;
}

void TestAgentSession::aControlThatIsBehindIsRefused()
{
    QFETCH(int, what);
    QFETCH(bool, accepted);
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until(
        [&] { return s.copy() != nullptr && s.copy()->phase == model::CopyPhase::Mounted; }));
    // The session ends; what answers the next Hello is another control.
    s.welcome.session = idOf<model::SessionId>(77);
    if (what == 0)
        s.welcome.term = 2;
    if (what == 1)
        s.welcome.cluster = idOf<model::ClusterId>(50);
    if (what == 2 || what == 3 || what == 6 || what == 7)
        s.welcome.history = idOf<model::HistoryId>(51);
    if (what == 6 || what == 7)
        s.welcome.supersedes = {idOf<model::HistoryId>(49), kHistory};
    if (what == 3 || what == 5 || what == 6)
        s.welcome.term = 4;
    if (what == 4)
        s.welcome.nonce = idOf<model::KeyId>(52).value;
    s.refuseReports = model::Error{model::ErrorCode::StaleSession, "unknown session", {}, {}};
    QVERIFY(s.until([&] { return s.hellos.size() >= 2; }));
    s.refuseReports.reset();
    s.pass(3'000);
    QCOMPARE(s.complete(), accepted);
    QVERIFY(s.disk().write(kCopy, "file", "x")); // either way the mount is kept
    if (!accepted)
        QVERIFY(!s.agent->status().session.reason.empty());
}

// So a control on an older store is found out by an agent that it had nothing to tell lately.
void TestAgentSession::everyAnswerTellsHowFarControlIs()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.revision = 4711;
    s.reports.clear();
    QVERIFY(s.until([&] { return s.reports.size() >= 2; }));
    s.refuseReports = model::Error{model::ErrorCode::StaleSession, "unknown session", {}, {}};
    QVERIFY(s.until([&] { return s.hellos.size() >= 2; }));
    QCOMPARE(s.hellos.back().highestRevision, model::Revision{4711});
}

void TestAgentSession::aRefusedReportOpensANewSession()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.refuseReports = model::Error{model::ErrorCode::StaleSession, "a report is missing", {}, {}};
    QVERIFY(s.until([&] { return s.hellos.size() >= 2; }));
    s.refuseReports.reset();
    s.reports.clear();
    QVERIFY(s.until([&] { return s.complete(); }));
    QCOMPARE(s.reports.front().n, std::uint64_t{1});
}

void TestAgentSession::silenceOpensANewSession()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.acknowledge = false;
    QVERIFY(s.until([&] { return s.hellos.size() >= 2; }));
}

void TestAgentSession::heartbeatsComeAtControlsInterval()
{
    Scene s;
    s.welcome.heartbeat = model::Duration{500};
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({});
    s.pass(1'000);
    s.reports.clear();
    s.pass(10'000);
    QVERIFY2(s.reports.size() >= 18 && s.reports.size() <= 24,
             qPrintable(QString::number(s.reports.size())));
    QVERIFY(s.reports.back().loopIterations > 0);
}

void TestAgentSession::anUnassignedCopyIsTakenDownAndKept()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until(
        [&] { return s.copy() != nullptr && s.copy()->phase == model::CopyPhase::Mounted; }));
    QVERIFY(s.disk().write(kCopy, "file", "bytes"));
    model::AssignmentBatch batch;
    batch.n = 2;
    batch.unassign = {{kCopy, false}};
    s.sendBatch(batch);
    QVERIFY(s.until([&] { return s.copy()->phase == model::CopyPhase::Created; }));
    s.pass(60'000);
    QVERIFY(!s.runner->ran(StepKind::Destroy));
    QCOMPARE(s.disk().content(kCopy).at("file"), std::string("bytes"));
    QCOMPARE(s.copy()->conditions.at(0).type, model::ConditionType::OrphanCopy);
}

void TestAgentSession::aControlThatIsRecoveredIsToldEverythingAndBelievedNothing()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until(
        [&] { return s.copy() != nullptr && s.copy()->phase == model::CopyPhase::Mounted; }));
    const auto inTrueTerm = s.hellos.back();
    s.welcome.session = idOf<model::SessionId>(77);
    s.welcome.recovering = true;
    s.welcome.term = 1; // an old copy of the store
    s.welcome.nonce = idOf<model::KeyId>(52).value;
    s.refuseReports = model::Error{model::ErrorCode::StaleSession, "its session is over", {}, {}};
    QVERIFY(s.until([&] { return s.hellos.size() >= 2; }));
    s.refuseReports.reset();
    s.reports.clear();
    QVERIFY(s.until([&] { return s.complete(); }));
    std::vector<model::FoundCopy> found;
    for (const auto& report : s.reports)
        found.insert(found.end(), report.found.begin(), report.found.end());
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found.front().identity.copy, kCopy);
    QCOMPARE(found.front().identity.role, model::CopyRole::Primary);
    QCOMPARE(found.front().identity.epoch, model::Epoch{1});
    QVERIFY(found.front().whole && found.front().phase == model::CopyPhase::Mounted);
    // Orders are not followed, and it is not the control that mounts wait for.
    s.sendSnapshot({});
    s.pass(5'000);
    QVERIFY(s.disk().write(kCopy, "file", "still mounted"));
    QVERIFY(!s.runner->ran(StepKind::Unmount));
    s.pass(60'000);
    s.disk().reboot();
    s.stopAgent();
    s.startAgent();
    s.pass(20'000);
    QVERIFY(!s.disk().write(kCopy, "file", "x")); // its term is over, whoever answers
    QCOMPARE(s.hellos.back().highestTerm, model::Term{3});
    QCOMPARE(s.hellos.back().highestHistory, kHistory);
    QVERIFY(inTrueTerm.highestHistory.isNil());
}

// Its copies looked the same before and after; a recovery would take them for missing.
void TestAgentSession::whatComesBackWhileControlIsRecoveredIsToldOf()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({Scene::mounted()});
    QVERIFY(s.until(
        [&] { return s.copy() != nullptr && s.copy()->phase == model::CopyPhase::Mounted; }));
    const auto nextSession = [&](std::uint8_t id) {
        const auto hellos = s.hellos.size();
        s.welcome.session = idOf<model::SessionId>(id);
        s.refuseReports = model::Error{model::ErrorCode::StaleSession, "it is over", {}, {}};
        QVERIFY(s.until([&] { return s.hellos.size() > hellos; }));
        s.refuseReports.reset();
        s.reports.clear();
        QVERIFY(s.until([&] { return s.complete(); }));
    };
    nextSession(77);
    s.sendSnapshot({}); // control has no use for it any more
    QVERIFY(s.until([&] { return s.runner->ran(StepKind::Unmount); }));
    s.pass(1'000);
    s.welcome.recovering = true;
    s.disk().setAvailable(false);
    nextSession(78);
    const auto found = [&] {
        return std::any_of(s.reports.begin(), s.reports.end(),
                           [](const auto& report) { return !report.found.empty(); });
    };
    QVERIFY(!found());
    s.disk().setAvailable(true);
    QVERIFY(s.until(found));
    const auto before = s.reports.size();
    s.pass(60'000);
    QVERIFY(std::none_of(s.reports.begin() + static_cast<std::ptrdiff_t>(before), s.reports.end(),
                         [](const auto& report) { return !report.found.empty(); }));
}

void TestAgentSession::whatControlWasLastDurableAtIsRemembered()
{
    Scene s;
    s.startAgent();
    QVERIFY(s.until([&] { return s.complete(); }));
    s.sendSnapshot({Scene::mounted()});
    s.pass(1'000);
    s.revision = 4711; // nothing for this node; acknowledgements say it
    s.pass(20'000);
    s.stopAgent();
    s.startAgent();
    QVERIFY(s.until([&] { return s.hellos.size() >= 2; }));
    QCOMPARE(s.hellos.back().highestTerm, model::Term{3});
    QCOMPARE(s.hellos.back().highestNonce, s.welcome.nonce);
    QCOMPARE(s.hellos.back().highestRevision, model::Revision{4711});
}

QTEST_GUILESS_MAIN(TestAgentSession)
#include "tst_agent_session.moc"
