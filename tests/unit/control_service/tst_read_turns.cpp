// Whose read is answered next.

#include "control/service/read_turns.h"

#include <QtTest>

#include <string>
#include <vector>

using namespace drover;
using namespace drover::control::service;

namespace {

bus::Peer peer(std::uint64_t connection) { return {"user", connection, {}}; }

// Turns whose answers are noted: the name of the read as often as it is answered.
struct Noted
{
    ReadTurns turns{[this](const bus::Peer& p) { return p.connection == congested; }};
    std::vector<std::string> answered;
    std::uint64_t congested = 0; // this connection, if any

    bool add(std::uint64_t connection, const std::string& name, std::size_t cost,
             std::size_t request = 10)
    {
        return turns.add(peer(connection), request, [this, name, cost] {
            answered.push_back(name);
            return cost;
        });
    }
    [[nodiscard]] std::string all() const
    {
        std::string text;
        for (const auto& name : answered)
            text += name + ' ';
        return text;
    }
};

constexpr std::size_t kPage = 400'000;
constexpr std::size_t kEverything = std::size_t{1} << 40U;

} // namespace

class TestReadTurns : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneConnectionKeepsItsOrder()
    {
        Noted noted;
        for (const char* name : {"a", "b", "c"})
            QVERIFY(noted.add(1, name, kPage));
        noted.turns.serve(kEverything);
        QCOMPARE(noted.all(), std::string{"a b c "});
        QVERIFY(!noted.turns.hasTurns());
    }

    void aSmallReadWaitsForOneAnswerOfAFlood()
    {
        Noted noted;
        for (int i = 0; i < 100; ++i)
            QVERIFY(noted.add(1, "page", kPage));
        noted.turns.serve(1); // one of them was answered before the other came
        QVERIFY(noted.add(2, "small", 300));
        noted.turns.serve(2 * kPage);
        QVERIFY2(noted.all() == "page small page page " || noted.all() == "page page small page ",
                 noted.all().c_str());
    }

    // A user with many connections has no more of the time than its answers' bytes.
    void manyConnectionsOfPagesAreNoMoreThanOne()
    {
        Noted noted;
        for (std::uint64_t connection = 10; connection < 42; ++connection)
            for (int i = 0; i < 20; ++i)
                QVERIFY(noted.add(connection, "page", kPage));
        noted.turns.serve(40 * kPage);
        for (int i = 0; i < 100; ++i)
            QVERIFY(noted.add(1, "small", 300));
        noted.answered.clear();
        // In the time of the next pages of all connections all the small ones are answered.
        noted.turns.serve(33 * kPage);
        QCOMPARE(std::count(noted.answered.begin(), noted.answered.end(), "small"), 100);
    }

    void servesNoMoreThanWasAsked()
    {
        Noted noted;
        for (int i = 0; i < 10; ++i)
            QVERIFY(noted.add(1, "page", kPage));
        noted.turns.serve(2 * kPage);
        QCOMPARE(noted.answered.size(), std::size_t{2});
        QVERIFY(noted.turns.hasTurns());
    }

    void whoIsCongestedHasNoTurnUntilItIsRelieved()
    {
        Noted noted;
        noted.congested = 1;
        QVERIFY(noted.add(1, "slow", kPage));
        QVERIFY(noted.add(1, "slow too", kPage));
        QVERIFY(noted.add(2, "other", 300));
        noted.turns.serve(kEverything);
        QCOMPARE(noted.all(), std::string{"other "});
        QVERIFY(!noted.turns.hasTurns());
        QVERIFY(noted.turns.waits(peer(1)));
        noted.congested = 0;
        noted.turns.relieved(peer(1));
        noted.turns.relieved(peer(1)); // once more is once
        noted.turns.relieved(peer(7)); // nobody
        noted.turns.serve(kEverything);
        QCOMPARE(noted.all(), std::string{"other slow slow too "});
        QVERIFY(!noted.turns.waits(peer(1)));
    }

    void whatWaitsOfOneConnectionIsBounded()
    {
        Noted noted;
        for (std::size_t i = 0; i < ReadTurns::kMostReads; ++i)
            QVERIFY(noted.add(1, "a", 1));
        QVERIFY(!noted.add(1, "one too many", 1));
        QVERIFY(noted.add(2, "b", 1));
        // The first is taken however large it is; together they are bounded.
        QVERIFY(noted.add(3, "c", 1, ReadTurns::kMostBytes));
        QVERIFY(!noted.add(3, "one too many", 1));
        noted.turns.serve(kEverything);
        QCOMPARE(noted.answered.size(), ReadTurns::kMostReads + 2);
        QVERIFY(noted.add(3, "again", 1));
    }

    void whoIsGoneIsNotAnswered()
    {
        Noted noted;
        QVERIFY(noted.add(1, "gone", kPage));
        noted.congested = 2;
        QVERIFY(noted.add(2, "gone too", kPage));
        noted.turns.serve(1);
        noted.turns.serve(1);
        noted.answered.clear();
        QVERIFY(noted.add(1, "gone", kPage));
        noted.turns.gone(peer(1));
        noted.turns.gone(peer(2));
        noted.turns.relieved(peer(2));
        noted.turns.serve(kEverything);
        QCOMPARE(noted.all(), std::string{});
    }

    // An answer may show that the peer is gone.
    void theConnectionMayEndWithItsAnswer()
    {
        Noted noted;
        QVERIFY(noted.turns.add(peer(1), 1, [&] {
            noted.turns.gone(peer(1));
            return std::size_t{1};
        }));
        QVERIFY(noted.add(1, "never", 1));
        noted.turns.serve(kEverything);
        QCOMPARE(noted.all(), std::string{});
        QVERIFY(!noted.turns.hasTurns());
    }
};

QTEST_APPLESS_MAIN(TestReadTurns)
#include "tst_read_turns.moc"
