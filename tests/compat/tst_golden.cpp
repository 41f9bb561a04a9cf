// The wire and the disk as they once were. A golden file is never changed: a message that was
// written by any version must mean the same to this one, and this one must write it with the same
// bytes.

#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "tests/unit/codec/specimen.h"

#include <QtTest/QtTest>

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace drover;
using tests::Form;

namespace {

QString folder() { return QStringLiteral(DROVER_GOLDEN_DIR); }

QByteArray contentOf(const QString& name)
{
    QFile file(folder() + QLatin1Char('/') + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::string bytesOf(const QString& name)
{
    return QByteArray::fromHex(contentOf(name + QStringLiteral(".hex"))).toStdString();
}

Form formOf(const QString& name)
{
    const QString form = name.section(QLatin1Char('-'), 0, 0);
    if (form == QLatin1String("request"))
        return Form::Request;
    if (form == QLatin1String("reply"))
        return Form::Reply;
    if (form == QLatin1String("stream"))
        return Form::Stream;
    if (form == QLatin1String("tick"))
        return Form::Tick;
    if (form == QLatin1String("record"))
        return Form::Record;
    if (form == QLatin1String("commit"))
        return Form::Commit;
    if (form == QLatin1String("assignments"))
        return Form::Assignments;
    if (form == QLatin1String("assignment"))
        return Form::Assignment;
    qFatal("no form %s", qPrintable(form));
}

// Where something that was in the old JSON is not the same in the new one; empty when all of it is
// there. More may be.
QString lostFrom(const QJsonValue& before, const QJsonValue& after, const QString& path)
{
    if (before.isObject()) {
        if (!after.isObject())
            return path;
        const QJsonObject object = before.toObject();
        for (auto it = object.begin(); it != object.end(); ++it)
            if (const QString lost = lostFrom(it.value(), after.toObject().value(it.key()),
                                              path + QLatin1Char('.') + it.key());
                !lost.isEmpty())
                return lost;
        return {};
    }
    if (before.isArray()) {
        if (!after.isArray() || before.toArray().size() != after.toArray().size())
            return path;
        for (int i = 0; i < before.toArray().size(); ++i)
            if (const QString lost = lostFrom(before.toArray()[i], after.toArray()[i],
                                              path + QStringLiteral("[%1]").arg(i));
                !lost.isEmpty())
                return lost;
        return {};
    }
    return before == after ? QString() : path;
}

void addRows()
{
    QTest::addColumn<QString>("name");
    for (const QString& file : QDir(folder()).entryList({QStringLiteral("*.hex")}))
        QTest::newRow(qPrintable(file)) << file.chopped(4);
}

} // namespace

class TestGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyMessageHasAGoldenFile()
    {
        const auto all = tests::specimens();
        QVERIFY(all.size() > 40);
        for (const auto& one : all) {
            const QString name = QString::fromStdString(one.name);
            QVERIFY2(QFile::exists(folder() + QLatin1Char('/') + name + QStringLiteral(".hex")),
                     qPrintable(name + QStringLiteral(": run record_golden")));
            QCOMPARE(formOf(name), one.form);
        }
    }

    void theBytesAreTheSame_data() { addRows(); }
    void theBytesAreTheSame()
    {
        QFETCH(QString, name);
        const std::string bytes = bytesOf(name);
        QVERIFY(!bytes.empty());
        const std::string again = tests::throughTheModel(formOf(name), bytes);
        QVERIFY2(!again.starts_with("error: "), again.c_str());
        QCOMPARE(QByteArray::fromStdString(again).toHex(),
                 QByteArray::fromStdString(bytes).toHex());
    }

    void theJsonSaysTheSame_data() { addRows(); }
    void theJsonSaysTheSame()
    {
        QFETCH(QString, name);
        const std::string json = tests::jsonOf(formOf(name), bytesOf(name));
        const QByteArray golden = contentOf(name + QStringLiteral(".json"));
        QCOMPARE(golden.isEmpty(), json.empty());
        if (json.empty())
            return;
        QJsonParseError error;
        const auto before = QJsonDocument::fromJson(golden, &error);
        QVERIFY2(error.error == QJsonParseError::NoError, qPrintable(error.errorString()));
        const auto after = QJsonDocument::fromJson(QByteArray::fromStdString(json));
        const QString lost = lostFrom(before.object(), after.object(), {});
        QVERIFY2(lost.isEmpty(), qPrintable(lost + QStringLiteral(" is not what it was")));
    }

    void theJsonIsReadAsTheBytes_data() { addRows(); }
    void theJsonIsReadAsTheBytes()
    {
        QFETCH(QString, name);
        const std::string json = contentOf(name + QStringLiteral(".json")).toStdString();
        if (formOf(name) == Form::Request) {
            const auto request = codec::decodeRequest(json);
            QVERIFY(std::holds_alternative<codec::DecodedRequest>(request));
            const auto& fromJson = std::get<codec::DecodedRequest>(request);
            QVERIFY(codec::encodeRequest(fromJson.request) == bytesOf(name));
        } else if (formOf(name) == Form::Reply) {
            const auto reply = codec::decodeReply(json);
            QVERIFY(reply.ok());
            QVERIFY(codec::encodeReply(*reply, /*json=*/false) == bytesOf(name));
        }
    }
};

QTEST_APPLESS_MAIN(TestGolden)
#include "tst_golden.moc"
