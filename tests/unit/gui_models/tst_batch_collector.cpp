#include "gui/bridge/batch_collector.h"
#include "tests/unit/gui_models/cluster_fixture.h"

#include <QTest>

using namespace drover;
using namespace drover::test;
using gui::bridge::BatchCollector;
using gui::models::Batch;

class TestBatchCollector : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ofEachObjectOnlyTheNewestIsHandedOn()
    {
        BatchCollector collector;
        QVERIFY(collector.isEmpty());
        collector.take(model::Change{model::RecordPut{someDataset(1, "a")}});
        collector.take(model::Change{model::RecordPut{someDataset(2, "b")}});
        collector.take(model::Change{model::RecordPut{someDataset(1, "c")}});
        collector.reached(7);
        const Batch batch = collector.drain(100);
        QCOMPARE(batch.records.size(), std::size_t{2});
        QCOMPARE(batch.revision, model::Revision{7});
        const auto& record = std::get<model::RecordPut>(batch.records.front()).record;
        QCOMPARE(std::get<model::DatasetRecord>(record).header.name, std::string("c"));
        QVERIFY(collector.isEmpty());
    }

    void muchIsHandedOnInPiecesWithDatasetsLast()
    {
        BatchCollector collector;
        for (std::uint8_t i = 0; i < 50; ++i) {
            collector.take(model::Change{model::RecordPut{someDataset(i, "d")}});
            collector.take(model::Change{model::RecordPut{someNode(i, "n")}});
            collector.take(model::Change{model::RecordPut{someLedger(i, 1)}});
            collector.take(model::StateChange{model::DatasetStatusPut{
                someStatus(i, model::Sync::InSync, model::Health::Healthy)}});
        }
        collector.reached(7);
        std::vector<std::size_t> datasetsIn;
        std::size_t objects = 0;
        model::Revision revision = 0;
        while (!collector.isEmpty()) {
            QCOMPARE(revision, model::Revision{0}); // not before the last piece
            const Batch piece = collector.drain(30);
            QVERIFY(piece.records.size() + piece.facts.size() <= 30);
            objects += piece.records.size() + piece.facts.size();
            std::size_t datasets = 0;
            for (const model::Change& change : piece.records)
                datasets += model::keyOf(change).kind == model::RecordKind::Dataset ? 1 : 0;
            datasetsIn.push_back(datasets);
            revision = piece.revision;
            // What comes meanwhile waits for its turn.
            if (datasetsIn.size() == 1)
                collector.take(model::Change{model::RecordPut{someDataset(1, "new", 8)}});
            if (revision == 7)
                break;
        }
        QCOMPARE(revision, model::Revision{7});
        QCOMPARE(objects, std::size_t{200});
        // 50 ledgers, 50 facts, 50 nodes, and then only datasets
        QCOMPARE(datasetsIn, (std::vector<std::size_t>{0, 0, 0, 0, 0, 30, 20}));
        const Batch last = collector.drain(30);
        QCOMPARE(last.records.size(), std::size_t{1});
        QVERIFY(collector.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestBatchCollector)
#include "tst_batch_collector.moc"
