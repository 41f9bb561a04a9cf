// An optional on the heap is still a value.

#include "proto/model/rare.h"

#include <QtTest/QtTest>

#include <string>

using drover::model::Rare;

class TestRare : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void absentItTakesAPointer()
    {
        static_assert(sizeof(Rare<std::string>) == sizeof(void*));
        const Rare<std::string> none;
        QVERIFY(!none && !none.has_value());
        QVERIFY(!Rare<std::string>(std::nullopt));
    }

    void copiesAreTheirOwn()
    {
        Rare<std::string> first = std::string("a");
        Rare<std::string> second = first;
        *second += "b";
        QCOMPARE(*first, std::string("a"));
        QCOMPARE(*second, std::string("ab"));
        first = second;
        second->clear();
        QCOMPARE(*first, std::string("ab"));
        const Rare<std::string>& same = first;
        first = same;
        QCOMPARE(*first, std::string("ab"));
        first = Rare<std::string>();
        QVERIFY(!first);
        first.emplace(3, 'x');
        QCOMPARE(*first, std::string("xxx"));
        const Rare<std::string> moved = std::move(first);
        QCOMPARE(*moved, std::string("xxx"));
        second.reset();
        QVERIFY(!second);
    }

    void comparisonIsByContentAndNothingComesFirst()
    {
        const Rare<std::string> none;
        const Rare<std::string> a = std::string("a");
        const Rare<std::string> alsoA = std::string("a");
        const Rare<std::string> b = std::string("b");
        QVERIFY(none == Rare<std::string>());
        QVERIFY(a == alsoA && a != b && a != none);
        QVERIFY(none < a && a < b && !(b < alsoA));
    }
};

QTEST_APPLESS_MAIN(TestRare)
#include "tst_rare.moc"
