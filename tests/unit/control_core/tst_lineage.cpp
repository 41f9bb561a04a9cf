// What an agent remembers against what the store's past was.

#include "control/core/lineage.h"

#include <QtTest/QtTest>

using namespace drover::model;
using drover::control::core::contradiction;
using drover::control::core::Lineage;

namespace {

Uuid nonce(std::uint8_t number)
{
    Uuid id;
    id.bytes.fill(number);
    return id;
}

} // namespace

class TestLineage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void memoriesAreHeldAgainstThePast_data()
    {
        QTest::addColumn<int>("term");
        QTest::addColumn<int>("nonceOf");
        QTest::addColumn<int>("revision");
        QTest::addColumn<bool>("found");
        // The store: term 2 began at 10, term 3 at 20, term 4 at 30; it is at 45 now.
        QTest::newRow("the newest") << 4 << 4 << 45 << false;
        QTest::newRow("all of an earlier term") << 3 << 3 << 29 << false;
        QTest::newRow("a term without a revision of its own") << 4 << 4 << 12 << false;
        QTest::newRow("a term ahead") << 5 << 5 << 40 << true;
        QTest::newRow("a revision ahead") << 4 << 4 << 46 << true;
        // An old copy went on: its numbers have caught up, its past has not.
        QTest::newRow("more of an earlier term") << 3 << 3 << 30 << true;
        QTest::newRow("more of an earlier term, far below") << 2 << 2 << 25 << true;
        QTest::newRow("another control's term") << 4 << 9 << 31 << true;
        QTest::newRow("another control's earlier term") << 3 << 9 << 21 << true;
        // Memories of older programs.
        QTest::newRow("no nonce") << 3 << 0 << 29 << false;
        QTest::newRow("no nonce, too far") << 3 << 0 << 30 << true;
        QTest::newRow("a term before the first that is known") << 1 << 1 << 9 << false;
        QTest::newRow("too far in a term that is not known") << 1 << 1 << 10 << true;
    }
    void memoriesAreHeldAgainstThePast()
    {
        QFETCH(int, term);
        QFETCH(int, nonceOf);
        QFETCH(int, revision);
        QFETCH(bool, found);
        HistoryRecord history;
        history.history.value = nonce(77);
        history.term = 4;
        history.nonce = nonce(4);
        const Lineage lineage{{2, nonce(2), 10}, {3, nonce(3), 20}, {4, nonce(4), 30}};
        Hello hello;
        hello.hostname = "n1";
        hello.highestHistory = history.history;
        hello.highestTerm = static_cast<Term>(term);
        hello.highestNonce = nonce(static_cast<std::uint8_t>(nonceOf));
        hello.highestRevision = static_cast<Revision>(revision);
        const auto why = contradiction(history, lineage, 45, hello);
        QVERIFY2(why.has_value() == found, why ? why->c_str() : "nothing found");
        if (why)
            QVERIFY2(why->starts_with("node n1 saw revision "), why->c_str());

        hello.highestHistory.value = nonce(78); // another history is another matter
        QVERIFY(!contradiction(history, lineage, 45, hello));
        hello.highestHistory = {};
        QVERIFY(!contradiction(history, lineage, 45, hello));
    }
};

QTEST_APPLESS_MAIN(TestLineage)
#include "tst_lineage.moc"
