#include "proto/model/names.h"

#include "proto/model/id.h"

#include <QtTest/QtTest>

#include <string>

using namespace drover::model;

namespace {

std::string times(std::size_t count, std::string_view part)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += part;
    return text;
}

Labels pairs(std::size_t count)
{
    Labels labels;
    for (std::size_t i = 0; i < count; ++i)
        labels["k" + std::to_string(i)] = "v";
    return labels;
}

} // namespace

class TestNames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goodNamesPass_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char* name :
             {"a", "9", "web-1", "Web_1.data", "a..b", "by-ids", "BY-ID", "a-", "0123456789abcdef"})
            QTest::newRow(name) << QByteArray(name);
        QTest::newRow("128 characters") << QByteArray(128, 'x');
    }
    void goodNamesPass()
    {
        QFETCH(QByteArray, name);
        const auto checked =
            checkName("dataset", {name.data(), static_cast<std::size_t>(name.size())});
        QVERIFY2(checked.ok(), checked.ok() ? "" : checked.error().message.c_str());
    }

    void badNamesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char* name : {".",
                                 "..",
                                 "../x",
                                 "a/b",
                                 "/etc",
                                 ".hidden",
                                 "-rf",
                                 "_x",
                                 "a b",
                                 "a\tb",
                                 "a\nb",
                                 "caf\xc3\xa9",
                                 "\xff",
                                 "by-id",
                                 "0b1f3c5e-0000-4000-8000-0123456789ab",
                                 "0B1F3C5E-0000-4000-8000-0123456789AB",
                                 "a:b",
                                 "a,b",
                                 "a*",
                                 "~"})
            QTest::newRow(name) << QByteArray(name);
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("129 characters") << QByteArray(129, 'x');
        QTest::newRow("300 characters") << QByteArray(300, 'x');
        QTest::newRow("a zero byte") << QByteArray("a\0b", 3);
    }
    void badNamesAreRefused()
    {
        QFETCH(QByteArray, name);
        const auto checked =
            checkName("dataset", {name.data(), static_cast<std::size_t>(name.size())});
        QVERIFY(!checked.ok());
        QCOMPARE(checked.error().code, ErrorCode::InvalidArgument);
        QVERIFY(checked.error().message.find("dataset name") != std::string::npos);
        QVERIFY2(checked.error().message.size() < 250 && isValidUtf8(checked.error().message),
                 "a message that can be shown");
        QVERIFY(!checked.error().hint.empty());
    }

    void everyRefusedTextComesWithAWayOut()
    {
        const auto hasHint = [](const Result<void>& checked) {
            return !checked.ok() && !checked.error().hint.empty();
        };
        QVERIFY(hasHint(checkText("the reason", "\xff", 9)));
        QVERIFY(hasHint(checkText("the reason", "a\nb", 9)));
        QVERIFY(hasHint(checkText("the reason", "0123456789", 9)));
        QVERIFY(hasHint(checkMetadata(pairs(17))));
        QVERIFY(hasHint(checkMetadata({{"", "v"}})));
        QVERIFY(hasHint(checkMetadata({{std::string(300, 'k'), "v"}})));
        QVERIFY(hasHint(checkMetadata({{"k", std::string(300, 'v')}})));
        QVERIFY(hasHint(checkLabels(pairs(100))));
        QVERIFY(hasHint(checkLabels({{"bad key", "1"}})));
        QVERIFY(hasHint(checkLabels({{"k", std::string(300, 'v')}})));
    }

    void utf8IsRecognised_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("valid");
        const auto row = [](const char* title, const QByteArray& bytes, bool valid) {
            QTest::newRow(title) << bytes << valid;
        };
        row("empty", "", true);
        row("ASCII", "abc", true);
        row("a zero byte", QByteArray("\0", 1), true);
        row("two bytes", "\xc3\xa9", true);
        row("three bytes", "\xe2\x82\xac", true);
        row("four bytes", "\xf0\x9f\x90\x91", true);
        row("last character", "\xf4\x8f\xbf\xbf", true);
        row("before the surrogates", "\xed\x9f\xbf", true);
        row("after the surrogates", "\xee\x80\x80", true);
        row("above the last", "\xf4\x90\x80\x80", false);
        row("surrogate", "\xed\xa0\x80", false);
        row("last surrogate", "\xed\xbf\xbf", false);
        row("overlong two", "\xc0\x80", false);
        row("overlong two, most", "\xc1\xbf", false);
        row("overlong three", "\xe0\x9f\xbf", false);
        row("overlong four", "\xf0\x8f\xbf\xbf", false);
        row("five bytes", "\xf8\x88\x80\x80\x80", false);
        row("lone continuation", "\x80", false);
        row("cut two", "a\xc3", false);
        row("cut three", "\xe2\x82", false);
        row("cut four", "\xf0\x9f\x90", false);
        row("wrong continuation", "\xc3(", false);
        row("0xff", "\xff", false);
    }
    void utf8IsRecognised()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, valid);
        QCOMPARE(isValidUtf8({bytes.data(), static_cast<std::size_t>(bytes.size())}), valid);
    }

    void metadataHasLimits()
    {
        QVERIFY(checkMetadata({}).ok());
        QVERIFY(checkMetadata(pairs(16)).ok());
        QVERIFY(!checkMetadata(pairs(17)).ok());
        QVERIFY(!checkMetadata({{"", "v"}}).ok());
        QVERIFY(checkMetadata({{"k", ""}}).ok());
        QVERIFY(checkMetadata({{"any key: with/everything", "\xc3\xa9 \xf0\x9f\x90\x91"}}).ok());
        QVERIFY2(checkMetadata({{times(256, "\xc3\xa9"), times(256, "\xf0\x9f\x90\x91")}}).ok(),
                 "characters are counted, not bytes");
        QVERIFY(!checkMetadata({{times(257, "x"), "v"}}).ok());
        QVERIFY(!checkMetadata({{"k", times(257, "x")}}).ok());
        QVERIFY(!checkMetadata({{"k", "\xff"}}).ok());
        QVERIFY(!checkMetadata({{"\xff", "v"}}).ok());
        QVERIFY(!checkMetadata({{"k", "a\nb"}}).ok());
        QVERIFY(!checkMetadata({{"k", "a\x7f"}}).ok());
        QVERIFY2(!checkMetadata({{"k", "\xc2\x9b"}}).ok(), "C1 control characters steer terminals");
    }

    void labelsHaveLimits()
    {
        QVERIFY(checkLabels(pairs(64)).ok());
        QVERIFY(!checkLabels(pairs(65)).ok());
        QVERIFY(checkLabels({{"example.com/zone", "eu west"}}).ok());
        QVERIFY(checkLabels({{"a/b/c", ""}}).ok());
        QVERIFY(checkLabels({{times(128, "x"), "v"}}).ok());
        for (const char* key : {"", "/", "/a", "a/", "a//b", "a/../b", "a b", "-a", "caf\xc3\xa9"})
            QVERIFY2(!checkLabels({{key, "v"}}).ok(), key);
        QVERIFY(!checkLabels({{times(129, "x"), "v"}}).ok());
        QVERIFY(!checkLabels({{"k", times(257, "x")}}).ok());
        QVERIFY(!checkLabels({{"k", "\xff"}}).ok());
    }

    void textIsChecked()
    {
        QVERIFY(checkText("the holder", "", 0).ok());
        QVERIFY(checkText("the holder", "\xf0\x9f\x90\x91", 1).ok());
        const auto tooLong = checkText("the holder", "ab", 1);
        QVERIFY(!tooLong.ok());
        QVERIFY(tooLong.error().message.find("the holder has 2 characters") != std::string::npos);
        QVERIFY(!checkText("the holder", std::string_view("a\0b", 3), 9).ok());
    }

    void idsAreReadAndShown()
    {
        const auto id = Uuid::parse("0123ABCD-89ab-cdef-0123-456789abcdef");
        QVERIFY(id.ok());
        QCOMPARE(int{id->bytes[0]}, 0x01);
        QCOMPARE(int{id->bytes[15]}, 0xef);
        QVERIFY(id->toString() == "0123abcd-89ab-cdef-0123-456789abcdef");
        QVERIFY(Uuid::parse("00000000-0000-0000-0000-000000000000")->isNil());
        QVERIFY(!id->isNil());
        QVERIFY(DatasetId::parse(id->toString())->value == *id);
    }

    void otherTextIsNoId_data()
    {
        QTest::addColumn<QByteArray>("input");
        for (const char* input :
             {"", "0123abcd", "0123abcd89abcdef0123456789abcdef",
              "{0123abcd-89ab-cdef-0123-456789abcdef}", "0123abcd-89ab-cdef-0123-456789abcde",
              "0123abcd-89ab-cdef-0123-456789abcdef0", "0123abcd-89ab-cdef-0123-456789abcdeg",
              "0123abcd-89ab-cdef-01234456789abcdef", "0123abcd+89ab-cdef-0123-456789abcdef",
              "01-3abcd-89ab-cdef-0123-456789abcdef"})
            QTest::newRow(*input ? input : "(empty)") << QByteArray(input);
        QTest::newRow("zero bytes") << QByteArray(36, '\0');
        QTest::newRow("long") << QByteArray(100'000, '\xff');
    }
    void otherTextIsNoId()
    {
        QFETCH(QByteArray, input);
        const auto id = Uuid::parse({input.data(), static_cast<std::size_t>(input.size())});
        QVERIFY(!id.ok());
        QCOMPARE(id.error().code, ErrorCode::InvalidArgument);
        QVERIFY(isValidUtf8(id.error().message) && id.error().message.size() < 200);
    }
};

QTEST_APPLESS_MAIN(TestNames)
#include "tst_names.moc"
