#include "gui/models/concerns.h"
#include "gui/models/room_model.h"
#include "tests/unit/gui_models/cluster_fixture.h"

#include <QAbstractItemModelTester>
#include <QTest>

#include <random>

using namespace drover;
using namespace drover::test;
using gui::models::ClusterData;
using gui::models::ConcernRow;
using gui::models::ConcernsModel;
using gui::models::Remedy;
using gui::models::RoomModel;
using gui::models::WorstFirst;
using Strictness = QAbstractItemModelTester::FailureReportingMode;

namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;

model::NodeState someState(std::uint8_t number, model::Liveness liveness, std::uint64_t free = 60)
{
    model::NodeState state;
    state.id = someId<model::NodeId>(number);
    state.liveness = liveness;
    model::PoolState pool;
    pool.id = someId<model::PoolId>(number);
    pool.name = "default";
    pool.kind = "directory";
    pool.available = true;
    pool.capacity.value = 100 * kGiB;
    pool.free.value = free * kGiB;
    state.pools = {pool};
    return state;
}

gui::models::Batch states(const std::vector<model::NodeState>& all)
{
    gui::models::Batch batch;
    for (const model::NodeState& state : all)
        batch.facts.push_back(model::NodeStatePut{state});
    return batch;
}

model::DatasetStatus troubled(std::uint8_t number, model::ConditionType type)
{
    model::DatasetStatus status = someStatus(number, model::Sync::Blocked, model::Health::Unknown);
    model::Condition condition;
    condition.type = type;
    condition.severity = model::ConditionSeverity::Warning;
    condition.message = "because";
    condition.suggestion = "do this";
    status.conditions = {condition};
    return status;
}

// Two nodes that are well, and five datasets on the first one.
void fill(ClusterData& data)
{
    data.apply(records({someNode(1, "n1"), someNode(2, "n2")}));
    data.apply(
        states({someState(1, model::Liveness::Alive), someState(2, model::Liveness::Alive)}));
    for (std::uint8_t d = 1; d <= 5; ++d) {
        data.apply(records({someLedger(d, 1), someDataset(d, "d" + std::to_string(d))}));
        data.apply(facts({someStatus(d, model::Sync::InSync, model::Health::Healthy)}));
    }
}

} // namespace

class TestOverview : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingNeedsAPersonWhenAllIsWell()
    {
        ClusterData data;
        fill(data);
        QCOMPARE(ConcernsModel(data).rowCount(), 0);
    }

    void silentNodeIsOneLineHoweverManyDatasetsItHas()
    {
        ClusterData data;
        fill(data);
        ConcernsModel model(data);
        const QAbstractItemModelTester tester(&model, Strictness::QtTest);
        for (std::uint8_t d = 1; d <= 5; ++d) // of which control may tell first
            data.apply(facts({troubled(d, model::ConditionType::NodeUnreachable)}));
        QCOMPARE(model.rowCount(), 1);
        data.apply(states({someState(1, model::Liveness::Unreachable)}));
        QCOMPARE(model.rowCount(), 1);
        const ConcernRow& row = model.row(0);
        QCOMPARE(row.what, QStringLiteral("n1"));
        QCOMPARE(row.datasets, std::size_t{5});
        QCOMPARE(row.remedy, Remedy::ShowNode);
        QCOMPARE(row.suggestion, QStringLiteral("do this"));
        QCOMPARE(row.sign, gui::models::Sign::Bad);

        data.apply(states({someState(1, model::Liveness::Alive)}));
        for (std::uint8_t d = 1; d <= 5; ++d)
            data.apply(facts({someStatus(d, model::Sync::InSync, model::Health::Healthy)}));
        QCOMPARE(model.rowCount(), 0);
    }

    void whateverIsWrongOnASilentNodeIsTheNodes()
    {
        ClusterData data;
        fill(data);
        ConcernsModel model(data);
        data.apply(facts({troubled(1, model::ConditionType::WaitingForPool)}));
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.row(0).dataset, std::optional(someId<model::DatasetId>(1)));
        data.apply(states({someState(1, model::Liveness::Lost)}));
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.row(0).what, QStringLiteral("n1"));
        QCOMPARE(model.row(0).datasets, std::size_t{1});
    }

    void sameReasonOnTheSameNodeIsOneLine()
    {
        ClusterData data;
        fill(data);
        ConcernsModel model(data);
        data.apply(facts({troubled(1, model::ConditionType::WaitingForPool),
                          troubled(2, model::ConditionType::WaitingForPool),
                          troubled(3, model::ConditionType::DataMissing)}));
        QCOMPARE(model.rowCount(), 2);
        const WorstFirst sorted(model);
        const ConcernRow& many = sorted.row(sorted.index(0, 0));
        QCOMPARE(many.datasets, std::size_t{2});
        QCOMPARE(many.remedy, Remedy::ShowDatasets);
        QCOMPARE(many.filter, QStringLiteral("sync:blocked node:n1"));
        const ConcernRow& one = sorted.row(sorted.index(1, 0));
        QCOMPARE(one.what, QStringLiteral("d3"));
        QCOMPARE(one.remedy, Remedy::ShowDataset);
    }

    void whatIsSuggestedCanBeDoneFromTheLine()
    {
        ClusterData data;
        fill(data);
        const ConcernsModel model(data);
        model::DatasetStatus status = troubled(3, model::ConditionType::DataMissing);
        status.conditions.front().suggestion = "drover dataset move d3 --to n2";
        data.apply(facts({status}));
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.row(0).remedy, Remedy::Suggested);
    }

    void cordonedAndNearlyFullNodesHaveTheirRemedy()
    {
        ClusterData data;
        fill(data);
        ConcernsModel model(data);
        model::NodeRecord record;
        record.id = someId<model::NodeId>(2);
        record.cordoned = true;
        data.apply(records({record}));
        data.apply(states({someState(1, model::Liveness::Alive, 3)}));
        const WorstFirst sorted(model);
        QCOMPARE(sorted.rowCount(), 2);
        QCOMPARE(sorted.row(sorted.index(0, 0)).filter, QStringLiteral("node:n1"));
        QCOMPARE(sorted.row(sorted.index(1, 0)).remedy, Remedy::Uncordon);
        QCOMPARE(sorted.index(1, ConcernsModel::Act).data().toString(), QStringLiteral("Uncordon"));
        record.cordoned = false;
        data.apply(records({record}));
        QCOMPARE(sorted.rowCount(), 1);
    }

    void listThatFollowsIsAsOneMadeAnew()
    {
        ClusterData data;
        ConcernsModel model(data);
        const QAbstractItemModelTester tester(&model, Strictness::QtTest);
        RoomModel room(data, 3);
        const QAbstractItemModelTester roomTester(&room, Strictness::QtTest);
        std::mt19937 random(7); // NOLINT: the same each time
        const auto below = [&](unsigned most) {
            return static_cast<std::uint8_t>(random() % most);
        };
        constexpr std::array kTypes{model::ConditionType::NodeUnreachable,
                                    model::ConditionType::WaitingForPool,
                                    model::ConditionType::WaitingForPlacement};
        for (int round = 0; round < 400; ++round) {
            const std::uint8_t node = below(4);
            const std::uint8_t dataset = below(20);
            gui::models::Batch batch = records({someLedger(dataset, node)});
            if (below(5) == 0)
                batch.records.push_back(
                    model::RecordRemoved{model::keyOf(someDataset(below(20), ""))});
            else
                batch.records.push_back(
                    model::RecordPut{someDataset(dataset, "d" + std::to_string(dataset))});
            if (below(6) == 0)
                batch.records.push_back(model::RecordRemoved{model::keyOf(someNode(node, ""))});
            else
                batch.records.push_back(
                    model::RecordPut{someNode(node, "n" + std::to_string(node))});
            batch.facts.push_back(model::NodeStatePut{
                someState(node, static_cast<model::Liveness>(1 + below(5)), below(100))});
            batch.facts.push_back(model::DatasetStatusPut{
                below(2) == 0
                    ? troubled(below(20), kTypes.at(below(3)))
                    : someStatus(below(20), model::Sync::InSync, model::Health::Healthy)});
            data.apply(batch);
            room.refresh();

            const ConcernsModel fresh(data);
            QCOMPARE(model.rowCount(), fresh.rowCount());
            for (const ConcernRow& row : fresh.rows()) {
                QVERIFY(model.find(row.id) >= 0);
                QVERIFY(model.row(model.find(row.id)) == row);
            }
            const RoomModel counted(data, 3);
            QCOMPARE(room.rowCount(), counted.rowCount());
            for (int i = 0; i < room.rowCount(); ++i)
                for (int column = 0; column < RoomModel::ColumnCount; ++column)
                    QCOMPARE(room.index(i, column).data(), counted.index(i, column).data());
        }
    }

    void roomIsSummedByKindAndTheFullestNodesStandFirst()
    {
        ClusterData data;
        fill(data);
        data.apply(states({someState(2, model::Liveness::Alive, 4)}));
        const RoomModel room(data, 5);
        QCOMPARE(room.rowCount(), 3);
        QCOMPARE(room.index(0, RoomModel::Where).data().toString(),
                 QStringLiteral("directory pools (2)"));
        QCOMPARE(room.index(0, RoomModel::Used).data().toString(), QStringLiteral("68 %"));
        QCOMPARE(room.index(1, RoomModel::Where).data().toString(), QStringLiteral("n2"));
        QCOMPARE(room.nodeOf(1), std::optional(someId<model::NodeId>(2)));
        QVERIFY(!room.nodeOf(0));
    }
};

QTEST_GUILESS_MAIN(TestOverview)
#include "tst_overview.moc"
