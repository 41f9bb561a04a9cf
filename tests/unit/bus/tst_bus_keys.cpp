// Keys, their files, and who is admitted.

#include "bus/transport/authenticator.h"
#include "bus/transport/context.h"
#include "bus/transport/keys.h"

#include <QtTest>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <sys/stat.h>

using namespace drover::bus;

namespace {

std::string contentOf(const std::filesystem::path& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

class TestBusKeys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pairBelongsTogether()
    {
        const auto pair = *generateKeyPair();
        QVERIFY(isKey(pair.publicKey) && isKey(pair.secretKey));
        QCOMPARE(*publicKeyOf(pair.secretKey), pair.publicKey);
        QCOMPARE(*fromBinaryKey(*toBinaryKey(pair.publicKey)), pair.publicKey);
        QVERIFY(pair != *generateKeyPair());
    }

    void malformedKeysAreNone_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("short") << QByteArray(39, '0');
        QTest::newRow("long") << QByteArray(41, '0');
        QTest::newRow("characters outside Z85") << QByteArray(39, '0') + '"';
        QTest::newRow("zero byte") << QByteArray(39, '0') + '\0';
        QTest::newRow("value beyond 32 bits") << QByteArray(40, '#');
    }
    void malformedKeysAreNone()
    {
        QFETCH(QByteArray, key);
        QVERIFY(!isKey(key.toStdString()));
        QVERIFY(!publicKeyOf(key.toStdString()).hasValue());
    }

    void fingerprintTellsKeysApart()
    {
        const auto one = *generateKeyPair();
        const auto other = *generateKeyPair();
        QCOMPARE(fingerprint(one.publicKey).size(), std::size_t{39});
        QVERIFY(fingerprint(one.publicKey) != fingerprint(other.publicKey));
        // The example of RFC 32: the digits are those of its first 16 bytes.
        QCOMPARE(fingerprint("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"),
                 std::string("8e0b-dd69-7628-b91d-8f24-5587-ee95-c5b0"));
    }

    void certificateComesBackAsItWasWritten()
    {
        QTemporaryDir folder;
        const std::filesystem::path path =
            folder.filePath(QStringLiteral("node.key")).toStdString();
        const Certificate written{*generateKeyPair(),
                                  {{"name", "node 1 # not a comment"}, {"role", "node"}}};
        QVERIFY(writeCertificate(path, written, WhenPresent::Refuse).hasValue());
        const auto read = readCertificate(path);
        QVERIFY2(read.hasValue(), read ? "" : read.reason().c_str());
        QCOMPARE(read->keys, written.keys);
        QCOMPARE(read->metadata, written.metadata);
        struct stat info
        {};
        QCOMPARE(::stat(path.c_str(), &info), 0);
        QCOMPARE(info.st_mode & 07777U, 0600U);
        // Nothing else is left in the folder.
        QCOMPARE(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}),
                 std::ptrdiff_t{1});
    }

    void publicCertificateHasNoSecret()
    {
        QTemporaryDir folder;
        const std::filesystem::path path =
            folder.filePath(QStringLiteral("control.pub")).toStdString();
        const auto keys = *generateKeyPair();
        QVERIFY(writeCertificate(path, {{keys.publicKey, {}}, {}}, WhenPresent::Refuse).hasValue());
        QVERIFY(contentOf(path).find("secret-key") == std::string::npos);
        QCOMPARE(readCertificate(path)->keys.publicKey, keys.publicKey);
    }

    void fileThatIsThereIsKeptUnlessReplacingWasAskedFor()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath(QStringLiteral("k")).toStdString();
        const Certificate first{*generateKeyPair(), {}};
        const Certificate second{*generateKeyPair(), {}};
        QVERIFY(writeCertificate(path, first, WhenPresent::Refuse).hasValue());
        const auto refused = writeCertificate(path, second, WhenPresent::Refuse);
        QVERIFY(!refused.hasValue());
        QVERIFY(refused.reason().find("exists already") != std::string::npos);
        QCOMPARE(readCertificate(path)->keys, first.keys);
        QVERIFY(writeCertificate(path, second, WhenPresent::Replace).hasValue());
        QCOMPARE(readCertificate(path)->keys, second.keys);
    }

    void secretThatOthersCanReadIsRefused()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath(QStringLiteral("k")).toStdString();
        QVERIFY(writeCertificate(path, {*generateKeyPair(), {}}, WhenPresent::Refuse).hasValue());
        QCOMPARE(::chmod(path.c_str(), 0640), 0);
        const auto read = readCertificate(path);
        QVERIFY(!read.hasValue());
        QVERIFY(read.reason().find("chmod 600") != std::string::npos);
    }

    void brokenFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no section")
            << QByteArray("    public-key = \"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\"\n");
        QTest::newRow("no value") << QByteArray("curve\n    public-key\n");
        QTest::newRow("halves of two pairs")
            << QByteArray("curve\n    public-key = \"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\"\n  "
                          "  secret-key = \"") +
                   QByteArray::fromStdString(generateKeyPair()->secretKey) + "\"\n";
        QTest::newRow("binary") << QByteArray(100000, '\1');
    }
    void brokenFilesAreRefused()
    {
        QFETCH(QByteArray, text);
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath(QStringLiteral("k")).toStdString();
        std::ofstream(path) << text.toStdString();
        QCOMPARE(::chmod(path.c_str(), 0600), 0);
        const auto read = readCertificate(path);
        QVERIFY(!read.hasValue());
        QVERIFY(read.reason().find(path.string()) != std::string::npos);
    }

    void filesOfOtherToolsAreRead()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath(QStringLiteral("k")).toStdString();
        std::ofstream(path) << "#   ****  Generated on 2015-04-05 by CZMQ  ****\n"
                               "metadata\n    name = 'x'\nother\n    public-key = \"nonsense\"\n"
                               "curve # section\n    public-key = "
                               "\"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\" # ours\n";
        const auto read = readCertificate(path);
        QVERIFY2(read.hasValue(), read ? "" : read.reason().c_str());
        QCOMPARE(read->keys.publicKey, std::string("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"));
    }

    void missingFileSaysWhich()
    {
        const auto read = readCertificate("/nonexistent/key");
        QVERIFY(!read.hasValue());
        QVERIFY(read.reason().find("/nonexistent/key") != std::string::npos);
    }

    void onlyKnownKeysOfTheDomainAreAdmitted()
    {
        Context context;
        auto& who = context.authenticator();
        const auto key = generateKeyPair()->publicKey;
        QVERIFY(!who.decide(kRequestDomain, key).admitted);
        QVERIFY(who.setKey("bulk/x", key, "ann").hasValue());
        QVERIFY(!who.decide(kRequestDomain, key).admitted);
        QVERIFY(who.setKey(key, "ann").hasValue());
        QVERIFY(who.decide(kRequestDomain, key).admitted);
        QVERIFY(who.decide(kEventsDomain, key).admitted);
        QCOMPARE(who.decide(kRequestDomain, key).user, std::string("ann"));
        QVERIFY(!who.decide("", key).admitted);
        who.removeKey(key);
        QVERIFY(!who.decide(kEventsDomain, key).admitted);
        QVERIFY(who.decide("bulk/x", key).admitted);
        who.removeDomain("bulk/x");
        QVERIFY(!who.decide("bulk/x", key).admitted);
        QVERIFY(!who.setKey("short", "ann").hasValue());
        QVERIFY(!who.setKey(key, "").hasValue());
    }

    void userIsKnownWhileOneOfItsKeysIs()
    {
        Context context;
        auto& who = context.authenticator();
        const auto first = generateKeyPair()->publicKey;
        const auto second = generateKeyPair()->publicKey;
        QVERIFY(who.setKey(first, "ann").hasValue());
        QVERIFY(who.setKey(first, "ann").hasValue()); // again: still one key
        QVERIFY(who.setKey(second, "ann").hasValue());
        who.removeKey(first);
        QVERIFY(who.knowsUser(kRequestDomain, "ann"));
        QVERIFY(who.setKey(second, "bob").hasValue()); // the key changes hands
        QVERIFY(!who.knowsUser(kRequestDomain, "ann"));
        QVERIFY(who.knowsUser(kRequestDomain, "bob"));
    }

    void strangersAreAdmittedOnlyWhereAskedForAndUpToANumber()
    {
        Context context;
        auto& who = context.authenticator();
        std::vector<std::string> evicted;
        who.setStrangerPolicy(kRequestDomain,
                              {true, 2, [&](const std::string& user) { evicted.push_back(user); }});
        std::vector<std::string> keys;
        for (int i = 0; i < 3; ++i)
            keys.push_back(generateKeyPair()->publicKey);
        for (const auto& key : keys)
            QCOMPARE(who.decide(kRequestDomain, key).user, "stranger/" + key);
        QVERIFY(!who.decide(kEventsDomain, keys[0]).admitted);
        QCOMPARE(evicted, std::vector<std::string>{"stranger/" + keys[0]});
        QVERIFY(!who.knowsUser(kRequestDomain, "stranger/" + keys[0]));
        QVERIFY(who.knowsUser(kRequestDomain, "stranger/" + keys[2]));
        who.refuseKey(kRequestDomain, keys[2]);
        QVERIFY(!who.decide(kRequestDomain, keys[2]).admitted);
        QVERIFY(!who.knowsUser(kRequestDomain, "stranger/" + keys[2]));
        QVERIFY(who.setKey(keys[2], "carl").hasValue());
        QCOMPARE(who.decide(kRequestDomain, keys[2]).user, std::string("carl"));
        who.setStrangerPolicy(kRequestDomain, {});
        QVERIFY(!who.decide(kRequestDomain, keys[1]).admitted);
    }
};

QTEST_APPLESS_MAIN(TestBusKeys)
#include "tst_bus_keys.moc"
