// A context as one line of text: what it carries, what is refused, what becomes of the key.

#include "bus/contexts/context_token.h"
#include "bus/contexts/key_files.h"
#include "tests/unit/cli/cli_fixture.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <iterator>

using namespace drover;
using namespace drover::model;
using drover::test::CliFixture;
namespace fs = std::filesystem;

namespace {

constexpr auto kOwnerOnly = fs::perms::owner_read | fs::perms::owner_write;

fs::perms modeOf(const fs::path& path) { return fs::status(path).permissions() & fs::perms::mask; }

std::string contentOf(const fs::path& path)
{
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

} // namespace

class CliTokenTest : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    fs::path m_here;
    contexts::Context m_prod;
    int m_count = 0;

    // A home that knows no cluster.
    fs::path emptyConfig() { return m_here / std::to_string(++m_count) / "config"; }
    std::string token(contexts::WithKey withKey = contexts::WithKey::Yes) const
    {
        return contexts::encodeToken(*contexts::tokenOf(m_prod, withKey));
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_here = m_folder.path().toStdString();
        QVERIFY(contexts::makeKey(m_here / "control", "control", "control", std::nullopt).ok());
        QVERIFY(contexts::makeKey(m_here / "ada", "ada", "", std::nullopt).ok());
        QVERIFY(contexts::makeKey(m_here / "eve", "eve", "", std::nullopt).ok());
        m_prod = {"prod", "tcp://10.0.0.1:4523", "tcp://10.0.0.1:4524",
                  *contexts::publicKeyFrom((m_here / "control.key").string()),
                  (m_here / "ada.key_secret").string()};
    }

    void aTokenIsOneLineThatCarriesTheContextAndTheKey()
    {
        const std::string line = token();
        QVERIFY(line.starts_with("drover-context-1."));
        QVERIFY(line.find_first_of(" \t\n=/+") == std::string::npos);
        const auto back = contexts::decodeToken("\n " + line + " \n");
        QVERIFY2(back.ok(), back.ok() ? "" : back.error().message.c_str());
        contexts::Context expected = m_prod;
        expected.identity.clear();
        QVERIFY(back->context == expected);
        QVERIFY(back->identity == *contexts::readIdentity(m_prod.identity));
        QCOMPARE(back->user, std::string("ada"));
    }

    void withoutTheKeyItOnlyNamesTheFile()
    {
        const auto back = contexts::decodeToken(token(contexts::WithKey::No));
        QVERIFY(back.ok());
        QVERIFY(back->context == m_prod);
        QVERIFY(!back->identity);
    }

    void whatIsCutOffOrMistypedIsRefusedAndNotRepeated()
    {
        const std::string line = token();
        for (std::size_t length = 0; length < line.size(); ++length)
            QVERIFY(!contexts::decodeToken(line.substr(0, length)).ok());
        for (std::size_t i = 0; i < line.size(); ++i) {
            std::string wrong = line;
            wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
            const auto refused = contexts::decodeToken(wrong);
            QVERIFY(!refused.ok());
            QVERIFY(refused.error().message.find(wrong.substr(20, 20)) == std::string::npos);
        }
        const auto newer = contexts::decodeToken("drover-context-2" + line.substr(16));
        QVERIFY(newer.error().message.find("version") != std::string::npos);
    }

    void importKeepsTheKeyForItsOwnerOnly()
    {
        const fs::path config = emptyConfig();
        const auto context = contexts::importToken(config, *contexts::decodeToken(token()));
        QVERIFY2(context.ok(), context.ok() ? "" : context.error().message.c_str());
        QVERIFY(modeOf(context->identity) == kOwnerOnly);
        QVERIFY(modeOf(fs::path(context->identity).parent_path()) == fs::perms::owner_all);
        QVERIFY(*contexts::readIdentity(context->identity) ==
                *contexts::readIdentity(m_prod.identity));
        const auto known = contexts::loadConfig(config);
        QCOMPARE(known->current, std::string("prod"));
        QVERIFY(known->find("prod") && *known->find("prod") == *context);
        // Once more is nothing new.
        QVERIFY(contexts::importToken(config, *contexts::decodeToken(token())).ok());
        QCOMPARE(contexts::loadConfig(config)->contexts.size(), std::size_t{1});
    }

    void anotherClusterOfThatNameStaysAsItIs()
    {
        const fs::path config = emptyConfig();
        QVERIFY(contexts::importToken(config, *contexts::decodeToken(token())).ok());
        contexts::Context other = m_prod;
        other.control = "tcp://10.0.0.2:4523";
        other.identity = (m_here / "eve.key_secret").string();
        const auto made = contexts::tokenOf(other, contexts::WithKey::Yes);
        const auto refused = contexts::importToken(config, *made);
        QCOMPARE(refused.error().code, ErrorCode::AlreadyExists);
        QCOMPARE(contexts::loadConfig(config)->find("prod")->control, m_prod.control);
        const auto renamed = contexts::importToken(config, *made, "second");
        QVERIFY(renamed.ok());
        QVERIFY(renamed->identity != contexts::loadConfig(config)->find("prod")->identity);
        QVERIFY(!contexts::importToken(config, *made, "../escapes").ok());
    }

    void commandLineTakesItByFileOrInputAndNeverAsArgument()
    {
        const fs::path config = emptyConfig();
        const fs::path file = m_here / "ada.token";
        QVERIFY(contexts::saveConfig(config, {"prod", {m_prod}}).ok());
        qputenv("DROVER_CONFIG", config.c_str());
        CliFixture cli;
        const auto printed = cli.run({"context", "export", "prod"});
        QCOMPARE(printed.exit, 0);
        QCOMPARE(printed.out, token() + "\n");
        QCOMPARE(printed.err, std::string());
        QCOMPARE(cli.run({"context", "export", "prod", "--to", file.string()}).exit, 0);
        QVERIFY(modeOf(file) == kOwnerOnly);
        QCOMPARE(contentOf(file), printed.out);
        QCOMPARE(cli.run({"context", "export", "none"}).exit, 2);

        qputenv("DROVER_CONFIG", emptyConfig().c_str());
        const auto refused = cli.run({"context", "import", token()});
        QCOMPARE(refused.exit, 1);
        QVERIFY(refused.err.find("secret") != std::string::npos);
        QVERIFY(refused.err.find(token().substr(0, 40)) == std::string::npos);
        QCOMPARE(cli.run({"context", "import", "-", "--name", "by-input"}, printed.out).exit, 0);
        QCOMPARE(cli.run({"context", "import", file.string()}).exit, 0);
        QCOMPARE(cli.run({"context", "list", "--output", "name"}).out,
                 std::string("by-input\nprod\n"));
        qunsetenv("DROVER_CONFIG");
    }

    void anAddressThatOnlyThisMachineReachesIsWarnedOf()
    {
        const fs::path config = emptyConfig();
        contexts::Context local = m_prod;
        local.control = "tcp://127.0.0.1:4523";
        QVERIFY(contexts::saveConfig(config, {"prod", {local}}).ok());
        qputenv("DROVER_CONFIG", config.c_str());
        const auto outcome = CliFixture().run({"context", "export", "prod"});
        QCOMPARE(outcome.exit, 0);
        QVERIFY(outcome.err.find("only this machine") != std::string::npos);
        qunsetenv("DROVER_CONFIG");
    }
};

QTEST_GUILESS_MAIN(CliTokenTest)
#include "tst_cli_token.moc"
