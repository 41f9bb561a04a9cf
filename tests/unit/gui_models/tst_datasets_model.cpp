#include "gui/models/datasets_model.h"
#include "gui/models/datasets_view_model.h"
#include "gui/models/overview.h"
#include "gui/models/roles.h"
#include "tests/unit/gui_models/cluster_fixture.h"

#include <QAbstractItemModelTester>
#include <QPersistentModelIndex>
#include <QSignalSpy>
#include <QTest>

#include <map>
#include <random>

using namespace drover;
using namespace drover::test;
using gui::models::ClusterData;
using gui::models::DatasetsModel;
using gui::models::DatasetsViewModel;

class TestDatasetsModel : public QObject
{
    Q_OBJECT
private:
    struct Fixture
    {
        ClusterData data;
        DatasetsModel model{data};
        DatasetsViewModel view{model};
        gui::models::OverviewTally tally{data};
        QAbstractItemModelTester modelTester{
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest};
        QAbstractItemModelTester viewTester{&view,
                                            QAbstractItemModelTester::FailureReportingMode::QtTest};

        QStringList shown() const
        {
            QStringList names;
            for (int i = 0; i < view.rowCount(); ++i)
                names << view.index(i, DatasetsModel::Name).data().toString();
            return names;
        }
        QString cell(int row, int column) const
        {
            return view.index(row, column).data().toString();
        }
    };

private Q_SLOTS:
    void whatIsBeingDestroyedIsShownUntilItIs()
    {
        Fixture f;
        model::DatasetRecord record = someDataset(1, "web");
        model::DatasetLedger ledger;
        ledger.id = record.id;
        record.deletion.emplace();
        f.data.apply(records({record, ledger}));
        ledger.purgeCommitted = true;
        ledger.purged = record;
        // As control commits it: the record goes, the ledger stays.
        gui::models::Batch purge = removed(record);
        purge.records.push_back(model::RecordPut{ledger});
        model::DatasetStatus status =
            someStatus(1, model::Sync::Blocked, model::Health::Unavailable);
        model::Condition busy;
        busy.severity = model::ConditionSeverity::Error;
        busy.message = "it is in use by 42";
        status.conditions = {busy};
        purge.facts.push_back(model::DatasetStatusPut{status});
        f.data.apply(purge);
        QCOMPARE(f.model.rowCount(), 1);
        QVERIFY(f.data.dataset(record.id) != nullptr);
        QVERIFY(f.data.datasetNamed("web") == nullptr);
        QCOMPARE(gui::models::rowOf(f.data, *f.data.dataset(record.id)).reason,
                 QStringLiteral("being destroyed: it is in use by 42"));
        f.data.apply(removed(ledger));
        QCOMPARE(f.model.rowCount(), 0);
    }

    void batchInsertsChangesAndRemovesItsRowsOnly()
    {
        Fixture f;
        QSignalSpy reset(&f.model, &QAbstractItemModel::modelReset);
        QSignalSpy inserted(&f.model, &QAbstractItemModel::rowsInserted);
        QSignalSpy changed(&f.model, &QAbstractItemModel::dataChanged);
        f.data.apply(records({someDataset(1, "a"), someDataset(2, "b"), someDataset(3, "c"),
                              someDataset(4, "d"), someDataset(5, "e")}));
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(f.model.rowCount(), 5);

        f.data.apply(facts({someStatus(2, model::Sync::InSync, model::Health::Healthy),
                            someStatus(3, model::Sync::InSync, model::Health::Healthy),
                            someStatus(5, model::Sync::Blocked, model::Health::Unknown)}));
        QCOMPARE(changed.count(), 2); // rows 1..2, row 4
        changed.clear();
        f.data.apply(facts({someStatus(2, model::Sync::InSync, model::Health::Healthy)}));
        QCOMPARE(changed.count(), 0); // looks the same

        gui::models::Batch gone = removed(someDataset(1, "a"));
        gone.records.push_back(
            model::RecordRemoved{model::keyOf(model::Record{someDataset(2, "b")})});
        gone.records.push_back(
            model::RecordRemoved{model::keyOf(model::Record{someDataset(4, "d")})});
        f.data.apply(gone);
        QCOMPARE(f.model.rowCount(), 2);
        QCOMPARE(f.model.find(someId<model::DatasetId>(3)), 0);
        QCOMPARE(f.model.find(someId<model::DatasetId>(5)), 1);
        QCOMPARE(f.model.find(someId<model::DatasetId>(1)), -1);
        QCOMPARE(reset.count(), 0);
    }

    void selectionStaysOnItsDatasetWhateverHappensAround()
    {
        Fixture f;
        f.view.sort(DatasetsModel::Name);
        f.data.apply(records({someDataset(1, "b"), someDataset(2, "d"), someDataset(3, "f")}));
        const QPersistentModelIndex chosen = f.view.index(1, 0);
        QCOMPARE(chosen.data().toString(), QStringLiteral("d"));
        f.data.apply(records({someDataset(4, "a"), someDataset(5, "c"), someDataset(6, "e")}));
        f.data.apply(removed(someDataset(1, "b")));
        QCOMPARE(chosen.data().toString(), QStringLiteral("d"));
        QCOMPARE(chosen.row(), 2);
        f.data.apply(records({someDataset(2, "z", 2)})); // renamed: it moves
        QCOMPARE(chosen.data().toString(), QStringLiteral("z"));
        QCOMPARE(chosen.row(), f.view.rowCount() - 1);
    }

    void burstKeepsSelectionAndOrder()
    {
        Fixture f;
        f.view.sort(DatasetsModel::SyncState, Qt::DescendingOrder);
        std::vector<model::Record> many;
        std::vector<model::DatasetStatus> blocked;
        for (std::uint32_t i = 0; i < 3'000; ++i) {
            model::DatasetRecord record = someDataset(0, "d" + std::to_string(i));
            record.id.value.bytes[0] = static_cast<std::uint8_t>(i >> 8);
            record.id.value.bytes[1] = static_cast<std::uint8_t>(i);
            many.emplace_back(record);
            if (i % 2 == 0) {
                blocked.push_back(someStatus(0, model::Sync::Blocked, model::Health::Unavailable));
                blocked.back().id = record.id;
            }
        }
        f.data.apply(records(many));
        const QPersistentModelIndex chosen =
            f.view.indexOf(std::get<model::DatasetRecord>(many[1]).id);
        QSignalSpy reset(&f.view, &QAbstractItemModel::modelReset);
        f.view.setFilter(QStringLiteral("!name:nothing"));
        f.data.apply(facts(blocked));
        QCOMPARE(reset.count(), 0);
        QVERIFY(chosen.isValid());
        QCOMPARE(chosen.data().toString(), QStringLiteral("d1"));
        QCOMPARE(f.view.rowCount(), 3'000);
        QCOMPARE(f.cell(0, DatasetsModel::SyncState), QStringLiteral("blocked"));
        QCOMPARE(f.cell(1'499, DatasetsModel::SyncState), QStringLiteral("blocked"));
        QCOMPARE(f.cell(1'500, DatasetsModel::SyncState), QStringLiteral("converging"));
        f.view.setFilter(QStringLiteral("sync:blocked"));
        QCOMPARE(f.view.rowCount(), 1'500);
    }

    void rowShowsOwnerUseHoldersAndReason()
    {
        Fixture f;
        model::DatasetLedger ledger = someLedger(1, 7);
        ledger.copy = someId<model::CopyId>(9);
        model::LeaseRecord lease;
        lease.token = someId<model::LeaseToken>(3);
        lease.dataset = someId<model::DatasetId>(1);
        lease.holder = "docker";
        f.data.apply(records({someDataset(1, "web"), someNode(7, "n7"), ledger, lease}));
        model::DatasetStatus status = someStatus(1, model::Sync::Blocked, model::Health::Degraded);
        model::Condition info;
        info.message = "steps run";
        model::Condition error;
        error.severity = model::ConditionSeverity::Error;
        error.message = "the pool is not there";
        status.conditions = {info, error};
        gui::models::Batch batch = facts({status});
        model::CopyState copy;
        copy.dataset = ledger.id;
        copy.copy = ledger.copy;
        copy.used = model::ByteCount{256ULL << 20};
        copy.filesystem = "ext4";
        batch.facts.push_back(model::CopyStatePut{*ledger.owner, copy});
        f.data.apply(batch);
        QCOMPARE(f.cell(0, DatasetsModel::SyncState), QStringLiteral("blocked"));
        QCOMPARE(f.cell(0, DatasetsModel::HealthState), QStringLiteral("degraded"));
        QCOMPARE(f.cell(0, DatasetsModel::Node), QStringLiteral("n7"));
        QCOMPARE(f.cell(0, DatasetsModel::Used), QStringLiteral("256 MiB"));
        QCOMPARE(f.cell(0, DatasetsModel::Leases), QStringLiteral("docker"));
        QCOMPARE(f.cell(0, DatasetsModel::Reason), QStringLiteral("the pool is not there"));
        QCOMPARE(f.cell(0, DatasetsModel::Filesystem), QStringLiteral("ext4"));
        QCOMPARE(f.view.index(0, DatasetsModel::Used).data(gui::models::PercentRole).toInt(), 25);

        f.data.apply(records({someNode(7, "other")})); // a name stands in the rows of its datasets
        QCOMPARE(f.cell(0, DatasetsModel::Node), QStringLiteral("other"));
        f.data.apply(removed(lease));
        QCOMPARE(f.cell(0, DatasetsModel::Leases), QString());
    }

    void deletedOnesAreHiddenUntilAskedFor()
    {
        Fixture f;
        model::DatasetRecord deleted = someDataset(2, "old");
        deleted.deletion = model::Deletion{};
        f.data.apply(records({someDataset(1, "new"), deleted}));
        QCOMPARE(f.shown(), QStringList{QStringLiteral("new")});
        f.view.setFilter(QStringLiteral("is:deleted"));
        QCOMPARE(f.shown(), QStringList{QStringLiteral("old")});
        f.view.setFilter({});
        f.view.setShowDeleted(true);
        QCOMPARE(f.view.rowCount(), 2);
    }

    void filterFollowsTheRows()
    {
        Fixture f;
        f.view.setFilter(QStringLiteral("sync:blocked"));
        f.data.apply(records({someDataset(1, "a"), someDataset(2, "b")}));
        QCOMPARE(f.view.rowCount(), 0);
        f.data.apply(facts({someStatus(2, model::Sync::Blocked, model::Health::Unknown)}));
        QCOMPARE(f.shown(), QStringList{QStringLiteral("b")});
        f.data.apply(facts({someStatus(2, model::Sync::InSync, model::Health::Healthy)}));
        QCOMPARE(f.view.rowCount(), 0);
    }

    void sortsByValueNotByText()
    {
        Fixture f;
        model::DatasetRecord small = someDataset(1, "n10");
        small.spec.size = model::ByteCount{900ULL << 20};
        model::DatasetRecord large = someDataset(2, "n2");
        large.spec.size = model::ByteCount{10ULL << 30};
        f.data.apply(records({large, small}));
        f.view.sort(DatasetsModel::Size, Qt::DescendingOrder);
        QCOMPARE(f.shown(), (QStringList{QStringLiteral("n2"), QStringLiteral("n10")}));
        f.view.sort(DatasetsModel::Name);
        QCOMPARE(f.shown(), (QStringList{QStringLiteral("n2"), QStringLiteral("n10")}));
    }

    // Whatever comes, in whatever order: the view is as one that is made anew, and what was chosen
    // stays chosen.
    void viewThatFollowsIsAsOneMadeAnew()
    {
        Fixture f;
        std::mt19937 random(7); // NOLINT: the same each time
        const auto below = [&](unsigned most) {
            return static_cast<std::uint8_t>(random() % most);
        };
        f.view.sort(DatasetsModel::HealthState, Qt::DescendingOrder);
        f.view.setFilter(QStringLiteral("!sync:blocked"));
        for (int round = 0; round < 200; ++round) {
            if (round == 100)
                f.view.sort(DatasetsModel::Name);
            if (round == 150)
                f.view.setFilter(QStringLiteral("1"));
            std::map<QString, QPersistentModelIndex> chosen;
            for (int i = 0; i < f.view.rowCount(); i += 3)
                chosen[f.view.row(f.view.index(i, 0)).labels] = f.view.index(i, 0);
            gui::models::Batch batch;
            for (int i = 0; i < 6; ++i) {
                const std::uint8_t id = below(40);
                model::DatasetRecord record = someDataset(id, "d" + std::to_string(below(60)));
                record.header.labels = {{"id", std::to_string(id)}};
                if (below(5) == 0)
                    batch.records.push_back(
                        model::RecordRemoved{model::keyOf(model::Record{record})});
                else
                    batch.records.push_back(model::RecordPut{record});
                batch.facts.push_back(model::DatasetStatusPut{
                    someStatus(below(40), static_cast<model::Sync>(below(3)),
                               static_cast<model::Health>(below(4)))});
            }
            f.data.apply(batch);

            DatasetsModel model(f.data);
            DatasetsViewModel anew(model);
            anew.sort(round < 100 ? DatasetsModel::HealthState : DatasetsModel::Name,
                      round < 100 ? Qt::DescendingOrder : Qt::AscendingOrder);
            anew.setFilter(f.view.filterText());
            QCOMPARE(f.view.rowCount(), anew.rowCount());
            for (int i = 0; i < anew.rowCount(); ++i)
                QCOMPARE(f.view.row(f.view.index(i, 0)), anew.row(anew.index(i, 0)));
            for (const auto& [labels, index] : chosen)
                QVERIFY(!index.isValid() || f.view.row(index).labels == labels);
            QCOMPARE(f.tally.overview(), gui::models::overviewOf(f.data));
        }
    }

    void countsWhatANodeOwns()
    {
        ClusterData data;
        data.apply(records({someLedger(1, 7), someLedger(2, 7), someLedger(3, 8)}));
        QCOMPARE(data.ownedBy(someId<model::NodeId>(7)), std::size_t{2});
        data.apply(records({someLedger(1, 8)}));
        data.apply(removed(someLedger(2, 7)));
        QCOMPARE(data.ownedBy(someId<model::NodeId>(7)), std::size_t{0});
        QCOMPARE(data.ownedBy(someId<model::NodeId>(8)), std::size_t{2});
    }
};

QTEST_GUILESS_MAIN(TestDatasetsModel)
#include "tst_datasets_model.moc"
