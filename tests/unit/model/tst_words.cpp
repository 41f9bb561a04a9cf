#include "proto/model/api.h"

#include <QtTest/QtTest>

#include <set>
#include <string>

using namespace drover::model;

namespace {

Uuid uuid(std::uint8_t last)
{
    Uuid id;
    id.bytes[15] = last;
    return id;
}

// The verb names of each alternative of a variant, default-made.
template <class Verb, std::size_t... I>
std::set<std::string> namesOf(std::index_sequence<I...>)
{
    return {std::string(verbName(Verb{std::in_place_index<I>}))...};
}
template <class Verb>
std::set<std::string> namesOf()
{
    return namesOf<Verb>(std::make_index_sequence<std::variant_size_v<Verb>>{});
}

} // namespace

class TestWords : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCodeHasItsOwnWord()
    {
        std::set<std::string> words;
        for (std::uint32_t i = 1; i <= 27; ++i)
            words.insert(toString(static_cast<ErrorCode>(i)));
        QCOMPARE(words.size(), std::size_t{27});
        QVERIFY(!words.contains("UNKNOWN"));
        QCOMPARE(std::string(toString(static_cast<ErrorCode>(9999))), std::string("UNKNOWN"));
    }

    void anErrorNamesItsObjectOnce_data()
    {
        QTest::addColumn<QString>("subject");
        QTest::addColumn<QString>("message");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* subject, const char* message, const char* sentence) {
            QTest::newRow(sentence) << QString::fromLatin1(subject) << QString::fromLatin1(message)
                                    << QString::fromLatin1(sentence);
        };
        row("dataset web", "held by jenkins", "dataset web: held by jenkins");
        row("", "no operation", "no operation");
        row("node n1", "node n1 is alive", "node n1 is alive");
        row("dataset web", "the dataset web is leased by n1/vm",
            "the dataset web is leased by n1/vm");
        row("node n1", "operation 2 of 3: node n1 is alive", "operation 2 of 3: node n1 is alive");
        row("node n1", "node n10 is alive", "node n1: node n10 is alive");
        row("dataset web", "the dataset web-2 is there", "dataset web: the dataset web-2 is there");
        row("alice.key", "alice.key exists already", "alice.key exists already");
        row("node n1", "which pool of node n1", "which pool of node n1");
        row("dataset web", "", "dataset web: IN_USE");
    }
    void anErrorNamesItsObjectOnce()
    {
        QFETCH(QString, subject);
        QFETCH(QString, message);
        QFETCH(QString, sentence);
        const Error error{ErrorCode::InUse, message.toStdString(), subject.toStdString(), ""};
        QCOMPARE(QString::fromStdString(sentenceOf(error)), sentence);
    }

    void exitClassesFollowTheCode()
    {
        QCOMPARE(exitClass(ErrorCode::InvalidArgument), ExitClass::Usage);
        QCOMPARE(exitClass(ErrorCode::InUse), ExitClass::Refused);
        QCOMPARE(exitClass(ErrorCode::Unavailable), ExitClass::Unreachable);
        QCOMPARE(exitClass(ErrorCode::Timeout), ExitClass::TimedOut);
        QCOMPARE(exitClass(static_cast<ErrorCode>(9999)), ExitClass::Refused);
    }

    void wordsAreReadBack()
    {
        for (std::uint32_t i = 1; i <= 22; ++i) {
            const auto type = static_cast<ConditionType>(i);
            QVERIFY(parseConditionType(toString(type)) == type);
        }
        for (std::uint32_t i = 1; i <= 5; ++i)
            QVERIFY(parseKeyRole(toString(static_cast<KeyRole>(i))) == static_cast<KeyRole>(i));
        for (std::uint32_t i = 1; i <= 3; ++i)
            QVERIFY(parseFence(toString(static_cast<Fence>(i))) == static_cast<Fence>(i));
        QVERIFY(!parseConditionType("unknown"));
        QVERIFY(!parseKeyRole("Admin"));
        QVERIFY(!parseFence(""));
    }

    void verbsHaveDifferentNames()
    {
        QCOMPARE(namesOf<WriteVerb>().size(), std::variant_size_v<WriteVerb>);
        QCOMPARE(namesOf<ReadVerb>().size(), std::variant_size_v<ReadVerb>);
        QCOMPARE(namesOf<AgentVerb>().size(), std::variant_size_v<AgentVerb>);
        QCOMPARE(std::string(verbName(WriteVerb{NodeCordon{.node = {}, .cordoned = false}})),
                 std::string("node.uncordon"));
    }

    void topicsEndInASlash()
    {
        for (const Stream stream : {Stream::Config, Stream::Log, Stream::State})
            QVERIFY(std::string_view(topicOf(stream)).ends_with('/'));
    }

    // One record of each kind with the same id: the keys differ by kind, and the order of Record's
    // alternatives is that of the kinds.
    void keysNameTheirRecord()
    {
        ClusterRecord cluster;
        cluster.id = ClusterId{uuid(7)};
        DatasetRecord dataset;
        dataset.id = DatasetId{uuid(7)};
        NodeRecord node;
        node.id = NodeId{uuid(7)};
        KeyRecord key;
        key.publicKey = "k";
        DatasetLedger datasetLedger;
        datasetLedger.id = DatasetId{uuid(7)};
        NodeLedger nodeLedger;
        nodeLedger.id = NodeId{uuid(7)};
        PoolLedger pool;
        pool.id = PoolId{uuid(7)};
        LeaseRecord lease;
        lease.token = LeaseToken{uuid(7)};
        const std::string raw = std::string(15, '\0') + '\7';

        QVERIFY(keyOf(Record{cluster}) == (RecordKey{RecordKind::Cluster, ""}));
        QVERIFY(keyOf(Record{dataset}) == (RecordKey{RecordKind::Dataset, raw}));
        QVERIFY(keyOf(Record{node}) == (RecordKey{RecordKind::Node, raw}));
        QVERIFY(keyOf(Record{key}) == (RecordKey{RecordKind::Key, "k"}));
        QVERIFY(keyOf(Record{HistoryRecord{}}) == (RecordKey{RecordKind::History, ""}));
        QVERIFY(keyOf(Record{datasetLedger}) == (RecordKey{RecordKind::DatasetLedger, raw}));
        QVERIFY(keyOf(Record{nodeLedger}) == (RecordKey{RecordKind::NodeLedger, raw}));
        QVERIFY(keyOf(Record{pool}) == (RecordKey{RecordKind::PoolLedger, raw}));
        QVERIFY(keyOf(Record{lease}) == (RecordKey{RecordKind::Lease, raw}));
        QVERIFY(keyOf(Record{Tombstone{DatasetId{uuid(7)}}}) ==
                (RecordKey{RecordKind::Tombstone, raw}));
        QVERIFY(keyOf(Change{RecordPut{dataset}}) == keyOf(Record{dataset}));
        QVERIFY(keyOf(Change{RecordRemoved{{RecordKind::Lease, raw}}}) ==
                (RecordKey{RecordKind::Lease, raw}));
    }
};

QTEST_APPLESS_MAIN(TestWords)
#include "tst_words.moc"
