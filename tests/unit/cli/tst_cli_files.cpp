// The files that the command line keeps: keys, and its own configuration.

#include "bus/contexts/config.h"
#include "bus/contexts/key_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <sstream>

using namespace drover;
using namespace drover::model;
namespace fs = std::filesystem;

namespace {

fs::perms modeOf(const fs::path& path) { return fs::status(path).permissions() & fs::perms::mask; }

} // namespace

class CliFilesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keysOfAClusterAreMadeOnce()
    {
        QTemporaryDir folder;
        const fs::path keys = fs::path(folder.path().toStdString()) / "keys";
        const auto made = contexts::makeClusterKeys(keys, {"n1", "n2"});
        QVERIFY(made.ok());
        QCOMPARE(made->size(), std::size_t{4});
        QCOMPARE(modeOf(keys), fs::perms::owner_all);
        for (const char* stem : {"control", "admin", "n1", "n2"}) {
            const auto secret = contexts::readKey(keys / (std::string(stem) + ".key_secret"));
            const auto open = contexts::readKey(keys / (std::string(stem) + ".key"));
            QVERIFY(secret.ok() && open.ok());
            QCOMPARE(secret->publicKey, open->publicKey);
            QCOMPARE(secret->name, std::string(stem));
            QCOMPARE(secret->node, open->node);
            QVERIFY(!secret->secretPath.empty() && open->secretPath.empty());
            QVERIFY(modeOf(keys / (std::string(stem) + ".key_secret")) ==
                    (fs::perms::owner_read | fs::perms::owner_write));
        }
        QCOMPARE(contexts::readKey(keys / "control.key")->role, std::string("control"));
        QCOMPARE(contexts::readKey(keys / "admin.key")->role, std::string("admin"));
        const auto n1 = contexts::readKey(keys / "n1.key");
        QCOMPARE(n1->role, std::string("node"));
        QVERIFY(n1->node.has_value() && n1->node != contexts::readKey(keys / "n2.key")->node);

        const auto again = contexts::makeClusterKeys(keys, {"n3"});
        QVERIFY(!again.ok());
        QCOMPARE(again.error().code, ErrorCode::AlreadyExists);
        QVERIFY(!fs::exists(keys / "n3.key"));
    }

    void nodesNeedNamesOfTheirOwn()
    {
        QTemporaryDir folder;
        const fs::path keys = folder.path().toStdString();
        QVERIFY(!contexts::makeClusterKeys(keys, {"admin"}).ok());
        QVERIFY(!contexts::makeClusterKeys(keys, {"n1", "n1"}).ok());
        QVERIFY(!contexts::makeClusterKeys(keys, {"../n1"}).ok());
        QVERIFY(fs::is_empty(keys));
    }

    void anIdentityHasASecretThatOthersCannotRead()
    {
        QTemporaryDir folder;
        const fs::path stem = fs::path(folder.path().toStdString()) / "me";
        QVERIFY(contexts::makeKey(stem, "me", "", std::nullopt).ok());
        QVERIFY(contexts::readIdentity(stem.string() + ".key_secret").ok());
        QVERIFY(!contexts::readIdentity(stem.string() + ".key").ok());
        fs::permissions(stem.string() + ".key_secret", fs::perms::others_read,
                        fs::perm_options::add);
        QVERIFY(!contexts::readIdentity(stem.string() + ".key_secret").ok());
        QVERIFY(!contexts::readIdentity(stem.string() + ".none").ok());
    }

    void aConfigurationIsReadBackAsItWasWritten()
    {
        QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "sub" / "config";
        QVERIFY(contexts::loadConfig(path)->contexts.empty());
        contexts::Config config;
        config.current = "local";
        // Keys in z85 are full of signs that mean something in YAML.
        config.set({"local", "tcp://127.0.0.1:4523", "", "#&*:{}[]!%@>?<=.^~-+aaaaaaaaaaaaaaaaaaaa",
                    "~/own.key_secret"});
        config.set(
            {"123", "tcp://10.0.0.1:4523", "tcp://10.0.0.1:4524", std::string(40, '0'), "/k"});
        QVERIFY(contexts::saveConfig(path, config).ok());
        const auto back = contexts::loadConfig(path);
        QVERIFY(back.ok());
        QVERIFY(*back == config);
        QVERIFY(modeOf(path) == (fs::perms::owner_read | fs::perms::owner_write));
        QCOMPARE(std::distance(fs::directory_iterator(path.parent_path()), {}), 1);
    }

    void aConfigurationThatOthersMayWriteIsRefused()
    {
        QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "config";
        QVERIFY(contexts::saveConfig(path, {}).ok());
        QVERIFY(contexts::loadConfig(path).ok());
        fs::permissions(path, fs::perms::others_write, fs::perm_options::add);
        const auto refused = contexts::loadConfig(path);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().hint.find("chmod go-w") != std::string::npos);
    }

    void withoutAHomeTheWorkingFolderIsNone()
    {
        const QByteArray home = qgetenv("HOME");
        qputenv("HOME", "relative");
        QVERIFY(contexts::expandHome("~/x") == "~/x");
        QVERIFY(!contexts::saveConfig(contexts::expandHome("~/x"), {}).ok());
        qunsetenv("HOME"); // the system knows
        QVERIFY(contexts::expandHome("~/x").is_absolute());
        qputenv("HOME", home);
    }

    void aMistakeInTheConfigurationNamesThePlace_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("place");
        QTest::newRow("unknown key")
            << QStringLiteral("current: a\ncolor: red\n") << QStringLiteral("f:2:1");
        QTest::newRow("no address")
            << QStringLiteral("contexts:\n  - name: a\n    key: k\n    identity: i\n")
            << QStringLiteral("f:2:5");
        QTest::newRow("two alike")
            << QStringLiteral("contexts:\n  - {name: a, control: c, key: k, identity: i}\n  - "
                              "{name: a, control: c, key: k, identity: i}\n")
            << QStringLiteral("f:3:5");
        QTest::newRow("not yaml") << QStringLiteral("contexts: [\n") << QStringLiteral("f:2:1");
        QTest::newRow("two documents")
            << QStringLiteral("current: a\n---\ncurrent: b\n") << QStringLiteral("f:2:1");
        QTest::newRow("documents without end") << QStringLiteral(",") << QStringLiteral("f:1:1");
    }
    void aMistakeInTheConfigurationNamesThePlace()
    {
        QFETCH(QString, text);
        QFETCH(QString, place);
        const auto config = contexts::parseConfig(text.toStdString(), "f");
        QVERIFY(!config.ok());
        QVERIFY2(config.error().subject == place.toStdString(),
                 (config.error().subject + " " + config.error().message).c_str());
    }
};

QTEST_APPLESS_MAIN(CliFilesTest)
#include "tst_cli_files.moc"
