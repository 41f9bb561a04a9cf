#include "gui/models/datasets_model.h"
#include "gui/models/roles.h"
#include "gui/models/used_history.h"
#include "tests/unit/gui_models/cluster_fixture.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace drover;
using namespace drover::test;
using gui::models::ClusterData;
using gui::models::DatasetsModel;
using gui::models::UsedHistory;

namespace {

const auto kWeb = someId<model::DatasetId>(1);
const auto kNode = someId<model::NodeId>(7);

gui::models::Batch usedSpace(std::uint8_t dataset, std::uint64_t bytes)
{
    model::CopyState copy;
    copy.copy = someId<model::CopyId>(dataset);
    copy.dataset = someId<model::DatasetId>(dataset);
    copy.used = model::ByteCount{bytes};
    gui::models::Batch batch;
    batch.facts.push_back(model::CopyStatePut{kNode, copy});
    return batch;
}

model::DatasetLedger ledger(std::uint8_t dataset)
{
    model::DatasetLedger made = someLedger(dataset, 7);
    made.copy = someId<model::CopyId>(dataset);
    return made;
}

} // namespace

class TestUsedHistory : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onlyTheLastValuesAreKept()
    {
        UsedHistory history;
        for (std::uint64_t i = 0; i < 1'000; ++i)
            history.changed(kWeb, {i}, {i + 1});
        const auto values = history.values(kWeb);
        QCOMPARE(values.size(), UsedHistory::kKept);
        QCOMPARE(values.back(), 1'000.0);
        QCOMPARE(values.front(), 1'000.0 - (UsedHistory::kKept - 1));
        QCOMPARE(*history.growth(kWeb), double(UsedHistory::kKept - 1));
    }

    void whatStaysTheSameCostsNothing()
    {
        UsedHistory history;
        history.changed(kWeb, {5}, {5});
        QCOMPARE(history.size(), std::size_t{0});
        QVERIFY(history.values(kWeb).empty());
        QVERIFY(!history.growth(kWeb));
        history.changed(kWeb, {5}, {3});
        QCOMPARE(*history.growth(kWeb), -2.0);
        history.forget(kWeb);
        QCOMPARE(history.size(), std::size_t{0});
    }

    void tableShowsHowUsedSpaceWent()
    {
        ClusterData data;
        DatasetsModel model(data);
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        data.apply(records({someDataset(1, "web"), someDataset(2, "still"), someNode(7, "n7"),
                            ledger(1), ledger(2)}));
        data.apply(usedSpace(1, 1ULL << 20));
        data.apply(usedSpace(2, 1ULL << 20));
        const auto cell = [&](std::uint8_t dataset, int role) {
            const int row = model.find(someId<model::DatasetId>(dataset));
            return model.index(row, DatasetsModel::Trend).data(role);
        };
        QCOMPARE(cell(1, Qt::DisplayRole).toString(), QString()); // one value is no trend
        data.apply(usedSpace(1, 5ULL << 20));
        data.apply(usedSpace(1, 3ULL << 20));
        QCOMPARE(cell(1, Qt::DisplayRole).toString(), QStringLiteral("+2 MiB"));
        QCOMPARE(cell(1, gui::models::SparkRole).value<std::vector<double>>().size(),
                 std::size_t{3});
        const QString words = cell(1, Qt::AccessibleTextRole).toString();
        QVERIFY2(words.contains(QStringLiteral("from 1 MiB to 3 MiB")) &&
                     words.contains(QStringLiteral("at most 5 MiB")),
                 qPrintable(words));
        QVERIFY(!cell(2, gui::models::SparkRole).isValid());
        data.apply(usedSpace(1, 1ULL << 20)); // back where it was
        QCOMPARE(cell(1, Qt::DisplayRole).toString(), QStringLiteral("0 B"));
        data.clear();
        data.apply(records({someDataset(1, "web"), someNode(7, "n7"), ledger(1)}));
        QVERIFY(!cell(1, gui::models::SparkRole).isValid()); // another cluster
    }
};

QTEST_APPLESS_MAIN(TestUsedHistory)
#include "tst_used_history.moc"
