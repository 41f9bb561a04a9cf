#include "gui/models/pending_changes.h"
#include "tests/unit/gui_models/cluster_fixture.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace drover;
using namespace drover::test;
using gui::models::ClusterData;
using gui::models::PendingChange;
using gui::models::PendingChanges;

class TestPendingChanges : public QObject
{
    Q_OBJECT
private:
    struct Fixture
    {
        ClusterData data;
        PendingChanges changes{data};
        QAbstractItemModelTester tester{&changes,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest};
        Fixture()
        {
            data.apply(records({someDataset(1, "web", 5), someNode(7, "n7"), someNode(8, "n8")}));
        }
        const model::DatasetRecord& web() const
        {
            return *data.dataset(someId<model::DatasetId>(1));
        }
        void move(std::uint8_t node)
        {
            changes.stageDataset(
                model::DatasetMove{{web().id, {}}, {someId<model::NodeId>(node), {}}, {}, false},
                web());
        }
        PendingChange::State state(std::size_t i = 0) const { return changes.changes()[i].state; }
        QString what(int i = 0) const
        {
            return changes.index(i, PendingChanges::What).data().toString();
        }
    };

private Q_SLOTS:
    void stagedChangeIsGuardedByWhatWasSeen()
    {
        Fixture f;
        f.move(7);
        QCOMPARE(f.changes.waiting(), 1);
        QCOMPARE(f.what(), QStringLiteral("Move web to n7"));
        const auto guard = preconditionOf(f.changes.changes().front());
        QCOMPARE(guard->modRevision, model::Revision{5});
        QVERIFY(guard->key == model::keyOf(model::Record{f.web()}));
    }

    void whatFailedIsPendingAgainAfterRetry()
    {
        Fixture f;
        f.move(7);
        const auto number = f.changes.changes().front().number;
        QVERIFY(!f.changes.hasFailed());
        f.changes.setState(number, PendingChange::State::Failed, QStringLiteral("no answer"),
                           QStringLiteral("later"));
        QVERIFY(f.changes.hasFailed());
        QCOMPARE(f.changes.waiting(), 1);
        f.changes.retryFailed();
        QCOMPARE(f.state(), PendingChange::State::Staged);
        QVERIFY(f.changes.changes().front().note.isEmpty());
        QVERIFY(!f.changes.hasFailed());
        // What others did meanwhile is seen before it is sent again.
        f.changes.setState(number, PendingChange::State::Failed, QStringLiteral("no answer"));
        f.data.apply(records({someDataset(1, "web", 6)}));
        QCOMPARE(f.state(), PendingChange::State::Failed);
        f.changes.retry(number);
        QCOMPARE(f.state(), PendingChange::State::Conflict);
    }

    void undoTakesBackTheLastOne()
    {
        Fixture f;
        f.move(7);
        f.changes.stageDataset(model::DatasetResize{{f.web().id, {}}, {2ULL << 30}}, f.web());
        f.changes.undoStack().undo();
        QCOMPARE(f.changes.waiting(), 1);
        QCOMPARE(f.what(), QStringLiteral("Move web to n7"));
        f.changes.undoStack().redo();
        QCOMPARE(f.changes.waiting(), 2);
        f.changes.discardAll();
        QCOMPARE(f.changes.waiting(), 0);
        f.changes.undoStack().undo();
        QCOMPARE(f.changes.waiting(), 2);
        QCOMPARE(f.what(0), QStringLiteral("Move web to n7"));
    }

    void newerOfTheSameKindTakesThePlace()
    {
        Fixture f;
        f.move(7);
        f.move(8);
        QCOMPARE(f.changes.rowCount(), 1);
        QCOMPARE(f.what(), QStringLiteral("Move web to n8"));
        f.changes.undoStack().undo();
        QCOMPARE(f.what(), QStringLiteral("Move web to n7"));
        f.changes.undoStack().undo();
        QCOMPARE(f.changes.rowCount(), 0);
    }

    void changeBySomebodyElseIsAConflict()
    {
        Fixture f;
        f.move(7);
        f.data.apply(records({someDataset(1, "web", 6)}));
        QCOMPARE(f.state(), PendingChange::State::Conflict);
        QVERIFY(f.changes.groups().empty()); // not sent
        QVERIFY(f.changes.hasConflict());
        f.changes.acceptPresent(f.changes.changes().front().number);
        QCOMPARE(f.state(), PendingChange::State::Staged);
        QCOMPARE(f.changes.changes().front().seen, model::Revision{6});
        QCOMPARE(f.changes.groups().size(), std::size_t{1});
        f.data.apply(removed(f.web()));
        QCOMPARE(f.state(), PendingChange::State::Conflict);
    }

    void ledgerAndStateAreNoConflict()
    {
        Fixture f;
        f.move(7);
        f.data.apply(records({someLedger(1, 8)}));
        f.data.apply(facts({someStatus(1, model::Sync::Blocked, model::Health::Unknown)}));
        QCOMPARE(f.state(), PendingChange::State::Staged);
    }

    void nameThatIsTakenMeanwhileIsAConflict()
    {
        Fixture f;
        model::DatasetCreate create;
        create.name = "db";
        f.changes.stageCreate(create);
        QCOMPARE(preconditionOf(f.changes.changes().front())->modRevision, model::Revision{0});
        f.data.apply(records({someDataset(2, "db", 9)}));
        QCOMPARE(f.state(), PendingChange::State::Conflict);
        f.data.apply(removed(someDataset(2, "db", 9)));
        QCOMPARE(f.state(), PendingChange::State::Staged);
    }

    void changesOfOneObjectTravelTogether()
    {
        Fixture f;
        f.data.apply(records({someDataset(2, "db", 9)}));
        f.move(7);
        f.changes.stageDataset(model::DatasetDelete{{someId<model::DatasetId>(2), {}}, {}, false},
                               *f.data.dataset(someId<model::DatasetId>(2)));
        f.changes.stageDataset(model::DatasetResize{{f.web().id, {}}, {2ULL << 30}}, f.web());
        const auto groups = f.changes.groups();
        QCOMPARE(groups.size(), std::size_t{2});
        QCOMPARE(groups[0].size(), std::size_t{2});
        QCOMPARE(groups[1].size(), std::size_t{1});
    }

    void whatWasSentCannotBeTakenBack()
    {
        Fixture f;
        f.move(7);
        const auto number = f.changes.changes().front().number;
        f.changes.setState(number, PendingChange::State::Sending, {});
        QVERIFY(!f.changes.undoStack().canUndo());
        f.changes.setState(number, PendingChange::State::Failed, QStringLiteral("no room"));
        QCOMPARE(f.changes.waiting(), 1); // can be tried again
        f.changes.setState(number, PendingChange::State::Done, {});
        QCOMPARE(f.changes.waiting(), 0);
        QCOMPARE(f.changes.rowCount(), 1); // to be read
        f.changes.clearDone();
        QCOMPARE(f.changes.rowCount(), 0);
    }
};

QTEST_GUILESS_MAIN(TestPendingChanges)
#include "tst_pending_changes.moc"
