// The page docs/protocol.md promises that it is enough. Its examples are decoded, and everything
// that the schema has must be on it.

#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"

#include "drover/v1/envelope.pb.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include <QtTest/QtTest>

#include <QFile>

using namespace drover;

namespace {

QString page()
{
    static const QString text = [] {
        QFile file(QStringLiteral(DROVER_PROTOCOL_PAGE));
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }();
    return text;
}

// The blocks that begin with this line, up to the closing fence.
QStringList blocks(const QString& fence)
{
    QStringList all;
    qsizetype from = 0;
    while ((from = page().indexOf(fence + QLatin1Char('\n'), from)) >= 0) {
        from += fence.size() + 1;
        const qsizetype end = page().indexOf(QStringLiteral("\n```"), from);
        all << page().mid(from, end - from);
        from = end;
    }
    return all;
}

void addRows(const QString& fence)
{
    QTest::addColumn<QString>("json");
    int number = 0;
    for (const QString& block : blocks(fence))
        QTest::addRow("%d", ++number) << block;
}

} // namespace

class TestProtocolPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyExampleIsOfAKnownKind()
    {
        QVERIFY(blocks(QStringLiteral("```json request")).size() >= 8);
        QVERIFY(blocks(QStringLiteral("```json reply")).size() >= 4);
        QCOMPARE(page().count(QStringLiteral("```json")),
                 blocks(QStringLiteral("```json request")).size() +
                     blocks(QStringLiteral("```json reply")).size());
    }

    void requestsAreGood_data() { addRows(QStringLiteral("```json request")); }
    void requestsAreGood()
    {
        QFETCH(QString, json);
        const auto decoding = codec::decodeRequest(json.toStdString());
        const auto* failure = std::get_if<codec::DecodeFailure>(&decoding);
        QVERIFY2(!failure, failure ? failure->error.message.c_str() : "");
        QVERIFY(std::get<codec::DecodedRequest>(decoding).json);
        v1::Request strict; // reads would let unknown fields pass
        QVERIFY(google::protobuf::util::JsonStringToMessage(json.toStdString(), &strict).ok());
    }

    void repliesAreGood_data() { addRows(QStringLiteral("```json reply")); }
    void repliesAreGood()
    {
        QFETCH(QString, json);
        QVERIFY(codec::decodeReply(json.toStdString()).ok());
        v1::Reply strict;
        QVERIFY(google::protobuf::util::JsonStringToMessage(json.toStdString(), &strict).ok());
    }

    void everyVerbAndAnswerIsOnThePage()
    {
        for (const auto* type :
             {v1::Operation::descriptor(), v1::Request::descriptor(), v1::Reply::descriptor()})
            for (int i = 0; i < type->oneof_decl(0)->field_count(); ++i) {
                const QString name =
                    QString::fromStdString(type->oneof_decl(0)->field(i)->json_name());
                QVERIFY2(page().contains(QStringLiteral("`%1`").arg(name)),
                         qPrintable(name + QStringLiteral(" is missing")));
            }
    }

    void everyErrorCodeIsOnThePage()
    {
        const auto* codes = v1::ErrorCode_descriptor();
        for (int i = 1; i < codes->value_count(); ++i) {
            const QString name = QString::fromStdString(codes->value(i)->name())
                                     .mid(QStringLiteral("ERROR_CODE_").size());
            QVERIFY2(page().contains(QStringLiteral("| `%1` |").arg(name)),
                     qPrintable(name + QStringLiteral(" is missing")));
        }
    }
};

QTEST_APPLESS_MAIN(TestProtocolPage)
#include "tst_protocol_page.moc"
