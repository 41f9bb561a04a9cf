#include "gui/models/detail.h"
#include "gui/models/filter_role.h"
#include "gui/models/keys_model.h"
#include "gui/models/leases_model.h"
#include "gui/models/message_text.h"
#include "gui/models/messages_model.h"
#include "gui/models/nodes_model.h"
#include "gui/models/overview.h"
#include "gui/models/timeline_model.h"
#include "tests/unit/gui_models/cluster_fixture.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace drover;
using namespace drover::test;
using gui::models::ClusterData;

class TestLists : public QObject
{
    Q_OBJECT
private:
    static constexpr auto kStrict = QAbstractItemModelTester::FailureReportingMode::QtTest;

    static gui::models::Batch alive(std::uint8_t number, std::uint64_t freeGiB = 50)
    {
        model::NodeState state;
        state.id = someId<model::NodeId>(number);
        state.liveness = model::Liveness::Alive;
        model::PoolState pool;
        pool.name = "default";
        pool.kind = "directory";
        pool.available = true;
        pool.capacity = model::ByteCount{100ULL << 30};
        pool.free = model::ByteCount{freeGiB << 30};
        state.pools = {pool};
        gui::models::Batch batch;
        batch.facts.push_back(model::NodeStatePut{state});
        return batch;
    }

private Q_SLOTS:
    void nodeIsSilentUntilItSpeaks()
    {
        ClusterData data;
        gui::models::NodesModel model(data);
        const QAbstractItemModelTester tester(&model, kStrict);
        data.apply(records({someNode(7, "n7")}));
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(model.row(0).isSilent());
        QVERIFY(!model.row(0).reason.isEmpty());
        data.apply(alive(7));
        QVERIFY(!model.row(0).isSilent());
        QCOMPARE(model.index(0, gui::models::NodesModel::Used).data().toString(),
                 QStringLiteral("50 %"));
        data.apply(records({someLedger(1, 7), someLedger(2, 7)}));
        QCOMPARE(model.row(0).datasets, std::size_t{2});
        model::NodeRecord record;
        record.id = someId<model::NodeId>(7);
        record.cordoned = true;
        data.apply(records({record}));
        QVERIFY(model.row(0).cordoned);
        QCOMPARE(model.index(0, 0).data(gui::models::kFilterRole).toStringList(),
                 QStringList{QStringLiteral("is:cordoned")});
        data.apply(alive(7, /*freeGiB=*/5));
        QVERIFY(model.index(0, 0)
                    .data(gui::models::kFilterRole)
                    .toStringList()
                    .contains(QStringLiteral("is:nearlyfull")));
        data.apply(removed(someNode(7, "n7")));
        QCOMPARE(model.rowCount(), 0);
    }

    void leaseComesAndGoesUnderTheNameOfItsDataset()
    {
        ClusterData data;
        gui::models::LeasesModel model(data);
        const QAbstractItemModelTester tester(&model, kStrict);
        model::LeaseRecord lease;
        lease.token = someId<model::LeaseToken>(3);
        lease.dataset = someId<model::DatasetId>(1);
        lease.node = someId<model::NodeId>(7);
        lease.holder = "docker";
        data.apply(records({someDataset(1, "web"), someNode(7, "n7"), lease}));
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.row(0).datasetName, QStringLiteral("web"));
        QCOMPARE(model.row(0).node, QStringLiteral("n7"));
        data.apply(records({someDataset(1, "shop", 2)}));
        QCOMPARE(model.row(0).datasetName, QStringLiteral("shop"));
        data.apply(removed(lease));
        QCOMPARE(model.rowCount(), 0);
    }

    void overviewCountsWhatItsTilesLeadTo()
    {
        ClusterData data;
        model::DatasetRecord deleted = someDataset(4, "d");
        deleted.deletion = model::Deletion{};
        data.apply(records({someDataset(1, "a"), someDataset(2, "b"), someDataset(3, "c"), deleted,
                            someNode(7, "n7"), someNode(8, "n8")}));
        data.apply(facts({someStatus(1, model::Sync::InSync, model::Health::Healthy),
                          someStatus(2, model::Sync::Blocked, model::Health::Unavailable)}));
        data.apply(alive(7, /*freeGiB=*/5));
        const gui::models::Overview overview = overviewOf(data);
        QCOMPARE(overview.datasets, std::size_t{3});
        QCOMPARE(overview.inSync, std::size_t{1});
        QCOMPARE(overview.blocked, std::size_t{1});
        QCOMPARE(overview.converging, std::size_t{1}); // without a status yet
        QCOMPARE(overview.unavailable, std::size_t{1});
        QCOMPARE(overview.unknown, std::size_t{1});
        QCOMPARE(overview.deleted, std::size_t{1});
        QCOMPARE(overview.nodes, std::size_t{2});
        QCOMPARE(overview.silent, std::size_t{1});
        QCOMPARE(overview.nearlyFull, std::size_t{1});
    }

    void detailMarksWhatDiffers()
    {
        ClusterData data;
        model::DatasetRecord record = someDataset(1, "web");
        record.spec.placement.node = someId<model::NodeId>(8);
        record.header.generation = 2;
        model::DatasetLedger ledger = someLedger(1, 7);
        ledger.copy = someId<model::CopyId>(9);
        data.apply(records({record, ledger, someNode(7, "n7"), someNode(8, "n8")}));
        model::CopyState copy;
        copy.dataset = record.id;
        copy.copy = ledger.copy;
        copy.size = record.spec.size;
        copy.observedGeneration = 1;
        gui::models::Batch batch;
        batch.facts.push_back(model::CopyStatePut{*ledger.owner, copy});
        data.apply(batch);
        QStringList differing;
        for (const gui::models::FieldRow& row : detailOf(data, record, {}).fields)
            if (row.differs)
                differing << row.field;
        QCOMPARE(differing, (QStringList{QStringLiteral("Node"), QStringLiteral("Generation"),
                                         QStringLiteral("Epoch")}));
    }

    void keysAreListedOnce()
    {
        ClusterData data;
        gui::models::KeysModel model(data);
        const QAbstractItemModelTester tester(&model, kStrict);
        model::KeyRecord key;
        key.publicKey = std::string(40, 'k');
        key.name = "n1";
        key.role = model::KeyRole::Node;
        key.node = someId<model::NodeId>(1);
        data.apply(records({someNode(1, "n1"), key})); // its node has a name, too, in one batch
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.row(0).node, QStringLiteral("n1"));
        data.apply(records({someNode(1, "other")}));
        QCOMPARE(model.row(0).node, QStringLiteral("other"));
        data.apply(removed(key));
        QCOMPARE(model.rowCount(), 0);
    }

    void timelineTakesEachEntryOnce()
    {
        gui::models::TimelineModel model;
        const QAbstractItemModelTester tester(&model, kStrict);
        model::HistoryListResult history;
        model::Commit commit;
        commit.revision = 9;
        commit.log = {{{}, "admin", "dataset.create", "dataset web", {}, {}, "created"},
                      {{}, "control", "grant", "dataset web", {}, {}, "granted"}};
        history.commits = {commit};
        history.oldestKept = 1;
        model.take(history);
        model.take(history);
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.newest(), model::Revision{9});
        QVERIFY(model.hasOlder());
    }

    // More was committed than one page holds: what is between is read, too.
    void timelineKnowsWhatIsStillToBeRead()
    {
        gui::models::TimelineModel model;
        const auto page = [](model::Revision first, model::Revision last) {
            model::HistoryListResult history;
            for (model::Revision revision = first; revision <= last; ++revision) {
                model::Commit commit;
                commit.revision = revision;
                commit.log = {{{}, "admin", "x", "dataset web", {}, {}, "y"}};
                history.commits.push_back(commit);
            }
            history.oldestKept = 1;
            return history;
        };
        model.take(page(8, 10));
        QVERIFY(!model.gap());
        model.take(page(11, 13));
        QVERIFY(!model.gap());
        model.take(page(20, 22));
        QCOMPARE(model.gap(), std::optional<model::Revision>(20));
        model.take(page(5, 7), 8); // older ones, that somebody asked for meanwhile
        QCOMPARE(model.gap(), std::optional<model::Revision>(20));
        model.take(page(17, 19), 20);
        QCOMPARE(model.gap(), std::optional<model::Revision>(17));
        model.take(page(14, 16), 17);
        QVERIFY(!model.gap());
        QCOMPARE(model.rowCount(), 18);

        model.take(page(30, 31));
        model.take({}, 30); // control keeps none of it any more
        QVERIFY(!model.gap());
    }

    void messagesAreReadableText()
    {
        QCOMPARE(gui::models::messageText(QStringLiteral(
                     R"({"requestId":"a-1","write":{"dryRun":true,"operations":[{"n":"1"},{}]}})")),
                 QStringLiteral("request_id: \"a-1\"\n"
                                "write {\n"
                                "  dry_run: true\n"
                                "  operations {\n"
                                "    n: \"1\"\n"
                                "  }\n"
                                "  operations {\n"
                                "  }\n"
                                "}\n"));
        QCOMPARE(gui::models::messageText(QStringLiteral("damaged")), QStringLiteral("damaged"));
    }

    void messagesAreBounded()
    {
        gui::models::MessagesModel model;
        const QAbstractItemModelTester tester(&model, kStrict);
        std::uint64_t number = 0;
        for (int i = 0; i < 3; ++i) {
            std::vector<gui::models::TappedMessage> many(900);
            for (auto& message : many)
                message.id = ++number;
            model.take(many);
        }
        QCOMPARE(model.rowCount(), gui::models::MessagesModel::kMaximum);
        QCOMPARE(model.row(model.rowCount() - 1).id, number);
    }
};

QTEST_GUILESS_MAIN(TestLists)
#include "tst_lists.moc"
