// The compact set against the standard library's.

#include "control/core/compact_set.h"

#include <QtTest/QtTest>

#include <random>
#include <set>
#include <utility>

using namespace drover::control::core;

namespace {

using Compact = CompactSet<int>;

bool same(const Compact& set, const std::set<int>& model)
{
    if (set.size() != model.size() || set.empty() != model.empty())
        return false;
    auto it = set.begin();
    for (const int value : model) {
        if (it == set.end() || *it != value)
            return false;
        ++it;
    }
    return it == set.end();
}

// Elements that are equal where their first parts are.
struct ByFirst
{
    bool operator()(const std::pair<int, int>& a, const std::pair<int, int>& b) const
    {
        return a.first < b.first;
    }
    bool operator()(const std::pair<int, int>& a, int b) const { return a.first < b; }
    bool operator()(int a, const std::pair<int, int>& b) const { return a < b.first; }
};

} // namespace

class TestCompactSet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void itIsASet_data();
    void itIsASet();
    void anEqualElementIsReplaced();
    void equalSetsAreEqualHoweverTheyCameToBe();
};

void TestCompactSet::itIsASet_data()
{
    QTest::addColumn<int>("range");
    QTest::addColumn<int>("erasures"); // of 100 acts
    QTest::newRow("small") << 20 << 50;
    QTest::newRow("growing") << 100'000 << 20;
    QTest::newRow("dense") << 3'000 << 45;
    QTest::newRow("shrinking") << 3'000 << 70;
}

void TestCompactSet::itIsASet()
{
    QFETCH(int, range);
    QFETCH(int, erasures);
    std::mt19937 random(7);
    const auto below = [&](int bound) {
        return static_cast<int>(random() % static_cast<unsigned>(bound));
    };
    Compact set;
    std::set<int> model;
    for (int value = 0; value < 1'000; ++value) { // in order, as a store is loaded
        set.put(value);
        model.insert(value);
    }
    for (int act = 0; act < 20'000; ++act) {
        const int value = below(range);
        if (below(100) < erasures) {
            set.erase(value);
            model.erase(value);
        } else {
            set.put(value);
            model.insert(value);
        }
        const int asked = below(range + 2) - 1;
        QCOMPARE(set.contains(asked), model.contains(asked));
        const auto it = set.lower_bound(asked);
        const auto expected = model.lower_bound(asked);
        QCOMPARE(it == set.end(), expected == model.end());
        if (expected != model.end())
            QCOMPARE(*it, *expected);
        if (act % 500 == 0)
            QVERIFY(same(set, model));
    }
    QVERIFY(same(set, model));
    for (const int value : std::set<int>(model)) {
        set.erase(value);
        model.erase(value);
    }
    QVERIFY(same(set, model) && set.begin() == set.end());
    set.put(5);
    QVERIFY(set.contains(5));
}

void TestCompactSet::anEqualElementIsReplaced()
{
    CompactSet<std::pair<int, int>, ByFirst> set;
    for (int i = 0; i < 1'000; ++i)
        set.put({i, 1});
    set.put({500, 2});
    QCOMPARE(set.size(), std::size_t{1'000});
    QCOMPARE(set.find(500)->second, 2);
    QCOMPARE(set.find(501)->second, 1);
    set.erase(500);
    QVERIFY(!set.contains(500));
}

void TestCompactSet::equalSetsAreEqualHoweverTheyCameToBe()
{
    Compact up;
    Compact down;
    for (int i = 0; i < 1'000; ++i) {
        up.put(i);
        down.put(999 - i);
    }
    QVERIFY(up == down);
    down.erase(500);
    QVERIFY(!(up == down));
    down.put(1'000);
    QVERIFY(!(up == down));
}

QTEST_APPLESS_MAIN(TestCompactSet)
#include "tst_compact_set.moc"
