// How batches of assignments become changes: snapshots in parts, joined batches, ended sessions.

#include "agent/core/assignment_intake.h"
#include "tests/unit/agent_core/fixture.h"

#include <QtTest/QtTest>

using namespace drover;
using namespace drover::agent::core;
using namespace drover::agent::core::test;

namespace {

model::Assignment assigned(std::uint8_t n, model::Epoch epoch = 1)
{
    model::Assignment a;
    a.dataset = idOf<model::DatasetId>(n);
    a.copy = idOf<model::CopyId>(n);
    a.pool = kFolderPool;
    a.epoch = epoch;
    return a;
}

model::AssignmentKey key(std::uint8_t n) { return keyOf(assigned(n)); }

model::AssignmentBatch batch(std::uint64_t n, std::vector<model::Assignment> upserts,
                             std::vector<model::AssignmentKey> unassign = {})
{
    model::AssignmentBatch b;
    b.n = n;
    b.snapshot = n == 1;
    b.upserts = std::move(upserts);
    b.unassign = std::move(unassign);
    return b;
}

model::AssignmentBatch part(std::uint64_t n, std::vector<model::Assignment> upserts,
                            std::vector<model::AssignmentKey> unassign = {})
{
    auto b = batch(n, std::move(upserts), std::move(unassign));
    b.snapshotContinues = true;
    return b;
}

// An agent's memory: each batch is on disk before the next one comes.
struct Agent
{
    Assignments known;
    AssignmentIntake intake;

    void take(const model::AssignmentBatch& b)
    {
        intake.take(b, known);
        save();
    }
    void save()
    {
        known.apply(intake.changes());
        intake.saved();
    }
    [[nodiscard]] std::set<model::AssignmentKey> keys() const
    {
        std::set<model::AssignmentKey> result;
        for (const auto& a : known.all())
            result.insert(keyOf(a));
        return result;
    }
};
using Keys = std::set<model::AssignmentKey>;

} // namespace

class TestAssignmentIntake : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatNoPartNamesIsUnassignedByTheLast();
    void partsThatAreSavedTogetherSayTheSame();
    void whatAPartTakesBackIsNotNamed();
    void aSessionThatEndsLeavesWhatItSaid();
    void aBatchChangesOnlyWhatItNames();
    void changesGoToTheDatasetThatTheyName();
};

void TestAssignmentIntake::whatNoPartNamesIsUnassignedByTheLast()
{
    Agent agent;
    agent.take(batch(1, {assigned(1), assigned(2), assigned(3)}));
    QVERIFY(agent.intake.current());
    agent.intake.endSession();
    QVERIFY(!agent.intake.current());
    agent.take(part(1, {assigned(1, 5)}));
    QVERIFY(!agent.intake.current());
    QVERIFY((agent.keys() == Keys{key(1), key(2), key(3)}));
    QCOMPARE(agent.known.all().front().epoch, model::Epoch{5}); // taken in at once
    agent.take(part(2, {}));
    QVERIFY((agent.keys() == Keys{key(1), key(2), key(3)}));
    agent.take(batch(3, {assigned(4)}));
    QVERIFY(agent.intake.current());
    QVERIFY((agent.keys() == Keys{key(1), key(4)}));
}

void TestAssignmentIntake::partsThatAreSavedTogetherSayTheSame()
{
    Agent agent;
    agent.take(batch(1, {assigned(1), assigned(2)}));
    agent.intake.endSession();
    agent.intake.take(part(1, {assigned(2)}), agent.known);
    QVERIFY(agent.intake.changes().unassign.empty());
    agent.intake.take(batch(2, {assigned(3)}), agent.known);
    agent.intake.take(batch(3, {assigned(4)}, {key(3)}), agent.known);
    QVERIFY(agent.intake.pending());
    QCOMPARE(agent.intake.upTo(), std::uint64_t{3});
    agent.save();
    QVERIFY(!agent.intake.pending());
    QVERIFY((agent.keys() == Keys{key(2), key(4)}));
}

void TestAssignmentIntake::whatAPartTakesBackIsNotNamed()
{
    Agent agent;
    agent.take(part(1, {assigned(1), assigned(2)}));
    agent.take(part(2, {}, {key(1)}));
    QVERIFY((agent.keys() == Keys{key(2)}));
    agent.take(batch(3, {}));
    QVERIFY((agent.keys() == Keys{key(2)}));
}

void TestAssignmentIntake::aSessionThatEndsLeavesWhatItSaid()
{
    Agent agent;
    agent.take(batch(1, {assigned(1), assigned(2)}));
    agent.intake.endSession();
    agent.take(part(1, {assigned(3)}));
    agent.intake.take(batch(2, {assigned(4)}), agent.known); // never saved
    agent.intake.endSession();
    QVERIFY(!agent.intake.pending());
    QVERIFY((agent.keys() == Keys{key(1), key(2), key(3)}));
    agent.take(part(1, {assigned(2)}));
    agent.take(batch(2, {}));
    QVERIFY((agent.keys() == Keys{key(2)})); // what the broken one had named counts no more
}

void TestAssignmentIntake::aBatchChangesOnlyWhatItNames()
{
    Agent agent;
    agent.take(batch(1, {assigned(1), assigned(2)}));
    agent.intake.take(batch(2, {assigned(1, 7)}), agent.known);
    QCOMPARE(agent.intake.changes().upserts.size(), std::size_t{1});
    QVERIFY(agent.intake.changes().unassign.empty());
    QVERIFY((agent.known.apply(agent.intake.changes()) ==
             std::set<model::DatasetId>{idOf<model::DatasetId>(1)}));
    QVERIFY(agent.known.apply(agent.intake.changes()).empty()); // the same again is no change
}

void TestAssignmentIntake::changesGoToTheDatasetThatTheyName()
{
    Agent agent;
    agent.take(batch(1, {assigned(1)}));
    auto moved = assigned(1);
    moved.dataset = idOf<model::DatasetId>(9);
    agent.take(batch(2, {moved}));
    QCOMPARE(agent.known.byDataset.size(), std::size_t{1});
    QVERIFY(agent.known.find(idOf<model::DatasetId>(9), key(1)) != nullptr);
    agent.take(batch(3, {}, {key(1)}));
    QVERIFY(agent.known.byDataset.empty() && agent.known.datasetOf.empty());
}

QTEST_APPLESS_MAIN(TestAssignmentIntake)
#include "tst_assignment_intake.moc"
