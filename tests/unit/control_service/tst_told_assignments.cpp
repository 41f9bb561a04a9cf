// What is remembered of what agents were told.

#include "control/service/told_assignments.h"

#include <QtTest/QtTest>

using namespace drover;
using namespace drover::model;
using namespace drover::control::service;

namespace {

template <class AnyId>
AnyId idOf(std::uint8_t n)
{
    AnyId id;
    id.value.bytes[15] = n;
    return id;
}

Assignment order(std::uint8_t copy, Goal goal = Goal::Mounted)
{
    Assignment a;
    a.dataset = idOf<DatasetId>(1);
    a.copy = idOf<CopyId>(copy);
    a.goal = goal;
    a.spec.metadata = {{"owner", "shop"}};
    return a;
}

const auto kNode = idOf<NodeId>(1);
const auto kOther = idOf<NodeId>(2);
const auto kDataset = idOf<DatasetId>(1);

} // namespace

class TestToldAssignments : public QObject
{
    Q_OBJECT

    static void tell(ToldAssignments& told, const NodeId& node, const std::vector<Assignment>& now)
    {
        told.tell(node, kDataset, told.difference(node, kDataset, now));
    }

private Q_SLOTS:
    void onlyWhatChangedIsTold()
    {
        ToldAssignments told;
        const auto first = told.difference(kNode, kDataset, {order(1), order(2)});
        QCOMPARE(first.upserts.size(), std::size_t{2});
        told.tell(kNode, kDataset, first);
        // In metadata too.
        auto changed = order(2);
        changed.spec.metadata = {{"owner", "bakery"}};
        const auto second = told.difference(kNode, kDataset, {order(1), changed});
        QVERIFY(second.upserts == std::vector<Assignment>{changed});
        QVERIFY(second.unassign.empty());
        told.tell(kNode, kDataset, second);
        const auto third = told.difference(kNode, kDataset, {changed});
        QVERIFY(third.upserts.empty());
        QVERIFY(third.unassign == std::vector<AssignmentKey>{keyOf(order(1))});
        told.tell(kNode, kDataset, third);
        QVERIFY(told.difference(kNode, kDataset, {changed}).unassign.empty());
    }

    void bothAgentsOfACopyAreToldApart()
    {
        ToldAssignments told;
        auto image = order(1);
        image.clusterAgent = true;
        tell(told, kNode, {order(1), image});
        const auto left = told.difference(kNode, kDataset, {order(1)});
        QVERIFY(left.upserts.empty());
        QVERIFY(left.unassign == std::vector<AssignmentKey>{keyOf(image)});
    }

    void whoWasToldIsKnownUntilItWasTakenBackOrForgotten()
    {
        ToldAssignments told;
        tell(told, kNode, {order(1), order(2)});
        tell(told, kOther, {order(3)});
        QVERIFY((told.nodes(kDataset) == std::set<NodeId>{kNode, kOther}));
        tell(told, kNode, {order(2)});
        QVERIFY((told.nodes(kDataset) == std::set<NodeId>{kNode, kOther}));
        told.forget(kOther);
        QVERIFY((told.nodes(kDataset) == std::set<NodeId>{kNode}));
        QCOMPARE(told.difference(kOther, kDataset, {order(3)}).upserts.size(), std::size_t{1});
        tell(told, kNode, {});
        QVERIFY(told.nodes(kDataset).empty());
        told.forget(kNode); // nothing is left to forget
        QVERIFY(told.difference(kNode, kDataset, {}).unassign.empty());
    }
};

QTEST_APPLESS_MAIN(TestToldAssignments)
#include "tst_told_assignments.moc"
