// From nothing to a cluster: the first page against the project's own `./up`, tokens, files, and what
// stands against them.

#include "bus/contexts/context_token.h"
#include "bus/contexts/key_files.h"
#include "gui/views/main_window.h"
#include "gui/views/start_page.h"
#include "tests/gui/person.h"

#include <QApplication>
#include <QLabel>
#include <QListWidget>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>

using namespace drover;
using namespace drover::test;
using gui::MainWindow;
using gui::StartPage;
using gui::models::ConnectionInfo;
namespace fs = std::filesystem;

namespace {

constexpr int kPatience = 90'000; // ms; only a failing test waits so long

struct Window
{
    MainWindow main;
    StartPage& start = *main.findChild<StartPage*>(QStringLiteral("start"));

    explicit Window(const fs::path& config)
    {
        main.resize(1280, 800);
        main.loadContexts(config);
        main.show();
    }
    [[nodiscard]] ConnectionInfo::State state() { return main.bench().session.connection().state; }
    [[nodiscard]] bool becomes(ConnectionInfo::State wanted)
    {
        return QTest::qWaitFor([&] { return state() == wanted; }, kPatience);
    }
    [[nodiscard]] QAction& action(const char* id) { return actionOf(main, id); }
    [[nodiscard]] QString words(const char* name)
    {
        return main.findChild<QLabel*>(QString::fromLatin1(name))->text();
    }
    [[nodiscard]] QStringList listed()
    {
        QStringList names;
        auto* list = main.findChild<QListWidget*>(QStringLiteral("contexts"));
        for (int row = 0; row < list->count(); ++row)
            names << list->item(row)->data(Qt::UserRole).toString();
        return names;
    }
    [[nodiscard]] bool join(const std::function<bool(QWidget&)>& fill)
    {
        bool filled = false;
        return inDialog(
                   QStringLiteral("join"), [this] { action("cluster.join").trigger(); },
                   [&](QWidget& dialog) {
                       filled = fill(dialog) && press(dialog, "stage");
                       if (!filled)
                           dialog.close();
                   }) &&
               filled;
    }
};

// A folder that looks like the project's, with an `up` that does what a test needs.
void makeProject(const fs::path& folder, const std::string& script)
{
    fs::create_directories(folder / "bin");
    fs::create_directories(folder / "resources/local");
    std::ofstream(folder / "resources/local/cluster.py") << "\n";
    std::ofstream(folder / "up") << "#!/bin/sh\n" << script;
    fs::permissions(folder / "up", fs::perms::owner_all);
    for (const char* program : {"drover-control", "drover-agent", "drover"}) {
        std::ofstream(folder / "bin" / program) << "#!/bin/sh\n";
        fs::permissions(folder / "bin" / program, fs::perms::owner_all);
    }
}

} // namespace

class TestConsoleStart : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_home;
    fs::path m_here;
    fs::path m_config; // of the user, as ./up finds it

    [[nodiscard]] QString text(const fs::path& path) const
    {
        return QString::fromStdString(path.string());
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_here = m_home.path().toStdString();
        m_config = m_here / ".config/drover/config";
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope,
                           m_home.filePath(QStringLiteral("settings")));
        qputenv("HOME", m_home.path().toUtf8());
        qputenv("DROVER_ANY_PORTS", "1");
        for (const char* name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "DROVER_CONFIG"})
            qunsetenv(name);
        QCoreApplication::setApplicationVersion(QStringLiteral("0.0.0"));
    }
    void cleanupTestCase()
    {
        QProcess clean;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("DROVER_BIN"), QStringLiteral(DROVER_BIN));
        clean.setProcessEnvironment(environment);
        clean.start(QStringLiteral(DROVER_CHECKOUT "/up"), {QStringLiteral("--clean")});
        QVERIFY(clean.waitForFinished(kPatience));
        QCOMPARE(clean.exitCode(), 0);
    }

    void whereNothingCanBeStartedThePageSaysWhy()
    {
        Window window(m_config);
        window.start.setPrograms(m_home.path());
        window.main.bench().actions.refresh();
        QVERIFY(!window.action("cluster.startLocal").isEnabled());
        QVERIFY(window.action("cluster.startLocal")
                    .toolTip()
                    .contains(QStringLiteral("drover-control is not beside")));
        QVERIFY(!window.main.findChild<QWidget*>(QStringLiteral("startLocal"))->isEnabled());
        QVERIFY(!window.action("cluster.forget").isEnabled());
    }

    void whatTheScriptComplainsOfIsShown()
    {
        makeProject(m_here / "broken", "echo building\necho 'up: the disk is full' >&2\nexit 1\n");
        Window window(m_config);
        window.start.setPrograms(text(m_here / "broken/bin"));
        window.main.bench().actions.refresh();
        QVERIFY(press(window.main, "startLocal"));
        QVERIFY(QTest::qWaitFor(
            [&] { return window.words("startProgress").contains(QStringLiteral("disk is full")); },
            kPatience));
        auto* output = window.main.findChild<QPlainTextEdit*>(QStringLiteral("startOutput"));
        QVERIFY(output->toPlainText().contains(QStringLiteral("building")));
        QVERIFY(window.action("cluster.startLocal").isEnabled()); // to be tried again
    }

    void startingIsCancelled()
    {
        makeProject(m_here / "slow", "echo begun\nexec tail -f /dev/null\n");
        Window window(m_config);
        window.start.setPrograms(text(m_here / "slow/bin"));
        window.main.bench().actions.refresh();
        QVERIFY(press(window.main, "startLocal"));
        auto* output = window.main.findChild<QPlainTextEdit*>(QStringLiteral("startOutput"));
        QVERIFY(QTest::qWaitFor(
            [&] { return output->toPlainText().contains(QStringLiteral("begun")); }, kPatience));
        QVERIFY(!window.action("cluster.startLocal").isEnabled()); // not twice
        QVERIFY(press(window.main, "cancelStart"));
        QVERIFY(QTest::qWaitFor(
            [&] { return window.words("startProgress").contains(QStringLiteral("cancelled")); },
            kPatience));
    }

    void localClusterIsStartedOpenedAndStaysInTheList()
    {
        Window window(m_config);
        window.start.setPrograms(QStringLiteral(DROVER_BIN));
        window.main.bench().actions.refresh();
        QVERIFY(press(window.main, "startLocal"));
        QVERIFY2(window.becomes(ConnectionInfo::State::Live),
                 qPrintable(window.words("startProgress")));
        QVERIFY(QTest::qWaitFor([&] { return window.main.bench().data.nodeLedgers().size() == 3; },
                                kPatience));
        auto* output = window.main.findChild<QPlainTextEdit*>(QStringLiteral("startOutput"));
        QVERIFY(output->toPlainText().contains(QStringLiteral("starting node n2")));
        QCOMPARE(window.listed(), QStringList{QStringLiteral("local")});
        QVERIFY(contexts::loadConfig(m_config)->find("local"));
        QVERIFY(!window.action("cluster.startLocal").isEnabled()); // while it is open
        window.action("cluster.close").trigger();
        QVERIFY(window.action("cluster.startLocal").isEnabled());
    }

    void tokenIsPastedJoinedAndForgotten()
    {
        const auto token = contexts::tokenOf(*contexts::loadConfig(m_config)->find("local"),
                                             contexts::WithKey::Yes);
        const QString line = QString::fromStdString(contexts::encodeToken(*token));
        Window window(m_here / "elsewhere/config");
        QVERIFY(window.join([&](QWidget& dialog) {
            auto* stage = dialog.findChild<QWidget*>(QStringLiteral("stage"));
            type(dialog, "token", line.left(60));
            const bool early = stage->isEnabled(); // a token that is not whole
            type(dialog, "token", line);
            type(dialog, "name", QStringLiteral("there"));
            return !early;
        }));
        QVERIFY(window.becomes(ConnectionInfo::State::Live));
        QCOMPARE(window.listed(), QStringList{QStringLiteral("there")});
        const auto joined = contexts::loadConfig(m_here / "elsewhere/config");
        QVERIFY(fs::path(joined->find("there")->identity)
                    .string()
                    .starts_with((m_here / "elsewhere/keys").string()));

        QVERIFY(!window.action("cluster.forget").isEnabled()); // while it is open
        window.action("cluster.close").trigger();
        QVERIFY(inDialog(
            QStringLiteral("forgetCluster"), [&] { window.action("cluster.forget").trigger(); },
            [](QWidget& dialog) { QVERIFY(press(dialog, "forget")); }));
        QVERIFY(window.listed().isEmpty());
        QVERIFY(contexts::loadConfig(m_here / "elsewhere/config")->contexts.empty());
        QVERIFY(fs::exists(joined->find("there")->identity)); // one's key is not thrown away
    }

    void configurationFileAndKeysLeadToTheClusterToo()
    {
        const contexts::Context local = *contexts::loadConfig(m_config)->find("local");
        Window window(m_here / "third/config");
        QVERIFY(window.join([&](QWidget& dialog) {
            choose(dialog, "by", QStringLiteral("a file"));
            type(dialog, "file", text(m_config));
            return true;
        }));
        QVERIFY(window.becomes(ConnectionInfo::State::Live));
        QVERIFY(window.join([&](QWidget& dialog) {
            choose(dialog, "by", QStringLiteral("address"));
            type(dialog, "address", QString::fromStdString(local.control));
            type(dialog, "controlKey", QString::fromStdString(local.key));
            type(dialog, "ownKey", QString::fromStdString(local.identity));
            type(dialog, "name", QStringLiteral("local")); // taken by the same cluster
            type(dialog, "name", QStringLiteral("again"));
            return true;
        }));
        QCOMPARE(window.main.bench().session.context().name, std::string("local")); // not left
        QCOMPARE(window.listed(), (QStringList{QStringLiteral("local"), QStringLiteral("again")}));
    }

    void controlOfAnotherVersionIsAStateOfItsOwn_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("said");
        QTest::newRow("refuses the greeting")
            << QStringLiteral("refuses") << QStringLiteral("version 9.0.0");
        QTest::newRow("replies in its own version")
            << QStringLiteral("replies-in-its-own") << QStringLiteral("protocol version 9");
    }
    void controlOfAnotherVersionIsAStateOfItsOwn()
    {
        QFETCH(QString, kind);
        QFETCH(QString, said);
        const fs::path stem = m_here / ("newer-" + kind.toStdString());
        QVERIFY(contexts::makeKey(stem, "control", "control", std::nullopt).ok());
        QProcess control;
        control.start(QStringLiteral("/usr/bin/python3"),
                      {QStringLiteral(DROVER_CHECKOUT "/tests/gui/newer_control.py"),
                       text(stem.string() + ".key_secret"), kind});
        QVERIFY(control.waitForReadyRead(kPatience));
        contexts::Context context;
        context.name = "newer";
        context.control = QString::fromUtf8(control.readLine()).trimmed().toStdString();
        context.key = *contexts::publicKeyFrom(stem.string() + ".key");
        context.identity = stem.string() + ".key_secret";
        Window window(m_here / "fourth/config");
        window.main.open(context);
        QVERIFY(window.becomes(ConnectionInfo::State::VersionMismatch));
        const QString words = window.words("startWords");
        QVERIFY2(words.contains(said), qPrintable(words));
        QVERIFY2(words.contains(QStringLiteral("This console is version 0.0.0")),
                 qPrintable(words));
        QVERIFY2(words.contains(QStringLiteral("Use the console of")), qPrintable(words));
        control.closeWriteChannel();
        QVERIFY(control.waitForFinished(kPatience));
    }
};

QTEST_MAIN(TestConsoleStart)
#include "tst_console_start.moc"
