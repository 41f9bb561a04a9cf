#include "gui/models/finder.h"
#include "gui/models/picture_words.h"
#include "tests/unit/gui_models/cluster_fixture.h"

#include <QTest>

#include <random>

using namespace drover;
using namespace drover::test;
using gui::models::Card;
using gui::models::CardDetail;
using gui::models::CardMeasure;
using gui::models::Chip;
using gui::models::ClusterData;
using gui::models::Picture;

class TestPicture : public QObject
{
    Q_OBJECT
private:
    static const Card& card(const Picture& picture, const QString& title)
    {
        for (const Card& one : picture.cards)
            if (one.title == title)
                return one;
        qFatal("there is no card %s", qPrintable(title));
    }
    static ClusterData& filled(ClusterData& data)
    {
        data.apply(records({someNode(1, "n1"), someNode(2, "n2"), someDataset(1, "web"),
                            someDataset(2, "db"), someLedger(1, 1), someLedger(2, 1)}));
        return data;
    }

private Q_SLOTS:
    void datasetStandsOnItsOwner()
    {
        ClusterData data;
        const Picture picture = drawUp(filled(data), {});
        QCOMPARE(picture.cards.size(), std::size_t{2});
        QCOMPARE(card(picture, QStringLiteral("n1")).chips.size(), qsizetype{2});
        QVERIFY(card(picture, QStringLiteral("n2")).chips.empty());
        for (const Card& one : picture.cards)
            for (const Chip& chip : one.chips)
                QVERIFY(one.rect.contains(chip.rect));
    }

    void moveIsAGhostAndAnArrow()
    {
        ClusterData data;
        model::DatasetLedger ledger = someLedger(1, 1);
        ledger.handover = model::Handover{};
        ledger.handover->source = someId<model::NodeId>(1);
        ledger.handover->target = someId<model::NodeId>(2);
        filled(data).apply(records({ledger}));
        const Picture picture = drawUp(data, {});
        QCOMPARE(card(picture, QStringLiteral("n2")).chips.front().kind, Chip::Kind::Ghost);
        QCOMPARE(picture.arrows.size(), std::size_t{1});
        QVERIFY(!picture.arrows.front().pending);

        ledger.owner = ledger.handover->target; // granted
        data.apply(records({ledger}));
        const Picture granted = drawUp(data, {});
        QCOMPARE(card(granted, QStringLiteral("n2")).chips.front().kind, Chip::Kind::Present);
    }

    void pendingMoveIsAnArrowOfItsOwn()
    {
        ClusterData data;
        gui::models::PictureOptions options;
        options.pendingMoves = {{someId<model::DatasetId>(1), someId<model::NodeId>(2)}};
        const Picture picture = drawUp(filled(data), options);
        QCOMPARE(picture.arrows.size(), std::size_t{1});
        QVERIFY(picture.arrows.front().pending);
        QVERIFY(card(picture, QStringLiteral("n1")).rect.contains(picture.arrows.front().from));
        QVERIFY(card(picture, QStringLiteral("n2"))
                    .rect.adjusted(-1, 0, 1, 0)
                    .contains(picture.arrows.front().to));
    }

    void deletedOneIsStruckAndUnplacedOnesHaveACardOfTheirOwn()
    {
        ClusterData data;
        model::DatasetRecord deleted = someDataset(1, "web", 2);
        deleted.deletion = model::Deletion{};
        filled(data).apply(records({deleted, someDataset(3, "new")}));
        const Picture picture = drawUp(data, {});
        const auto& chips = card(picture, QStringLiteral("n1")).chips;
        QCOMPARE(chips[1].name, QStringLiteral("web"));
        QCOMPARE(chips[1].kind, Chip::Kind::Struck);
        QVERIFY(!picture.cards.back().node);
        QCOMPARE(picture.cards.back().chips.front().kind, Chip::Kind::Ghost);
    }

    void nodesStandInGroupsOfALabel()
    {
        ClusterData data;
        model::NodeRecord record;
        record.id = someId<model::NodeId>(1);
        record.header.labels = {{"zone", "a"}};
        filled(data).apply(records({record}));
        QCOMPARE(gui::models::nodeLabels(data), std::vector<std::string>{"zone"});
        gui::models::PictureOptions options;
        options.groupBy = QStringLiteral("zone");
        const Picture picture = drawUp(data, options);
        QCOMPARE(picture.groups.size(), std::size_t{2});
        QCOMPARE(picture.groups[0].title, QStringLiteral("zone = a"));
        QCOMPARE(picture.groups[1].title, QStringLiteral("zone = none"));
        QVERIFY(picture.groups[0].rect.left() < picture.groups[1].rect.left()); // abreast
        options.width = 400;                                                    // not room for two
        const Picture narrow = drawUp(data, options);
        QVERIFY(narrow.groups[0].rect.top() < narrow.groups[1].rect.top());
    }

    void cardsDoNotOverlapAndStandBelowTheirTitle_data()
    {
        QTest::addColumn<double>("zoom");
        for (const double zoom : {2.0, 1.0, 0.6, 0.25, 0.1})
            QTest::addRow("zoom %.2f", zoom) << zoom;
    }

    void cardsDoNotOverlapAndStandBelowTheirTitle()
    {
        QFETCH(const double, zoom);
        const CardMeasure measure = gui::models::cardMeasure(zoom, 16);
        std::vector<gui::models::Block> blocks(5);
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            blocks[i].hasTitle = i > 0;
            for (std::size_t c = 0; c <= i * 11; ++c)
                blocks[i].heights.push_back(
                    measure.height > 0 ? measure.height : 60 + 17.0 * static_cast<double>(c % 7));
        }
        const double width = 900 / (measure.detail == CardDetail::Chips ? zoom : 1);
        const auto made = gui::models::arrange(blocks, measure, {width, 22, 90});
        QCOMPARE(made.blocks.size(), blocks.size());
        QVERIFY(made.size.width() <= std::max(width, measure.width + 2 * measure.gap));
        std::vector<QRectF> seen;
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            QCOMPARE(made.blocks[i].cards.size(), blocks[i].heights.size());
            QCOMPARE(made.blocks[i].title.isEmpty(), !blocks[i].hasTitle);
            std::vector<QRectF> all = made.blocks[i].cards;
            if (blocks[i].hasTitle)
                all.push_back(made.blocks[i].title);
            for (const QRectF& rect : all) {
                QVERIFY(QRectF(QPointF(), made.size).contains(rect) ||
                        rect == made.blocks[i].title);
                for (const QRectF& other : seen)
                    QVERIFY(!rect.intersects(other));
                seen.push_back(rect);
            }
        }
    }

    void farAwayCardsCount()
    {
        ClusterData data;
        filled(data).apply(facts({someStatus(1, model::Sync::InSync, model::Health::Healthy),
                                  someStatus(2, model::Sync::Blocked, model::Health::Unknown)}));
        gui::models::PictureOptions options;
        options.zoom = 0.4;
        const Picture picture = drawUp(data, options);
        QCOMPARE(picture.detail, CardDetail::Summary);
        QCOMPARE(picture.scale, 1.0);
        const Card& n1 = card(picture, QStringLiteral("n1"));
        QVERIFY(n1.chips.empty());
        QCOMPARE(n1.tally.present, 2);
        QCOMPARE(n1.tally.trouble, 1);
        QCOMPARE(n1.tally.worst, gui::models::Sign::Bad);
        QCOMPARE(gui::models::worstSign(n1), gui::models::Sign::Bad);
        QVERIFY(gui::models::PictureWords::of(n1).contains(QStringLiteral("in trouble: 1")));
        options.zoom = 0.1;
        QCOMPARE(drawUp(data, options).detail, CardDetail::Mark);
    }

    void fitShowsAllOfThreeHundredNodes()
    {
        ClusterData data;
        std::vector<model::Record> all;
        for (unsigned n = 0; n < 300; ++n) {
            model::NodeLedger node;
            node.id = model::NodeId{};
            node.id.value.bytes[14] = static_cast<std::uint8_t>(n / 250);
            node.id.value.bytes[15] = static_cast<std::uint8_t>(n % 250);
            node.hostname = "n" + std::to_string(n);
            all.emplace_back(node);
        }
        data.apply(records(all));
        gui::models::PictureDrafter drafter(data);
        gui::models::PictureOptions options;
        options.width = 900;
        for (const double height : {400.0, 700.0, 1200.0}) {
            options.zoom = drafter.fit(options, height);
            const Picture picture = drafter.draw(options);
            QCOMPARE(picture.cards.size(), std::size_t{300});
            QVERIFY(picture.size.height() * picture.scale <= height);
            QVERIFY(picture.size.width() * picture.scale <= options.width);
            QVERIFY(picture.detail != CardDetail::Chips);
        }
        // Three are as large as they are.
        ClusterData small;
        QCOMPARE(gui::models::PictureDrafter(filled(small)).fit(options, 700), 1.0);
    }

    void filterLeavesOutCardsOfNothing()
    {
        ClusterData data;
        gui::models::PictureOptions options;
        options.filter = QStringLiteral("web");
        options.shows = [](const model::DatasetRecord& record) {
            return record.header.name == "web";
        };
        const Picture picture = drawUp(filled(data), options);
        QCOMPARE(picture.cards.size(), std::size_t{1});
        QCOMPARE(picture.cards.front().chips.size(), qsizetype{1});
    }

    void pictureThatFollowsIsAsOneDrawnAnew()
    {
        ClusterData data;
        gui::models::PictureDrafter drafter(data);
        std::mt19937 random(5); // NOLINT: the same each time
        const auto below = [&](unsigned most) {
            return static_cast<std::uint8_t>(random() % most);
        };
        for (int round = 0; round < 200; ++round) {
            gui::models::Batch batch;
            const auto put = [&](const model::Record& record) {
                if (below(6) == 0)
                    batch.records.push_back(model::RecordRemoved{model::keyOf(record)});
                else
                    batch.records.push_back(model::RecordPut{record});
            };
            const std::uint8_t id = below(30);
            model::DatasetLedger ledger = someLedger(id, below(4));
            if (below(3) == 0) {
                ledger.handover = model::Handover{};
                ledger.handover->source = someId<model::NodeId>(below(4));
                ledger.handover->target = someId<model::NodeId>(below(4));
            }
            put(ledger);
            put(someDataset(below(30), "d" + std::to_string(below(50))));
            if (below(4) == 0)
                put(someNode(below(4), "n" + std::to_string(below(9))));
            batch.facts.push_back(model::DatasetStatusPut{
                someStatus(id, static_cast<model::Sync>(below(3)), model::Health::Healthy)});
            data.apply(batch);
            gui::models::PictureOptions options;
            options.zoom = round % 3 == 2 ? 0.3 : 1; // from compact to full, and back
            QVERIFY(drafter.draw(options) == drawUp(data, options));
        }
    }

    void equalClusterGivesAnEqualPicture()
    {
        ClusterData data;
        filled(data);
        QVERIFY(drawUp(data, {}) == drawUp(data, {}));
    }

    void lettersInOrderFindWords()
    {
        using gui::models::fuzzyScore;
        const auto text = [](const char* words) { return QString::fromLatin1(words); };
        QVERIFY(fuzzyScore(text("wb1"), text("web-1")));
        QVERIFY(!fuzzyScore(text("1bw"), text("web-1")));
        QVERIFY(*fuzzyScore(text("web"), text("web-1")) >
                *fuzzyScore(text("web"), text("my-web-1")));
        QVERIFY(*fuzzyScore(text("web"), text("a web")) >
                *fuzzyScore(text("web"), text("wide band")));
        QVERIFY(!fuzzyScore(text("web"), text("warm cat")));
        QCOMPARE(*fuzzyScore(text(""), text("anything")), 0);
    }
};

QTEST_GUILESS_MAIN(TestPicture)
#include "tst_picture.moc"
