#include "proto/codec/json.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "proto/codec/store_codec.h"
#include "proto/codec/stream_codec.h"
#include "tests/unit/codec/specimen.h"

#include <QtTest/QtTest>

#include <nlohmann/json.hpp>

#include <set>

using namespace drover;
using tests::Form;
using tests::Specimen;

namespace {

const Specimen& specimen(const std::string& name)
{
    static const auto all = tests::specimens();
    for (const Specimen& one : all)
        if (one.name == name)
            return one;
    qFatal("no specimen %s", name.c_str());
}

// The request in a frame that must be good.
codec::DecodedRequest decodedRequest(std::string_view frame)
{
    const auto decoding = codec::decodeRequest(frame);
    if (const auto* failure = std::get_if<codec::DecodeFailure>(&decoding))
        qFatal("refused: %s", failure->error.message.c_str());
    return std::get<codec::DecodedRequest>(decoding);
}

} // namespace

class TestRoundtrip : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFieldSurvivesTheModel_data()
    {
        QTest::addColumn<QString>("name");
        for (const Specimen& one : tests::specimens())
            QTest::newRow(one.name.c_str()) << QString::fromStdString(one.name);
    }
    void everyFieldSurvivesTheModel()
    {
        QFETCH(QString, name);
        const Specimen& one = specimen(name.toStdString());
        const std::string again = tests::throughTheModel(one.form, one.bytes);
        QVERIFY2(!again.starts_with("error: "), again.c_str());
        if (again != one.bytes) {
            // As JSON the difference can be read.
            QCOMPARE(QString::fromStdString(tests::jsonOf(one.form, again)),
                     QString::fromStdString(tests::jsonOf(one.form, one.bytes)));
            QFAIL("the bytes differ");
        }
    }

    void jsonSaysTheSameAsBinary_data()
    {
        QTest::addColumn<QString>("name");
        for (const Specimen& one : tests::specimens())
            if (one.form == Form::Request || one.form == Form::Reply)
                QTest::newRow(one.name.c_str()) << QString::fromStdString(one.name);
    }
    void jsonSaysTheSameAsBinary()
    {
        QFETCH(QString, name);
        const Specimen& one = specimen(name.toStdString());
        if (one.form == Form::Reply) {
            const auto reply = codec::decodeReply(one.bytes);
            QVERIFY(reply.ok());
            const auto again = codec::decodeReply(codec::encodeReply(*reply, /*json=*/true));
            QVERIFY2(again.ok(), again.ok() ? "" : again.error().message.c_str());
            QVERIFY(*again == *reply);
            return;
        }
        const auto decoded = decodedRequest(one.bytes);
        QVERIFY(!decoded.json);
        const auto fromJson = decodedRequest(codec::encodeRequest(decoded.request, /*json=*/true));
        QVERIFY(fromJson.json);
        QVERIFY(fromJson.request == decoded.request);
        QCOMPARE(fromJson.bodyDigest, decoded.bodyDigest);
        QCOMPARE(fromJson.bodyDigest.empty(),
                 !std::holds_alternative<model::Write>(decoded.request.body));
    }

    void everyVerbHasASpecimen()
    {
        const auto decoded = decodedRequest(specimen("request-write").bytes);
        std::set<std::size_t> verbs;
        for (const auto& operation : std::get<model::Write>(decoded.request.body).operations)
            verbs.insert(operation.verb.index());
        QCOMPARE(verbs.size(), std::variant_size_v<model::WriteVerb>);
        std::size_t others = 0;
        std::size_t bodies = 0;
        for (const Specimen& one : tests::specimens()) {
            if (one.form == Form::Request && one.name != "request-write")
                ++others;
            if (one.form == Form::Reply)
                ++bodies;
        }
        QCOMPARE(others,
                 std::variant_size_v<model::ReadVerb> + std::variant_size_v<model::AgentVerb>);
        QCOMPARE(bodies, std::variant_size_v<model::ReplyBody> - 1);
    }

    void theDigestIsOfWhatIsAsked()
    {
        const auto decoded = decodedRequest(specimen("request-write").bytes);
        auto request = decoded.request;
        const auto digest = [&] {
            return decodedRequest(codec::encodeRequest(request)).bodyDigest;
        };
        request.requestId = "another";
        request.deadline = *request.deadline + std::chrono::seconds{5};
        QCOMPARE(digest(), decoded.bodyDigest);
        std::get<model::Write>(request.body).operations.pop_back();
        QVERIFY(digest() != decoded.bodyDigest);
    }

    // A field that says "yes" when it is left out, as the documentation promises.
    void absentFieldsHaveTheirMeaning()
    {
        const auto decode = [](const std::string& text) { return decodedRequest(text).request; };
        const auto cordon = decode(
            R"({"requestId":"1","deadlineMs":1,"write":{"operations":[{"nodeCordon":{"node":{"name":"n1"}}}]}})");
        QVERIFY(std::get<model::NodeCordon>(std::get<model::Write>(cordon.body).operations[0].verb)
                    .cordoned);
        QCOMPARE(cordon.protocolVersion, model::kProtocolVersion);
        const auto uncordon = decode(
            R"({"requestId":"1","deadlineMs":1,"write":{"operations":[{"nodeCordon":{"node":{"name":"n1"},"cordoned":false}}]}})");
        QVERIFY(
            !std::get<model::NodeCordon>(std::get<model::Write>(uncordon.body).operations[0].verb)
                 .cordoned);
        const auto history = decode(R"({"requestId":"1","historyList":{}})");
        QCOMPARE(std::get<model::HistoryList>(std::get<model::ReadVerb>(history.body)).limit, 50U);
        const auto hello = decode(R"({"requestId":"1","clientHello":{}})");
        QVERIFY(std::get<model::ClientHello>(std::get<model::ReadVerb>(hello.body)) ==
                model::ClientHello{});
    }

    void emptyValuesSurvive()
    {
        QVERIFY(*codec::decodeReply(codec::encodeReply({}, false)) == model::Reply{});
        QVERIFY(*codec::decodeStreamMessage(codec::encodeStreamMessage({})) ==
                model::StreamMessage{});
        QVERIFY(*codec::decodeTick(codec::encodeTick({})) == model::Tick{});
        QVERIFY(*codec::decodeCommit(codec::encodeCommit({})) == model::Commit{});
        QVERIFY(*codec::decodeRecord(codec::encodeRecord(model::Tombstone{})) ==
                model::Record{model::Tombstone{}});
        QVERIFY(*codec::decodeRecord(codec::encodeRecord(model::DatasetLedger{})) ==
                model::Record{model::DatasetLedger{}});
        QVERIFY(*codec::decodeAssignments(codec::encodeAssignments({})) ==
                codec::SavedAssignments{});
    }

    void extremeValuesSurviveTheDisk()
    {
        model::ClusterRecord cluster;
        cluster.deleteGrace = model::Duration::max();
        cluster.header.createdAt = model::TimePoint::min();
        cluster.header.modRevision = ~0ULL;
        QVERIFY(*codec::decodeRecord(codec::encodeRecord(cluster)) == model::Record{cluster});
    }

    // What the machine says may be any bytes, and must not make the message around it unreadable.
    void textThatIsNotUtf8IsMended_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("mended");
        const auto row = [](const char* title, const char* text, const char* mended) {
            QTest::newRow(title) << QByteArray(text) << QByteArray(mended);
        };
        row("good", "caf\xc3\xa9", "caf\xc3\xa9");
        row("one byte",
            "a\xff"
            "b",
            "a\xEF\xBF\xBD"
            "b");
        row("Latin-1", "caf\xe9", "caf\xEF\xBF\xBD");
        row("cut", "\xf0\x9f\x90", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
        row("overlong", "\xc0\x80x", "\xEF\xBF\xBD\xEF\xBF\xBDx");
        row("between good ones", "\xe2\x82\xac\x80\xe2\x82\xac",
            "\xe2\x82\xac\xEF\xBF\xBD\xe2\x82\xac");
    }
    void textThatIsNotUtf8IsMended()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, mended);
        model::Reply reply;
        reply.error = model::Error{model::ErrorCode::Io, text.toStdString(), "", ""};
        for (const bool json : {false, true}) {
            const auto again = codec::decodeReply(codec::encodeReply(reply, json));
            QVERIFY(again.ok());
            QCOMPARE(QByteArray::fromStdString(again->error->message), mended);
        }
    }

    // A report must get through, whatever the machine told the agent; and a terminal must not be
    // steered by it.
    void whatAgentsSayIsCleaned()
    {
        model::Report report;
        report.session = model::SessionId{model::Uuid{{1}}};
        report.n = 1;
        model::PoolState pool;
        pool.id = model::PoolId{model::Uuid{{2}}};
        pool.name = "default";
        pool.kind = "directory";
        pool.capacity.value = ~0ULL;
        pool.conditions.resize(3);
        pool.conditions[0].message = "pid 7 (a\x1b[2J\nb\x7f\xc2\x9b";
        pool.conditions[0].suggestion = "caf\xc3\xa9";
        pool.conditions[1].message = std::string(2047, 'x') + "\xc3\xa9";
        pool.conditions[2].message = std::string(2048, '\x1b');
        report.pools = {pool};
        model::Request request;
        request.requestId = "1";
        request.body = model::AgentVerb{report};
        const auto decoded = decodedRequest(codec::encodeRequest(request)).request;
        const auto& got =
            std::get<model::Report>(std::get<model::AgentVerb>(decoded.body)).pools.at(0);
        QCOMPARE(got.capacity.value, model::kMaximumDatasetSize.value);
        const std::string bad = "\xEF\xBF\xBD";
        QCOMPARE(got.conditions.at(0).message, "pid 7 (a" + bad + "[2J" + bad + "b" + bad + bad);
        QCOMPARE(got.conditions.at(0).suggestion, std::string("caf\xc3\xa9"));
        QCOMPARE(got.conditions.at(1).message, std::string(2047, 'x'));
        // Cut after it was cleaned, so that it is the same when it is read again.
        QCOMPARE(got.conditions.at(2).message.size(), std::size_t{2046});
    }

    void mapsArePrintedInTheOrderOfTheirKeys()
    {
        model::Apply configuration;
        configuration.datasets.resize(1);
        std::string expected;
        for (int i = 10; i < 60; ++i)
            configuration.datasets[0].labels["k" + std::to_string(i)] = "v";
        for (const auto& [key, value] : configuration.datasets[0].labels)
            expected += (expected.empty() ? "\"" : ",\"") + key + "\":\"v\"";
        QVERIFY(codec::toJson(configuration).find("\"labels\":{" + expected + "}") !=
                std::string::npos);
    }

    void jsonHasEveryFieldButAbsentOnes()
    {
        model::StatusResult status;
        const auto json = nlohmann::json::parse(codec::toJson(status));
        QVERIFY(json["datasets"] == "0");
        QVERIFY(json["safeMode"] == false);
        QVERIFY(json["conditions"].is_array());
        model::DatasetView view;
        QVERIFY(!nlohmann::json::parse(codec::toJson(view)).contains("ledger"));
        QCOMPARE(codec::toJson(model::ReplyBody{}), std::string("{}"));
        QVERIFY(codec::toJson(model::Error{}, codec::JsonStyle::Indented).find('\n') !=
                std::string::npos);
        QVERIFY(codec::toJson(model::Error{}).find('\n') == std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestRoundtrip)
#include "tst_roundtrip.moc"
