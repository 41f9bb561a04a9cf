// The past: the configuration of a revision against now, and the timeline as lanes.

#include "gui/models/lanes.h"
#include "gui/models/past_model.h"
#include "tests/unit/gui_models/cluster_fixture.h"

#include <QAbstractItemModelTester>
#include <QTest>

#include <map>

using namespace drover;
using namespace drover::test;
using namespace drover::gui::models;

namespace {

constexpr auto kStrict = QAbstractItemModelTester::FailureReportingMode::QtTest;
using Against = PastRow::Against;

model::DatasetRecord deleted(model::DatasetRecord record)
{
    record.deletion = model::Deletion{};
    return record;
}

class TestPast : public QObject
{
    Q_OBJECT

    static std::map<QString, Against> against(const PastModel& model)
    {
        std::map<QString, Against> all;
        for (const PastRow& row : model.rows())
            all.emplace(row.name, row.against);
        return all;
    }

private Q_SLOTS:
    void everyObjectIsHeldAgainstNow()
    {
        ClusterData data;
        auto grown = someDataset(2, "grown");
        grown.spec.size = model::ByteCount{4ULL << 30};
        model::NodeRecord labelled;
        labelled.id = someId<model::NodeId>(1);
        labelled.header.labels = {{"zone", "a"}};
        data.apply(records({someNode(1, "n1"), someNode(2, "n2"), someDataset(1, "same"), grown,
                            deleted(someDataset(3, "thrown")), someDataset(4, "new"),
                            someDataset(6, "back"), deleted(someDataset(7, "brief")), labelled}));
        PastModel model(data);
        const QAbstractItemModelTester tester(&model, kStrict);
        model.take(9, {someDataset(1, "same"), someDataset(2, "grown"), someDataset(3, "thrown"),
                       someDataset(5, "purged"), deleted(someDataset(6, "back"))});
        const std::map<QString, Against> expected = {
            {QStringLiteral("same"), Against::Same},
            {QStringLiteral("grown"), Against::Changed},
            {QStringLiteral("thrown"), Against::GoneSince},
            {QStringLiteral("new"), Against::MadeSince},
            {QStringLiteral("purged"), Against::GoneSince},
            {QStringLiteral("back"), Against::BackSince},
            {QStringLiteral("n1"), Against::Changed}}; // nobody has wished anything of n2
        QVERIFY(against(model) == expected);
        QCOMPARE(model.different(), std::size_t{6});

        const int row = model.find("d:" + grown.id.toString());
        QStringList differing;
        for (const FieldRow& field : model.thenAndNow(row))
            if (field.differs)
                differing << field.field + QLatin1Char(' ') + field.desired + QLatin1Char(' ') +
                                 field.actual;
        QCOMPARE(differing, QStringList{QStringLiteral("Size 1 GiB 4 GiB")});
    }

    void whatChangesNowChangesTheComparison()
    {
        ClusterData data;
        data.apply(records({someDataset(1, "web")}));
        PastModel model(data);
        const QAbstractItemModelTester tester(&model, kStrict);
        model.take(3, {someDataset(1, "web")});
        QCOMPARE(model.different(), std::size_t{0});
        data.apply(records({someDataset(1, "www", 5)}));
        QCOMPARE(model.rows().front().name, QStringLiteral("web")); // then
        QVERIFY(model.rows().front().against == Against::Changed);
        data.apply(records({someDataset(2, "other", 6)}));
        QCOMPARE(model.rowCount(), 2);
        data.apply(removed(someDataset(2, "other", 6)));
        QCOMPARE(model.rowCount(), 1);
        data.clear();
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.revision(), model::Revision{0});
    }

    void lanesTellWhatBecameOfEachObject()
    {
        ClusterData data;
        data.apply(records({someNode(1, "n1"), someDataset(1, "web")}));
        const auto web = someId<model::DatasetId>(1);
        const auto gone = someId<model::DatasetId>(2);
        const auto n1 = someId<model::NodeId>(1);
        const auto at = [](int second) { return model::TimePoint{std::chrono::seconds{second}}; };
        model::HistoryListResult history;
        const auto add = [&](model::Revision revision, model::LogEntry entry) {
            model::Commit commit;
            commit.revision = revision;
            commit.log = {std::move(entry)};
            history.commits.push_back(std::move(commit));
        };
        add(4, {at(4), "admin", "dataset.purge", "dataset old2", gone, {}, "purged"});
        add(3, {at(3), "node n1", "handover.frozen", "dataset web", web, n1, "frozen"});
        add(2, {at(2), "control", "dataset.placed", "dataset old", gone, n1, "granted"});
        add(1, {at(1), "admin", "dataset.create", "dataset web", web, {}, "created"});
        TimelineModel timeline;
        timeline.take(history);

        auto lanes = lanesOf(timeline.rows(), LanesBy::Datasets, data);
        QCOMPARE(lanes.size(), std::size_t{2});
        QCOMPARE(lanes[0].name, QStringLiteral("old2")); // the name that it had last
        QVERIFY(lanes[0].gone);
        QVERIFY(!lanes[1].gone);
        QCOMPARE(lanes[1].marks.size(), std::size_t{2});
        QCOMPARE(lanes[1].marks[0].revision, model::Revision{1}); // by time
        QVERIFY(lanes[1].marks[0].what == LaneMark::What::Made);
        QVERIFY(lanes[1].marks[0].by == LaneMark::By::Person);
        QVERIFY(lanes[1].marks[1].what == LaneMark::What::Moved);
        QVERIFY(lanes[1].marks[1].by == LaneMark::By::Node);
        QVERIFY(lanes[0].marks[1].what == LaneMark::What::Removed);

        lanes = lanesOf(timeline.rows(), LanesBy::Nodes, data);
        QCOMPARE(lanes.size(), std::size_t{1});
        QCOMPARE(lanes[0].name, QStringLiteral("n1"));
        QCOMPARE(lanes[0].marks.size(), std::size_t{2});
        QCOMPARE(lanesOf(timeline.rows(), LanesBy::People, data).size(), std::size_t{3});
    }
};

} // namespace

QTEST_GUILESS_MAIN(TestPast)
#include "tst_past.moc"
