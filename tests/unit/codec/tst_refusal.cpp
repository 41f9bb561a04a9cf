// What the door does not let through, and how it says so.

#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "proto/codec/store_codec.h"
#include "proto/codec/stream_codec.h"
#include "tests/unit/codec/bad_requests.h"
#include "tests/unit/codec/specimen.h"

#include "drover/store/v1/store.pb.h"
#include "drover/v1/envelope.pb.h"

#include <QtTest/QtTest>

#include <random>

using namespace drover;
using model::ErrorCode;
using tests::Form;

namespace {

v1::Request goodWrite()
{
    v1::Request request;
    request.set_protocol_version(1);
    request.set_request_id("r1");
    request.set_deadline_ms(1'700'000'000'000);
    request.mutable_write()->add_operations()->mutable_dataset_create()->set_name("web-1");
    return request;
}

void addUnknownField(google::protobuf::Message& message)
{
    message.GetReflection()->MutableUnknownFields(&message)->AddVarint(9999, 1);
}

const codec::DecodeFailure* failureOf(const codec::RequestDecoding& decoding)
{
    return std::get_if<codec::DecodeFailure>(&decoding);
}

} // namespace

class TestRefusal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void badRequestsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("frame");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("says");
        QTest::addColumn<QString>("requestId");
        for (const tests::BadRequest& bad : tests::badRequests())
            QTest::newRow(bad.title)
                << QByteArray::fromStdString(bad.frame) << bad.code << QString::fromLatin1(bad.says)
                << QString::fromLatin1(bad.requestId);
    }
    void badRequestsAreRefused()
    {
        QFETCH(QByteArray, frame);
        QFETCH(ErrorCode, code);
        QFETCH(QString, says);
        QFETCH(QString, requestId);
        const auto decoding =
            codec::decodeRequest({frame.data(), static_cast<std::size_t>(frame.size())});
        const auto* failure = failureOf(decoding);
        QVERIFY(failure);
        QVERIFY2(QString::fromStdString(failure->error.message).contains(says),
                 failure->error.message.c_str());
        QCOMPARE(model::toString(failure->error.code), model::toString(code));
        QCOMPARE(QString::fromStdString(failure->requestId), requestId);
        QCOMPARE(failure->json, frame.startsWith('{'));
        QVERIFY2(!failure->error.hint.empty(), failure->error.message.c_str());
        // The refusal itself can be sent.
        model::Reply reply;
        reply.error = failure->error;
        QVERIFY(codec::decodeReply(codec::encodeReply(reply, failure->json)).ok());
    }

    void theObjectIsNamedInTheError()
    {
        const auto decoding =
            codec::decodeRequest(tests::creating(R"("name":"web-1","sizeBytes":1)"));
        QVERIFY(failureOf(decoding));
        QCOMPARE(failureOf(decoding)->error.subject, std::string("dataset web-1"));
    }

    void unknownFieldsOfAWriteAreRefusedByNumber()
    {
        const auto refused = [](const v1::Request& request, const char* where) {
            const auto decoding = codec::decodeRequest(request.SerializeAsString());
            const auto* failure = failureOf(decoding);
            QVERIFY(failure);
            QCOMPARE(failure->error.code, ErrorCode::UnknownFields);
            QVERIFY2(failure->error.message.find(where) != std::string::npos,
                     failure->error.message.c_str());
            QCOMPARE(failure->requestId, std::string("r1"));
        };
        QVERIFY(!failureOf(codec::decodeRequest(goodWrite().SerializeAsString())));
        auto request = goodWrite();
        addUnknownField(request);
        refused(request, "field 9999");
        request = goodWrite();
        addUnknownField(*request.mutable_write());
        refused(request, "write: field 9999");
        request = goodWrite();
        addUnknownField(*request.mutable_write()->mutable_operations(0)->mutable_dataset_create());
        refused(request, "write.operations[0].dataset_create: field 9999");
        request = goodWrite();
        addUnknownField(*request.mutable_write()
                             ->mutable_operations(0)
                             ->mutable_dataset_create()
                             ->mutable_node());
        refused(request, "write.operations[0].dataset_create.node: field 9999");
    }

    void unknownFieldsOfAReadAreIgnored()
    {
        v1::Request request;
        request.set_request_id("r1");
        addUnknownField(*request.mutable_status_get());
        addUnknownField(request);
        QVERIFY(!failureOf(codec::decodeRequest(request.SerializeAsString())));
        QVERIFY(!failureOf(
            codec::decodeRequest(R"({"requestId":"r1","datasetList":{"colour":"blue"}})")));
    }

    void textThatIsNotUtf8IsRefused()
    {
        auto bytes = goodWrite().SerializeAsString();
        bytes.replace(bytes.find("web-1"), 5, "web-\xff");
        const auto decoding = codec::decodeRequest(bytes);
        QVERIFY(failureOf(decoding));
        QCOMPARE(failureOf(decoding)->error.code, ErrorCode::Malformed);
        QCOMPARE(failureOf(decoding)->requestId, std::string("r1"));
    }

    void aNewerControlDoesNotHurtAClient()
    {
        v1::StreamMessage message;
        message.set_stream(v1::STREAM_STATE);
        addUnknownField(message);
        message.add_facts(); // of a kind from the future
        message.add_facts()->mutable_dataset_put()->set_sync(static_cast<v1::Sync>(99));
        message.mutable_commit()->add_changes()->mutable_put();
        message.mutable_commit()->add_changes()->mutable_removed()->set_kind(
            static_cast<v1::RecordKind>(99));
        const auto decoded = codec::decodeStreamMessage(message.SerializeAsString());
        QVERIFY(decoded.ok());
        QCOMPARE(decoded->facts.size(), std::size_t{1});
        QCOMPARE(decoded->commit->changes.size(), std::size_t{0});
        v1::Reply reply;
        reply.set_protocol_version(2);
        QCOMPARE(codec::decodeReply(reply.SerializeAsString()).error().code,
                 ErrorCode::UnsupportedVersion);
    }

    void theDiskIsNotHalfUnderstood()
    {
        store::v1::StoredCommit commit;
        const auto code = [&] {
            const auto decoded = codec::decodeCommit(commit.SerializeAsString());
            return decoded.ok() ? std::string("ok")
                                : std::string(model::toString(decoded.error().code));
        };
        QCOMPARE(code(), std::string("MALFORMED")); // an empty row is damage
        commit.set_format(1);
        QCOMPARE(code(), std::string("ok"));
        commit.set_format(2);
        QCOMPARE(code(), std::string("UNSUPPORTED"));
        commit.set_format(1);
        addUnknownField(*commit.mutable_commit());
        QCOMPARE(code(), std::string("UNSUPPORTED"));
        commit.clear_commit();
        commit.mutable_commit()->add_changes()->mutable_put();
        QCOMPARE(code(), std::string("UNSUPPORTED"));
        commit.clear_commit();
        commit.mutable_commit()->add_changes()->mutable_removed()->set_kind(
            static_cast<v1::RecordKind>(99));
        QCOMPARE(code(), std::string("UNSUPPORTED"));
        commit.clear_commit();
        commit.mutable_commit()->add_changes()->mutable_put()->mutable_tombstone()->set_id(
            "nonsense");
        QCOMPARE(code(), std::string("INVALID_ARGUMENT"));
    }

    // Whatever is cut off at any byte is refused or is a whole smaller message; nothing crashes,
    // and a request never comes out as another one.
    void cutFramesDoNoHarm()
    {
        for (const auto& one : tests::specimens())
            for (std::size_t length = 0; length < one.bytes.size(); ++length)
                QVERIFY(tests::throughTheModel(one.form, one.bytes.substr(0, length)) != one.bytes);
    }

    void flippedBitsDoNoHarm()
    {
        std::mt19937 random(20'240'229);
        for (const auto& one : tests::specimens())
            for (int i = 0; i < 300; ++i) {
                std::string bytes = one.bytes;
                if (bytes.empty())
                    break;
                bytes[random() % bytes.size()] ^= static_cast<char>(1U << (random() % 8));
                const std::string again = tests::throughTheModel(one.form, bytes);
                QVERIFY(again.starts_with("error: ") ||
                        tests::throughTheModel(one.form, again) == again);
            }
    }

    void randomBytesDoNoHarm()
    {
        std::mt19937 random(4711);
        for (int i = 0; i < 100'000; ++i) {
            std::string bytes(random() % 120, '\0');
            for (char& byte : bytes)
                byte = static_cast<char>(random());
            if (i % 4 == 0 && !bytes.empty())
                bytes[0] = '{';
            // The beginnings of real messages reach further.
            if (i % 4 == 1)
                bytes = "\x08\x01\x12\x01r" + bytes;
            const auto decoding = codec::decodeRequest(bytes);
            QVERIFY(!failureOf(decoding) || !failureOf(decoding)->error.message.empty());
            for (const Form form : {Form::Reply, Form::Stream, Form::Tick, Form::Record,
                                    Form::Commit, Form::Assignments, Form::Assignment})
                static_cast<void>(tests::throughTheModel(form, bytes));
        }
    }

    void deepNestingIsRefused()
    {
        // Groups within groups, as unknown fields: 0x0b opens group 1.
        const auto decoding = codec::decodeRequest(std::string(100'000, '\x0b'));
        QVERIFY(failureOf(decoding));
        // A thousand nested length-delimited fields.
        std::string nested;
        for (int i = 0; i < 1000; ++i) {
            const std::size_t size = nested.size();
            if (size > 16'000)
                break;
            nested = std::string("\x2a") + static_cast<char>(0x80 | (size & 0x7f)) +
                     static_cast<char>(size >> 7) + nested;
        }
        QVERIFY(failureOf(codec::decodeRequest(nested)));
    }
};

QTEST_APPLESS_MAIN(TestRefusal)
#include "tst_refusal.moc"
