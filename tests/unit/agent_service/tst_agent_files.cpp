// What the agent reads and keeps: its configuration, its memory, its identity.

#include "agent/service/assignment_store.h"
#include "agent/service/config.h"
#include "agent/service/message_channel.h"
#include "agent/service/node_identity.h"
#include "agent/service/status_report.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <fstream>

using namespace drover;
using namespace drover::agent;
using namespace drover::agent::service;

namespace {

const std::string kGood =
    "identity: /k/n1.key_secret\n"
    "control: {endpoint: \"tcp://127.0.0.1:4523\", key: "
    "\"0123456789012345678901234567890123456789\"}\n"
    "state: /s\n"
    "mount_root: /m\n"
    "pools:\n"
    "  - {name: default, kind: directory, path: /p, shared: true, fence: self}\n";

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    const auto at = text.find(from);
    return at == std::string::npos ? text + to : text.replace(at, from.size(), to);
}

template <class AnyId>
AnyId idOf(std::uint8_t n)
{
    AnyId id;
    id.value.bytes[15] = n;
    return id;
}

} // namespace

class TestAgentFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aGoodConfigurationIsRead();
    void aBadConfigurationSaysWhere_data();
    void aBadConfigurationSaysWhere();
    void theMemoryComesBackAsItWas();
    void aDamagedMemoryIsToldAndNotGuessed();
    void aStateFolderIsOneAgentsOnly();
    void theNodesIdIsMadeOnce();
    void aPoolKeepsItsIdWhenItsMarkerIsGone();
    void aPassSaysWhichOneItIs();
    void theStatusIsReadable();
};

void TestAgentFiles::aGoodConfigurationIsRead()
{
    const auto config = parseConfig(kGood, "f");
    QVERIFY2(config.ok(), config ? "" : config.error().message.c_str());
    QCOMPARE(config->controlEndpoint, std::string("tcp://127.0.0.1:4523"));
    QCOMPARE(config->pools.size(), std::size_t{1});
    QVERIFY(config->pools[0].shared && config->pools[0].fence == model::Fence::Self);
}

void TestAgentFiles::aBadConfigurationSaysWhere_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& text, const char* says) {
        QTest::newRow(name) << QString::fromStdString(text) << QString::fromLatin1(says);
    };
    row("empty", "", "f: the file is empty");
    row("a list", "- a\n", "f:1:1: the configuration must be a mapping");
    row("typo", replaced(kGood, "mount_root", "mount_rot"),
        "f:4:1: the configuration has no key `mount_rot`");
    row("typo in a pool", replaced(kGood, "kind:", "kid:"), "f:6:21: a pool has no key `kid`");
    row("missing", replaced(kGood, "state: /s\n", ""), "lacks `state`");
    row("relative path", replaced(kGood, "/s", "s"), "f:3:8: `state` must be an absolute path");
    row("twice", kGood + "state: /t\n", "f:7:1: `state` is given twice");
    row("bad fence", replaced(kGood, "fence: self", "fence: wood"),
        "a fence is none, self or storage");
    row("bad boolean", replaced(kGood, "shared: true", "shared: maybe"),
        "`shared` must be true or false");
    row("bad name", replaced(kGood, "name: default", "name: ../x"), "f:6:12:");
    row("two of a name", kGood + "  - {name: default, kind: directory, path: /q}\n",
        "f:7:5: two pools have the name");
    row("two of a path", kGood + "  - {name: other, kind: directory, path: /p/}\n",
        "two pools have the path");
    row("not YAML", "a: [1, 2\n", "f:");
    row("key too short", replaced(kGood, "0123456789012345678901234567890123456789", "short"),
        "40 characters");
}

void TestAgentFiles::aBadConfigurationSaysWhere()
{
    QFETCH(QString, text);
    QFETCH(QString, says);
    const auto config = parseConfig(text.toStdString(), "f");
    QVERIFY(!config);
    QVERIFY2(QString::fromStdString(config.error().message).contains(says),
             config.error().message.c_str());
}

void TestAgentFiles::theMemoryComesBackAsItWas()
{
    QTemporaryDir dir;
    const std::filesystem::path path = dir.path().toStdString();
    codec::SavedAssignments saved;
    saved.cluster = idOf<model::ClusterId>(1);
    saved.history = idOf<model::HistoryId>(2);
    saved.term = 3;
    saved.revision = 4;
    model::Assignment a;
    a.dataset = idOf<model::DatasetId>(5);
    a.copy = idOf<model::CopyId>(6);
    a.pool = idOf<model::PoolId>(7);
    a.epoch = 8;
    a.goal = model::Goal::Frozen;
    a.name = "web";
    saved.assignments = {a};
    saved.clusterAgentFor = {idOf<model::PoolId>(7)};
    model::TransferProgress progress;
    progress.id = idOf<model::TransferId>(9);
    progress.pass = 3;
    progress.passDone = progress.finalDone = true;
    progress.digest = "abc";
    const TransferNotes notes{{core::CopyPlace{a.pool, a.copy}, progress}};
    const ContactNote contact{idOf<model::BootId>(1), model::Duration{123}, model::Duration{456}};
    {
        FileAssignmentStore store(path);
        const auto nothing = store.load();
        QVERIFY(nothing.ok() && !nothing->has_value());
        QVERIFY(store.loadTransfers().ok() && store.loadTransfers()->empty());
        QVERIFY(!store.loadContact());
        QVERIFY(store.save(saved));
        QVERIFY(store.saveTransfers(notes));
        store.saveContact(contact);
    }
    FileAssignmentStore store(path);
    const auto loaded = store.load();
    QVERIFY(loaded.ok() && **loaded == saved);
    const auto transfers = store.loadTransfers();
    QVERIFY(transfers.ok() && *transfers == notes);
    QVERIFY(store.loadContact() == contact);
}

void TestAgentFiles::aDamagedMemoryIsToldAndNotGuessed()
{
    QTemporaryDir dir;
    const std::filesystem::path path = dir.path().toStdString();
    std::ofstream(path / "assignments") << "\xff\xff\xff not this";
    std::ofstream(path / "transfers.json") << "{";
    std::ofstream(path / "contact.json") << "[]";
    FileAssignmentStore store(path);
    const auto loaded = store.load();
    QVERIFY(!loaded);
    QVERIFY(QString::fromStdString(loaded.error().subject).contains(QStringLiteral("assignments")));
    QVERIFY(!store.loadTransfers());
    QVERIFY(!store.loadContact()); // only makes the agent more careful
}

void TestAgentFiles::aStateFolderIsOneAgentsOnly()
{
    QTemporaryDir dir;
    const std::filesystem::path path =
        std::filesystem::path(dir.path().toStdString()) / "a" / "state";
    QVERIFY(!StateFolder::inUse(path));
    {
        const auto first = StateFolder::open(path);
        QVERIFY(first.ok());
        QVERIFY(StateFolder::inUse(path));
        const auto second = StateFolder::open(path);
        QVERIFY(!second && second.error().code == model::ErrorCode::FailedState);
    }
    QVERIFY(!StateFolder::inUse(path));
    QVERIFY(StateFolder::open(path).ok());
}

void TestAgentFiles::theNodesIdIsMadeOnce()
{
    QTemporaryDir dir;
    RandomIdSource ids;
    const auto state = StateFolder::open(dir.path().toStdString());
    QVERIFY(state.ok());
    const auto made = state->nodeId(std::nullopt, ids);
    QVERIFY(made.ok() && !made->isNil());
    const auto again = state->nodeId(std::nullopt, ids);
    QVERIFY(again.ok() && *again == *made);
    QVERIFY(state->nodeId(*made, ids).ok());
    const auto other = state->nodeId(idOf<model::NodeId>(9), ids);
    QVERIFY(!other && other.error().code == model::ErrorCode::Conflict);
}

void TestAgentFiles::aPoolKeepsItsIdWhenItsMarkerIsGone()
{
    QTemporaryDir dir;
    const auto state = StateFolder::open(dir.path().toStdString());
    QVERIFY(state.ok());
    const auto pool = idOf<model::PoolId>(1);
    const auto never = state->poolId("/p", std::nullopt);
    QVERIFY(!never && never.error().code == model::ErrorCode::NotFound);
    QVERIFY(state->poolId("/p", pool).ok());
    const auto gone = state->poolId("/p", std::nullopt);
    QVERIFY(gone.ok() && *gone == pool);
    const auto other = state->poolId("/p", idOf<model::PoolId>(2));
    QVERIFY(!other && other.error().code == model::ErrorCode::Conflict);
}

void TestAgentFiles::aPassSaysWhichOneItIs()
{
    for (const PassHeader& header : {PassHeader{1, false}, PassHeader{4'000'000'000U, true}}) {
        const auto read = decodePassHeader(encodePassHeader(header));
        QVERIFY(read.ok() && *read == header);
    }
    for (const char* bad : {"", "drover-pass/2 1 live", "drover-pass/1 ", "drover-pass/1 0 live",
                            "drover-pass/1 x live", "drover-pass/1 1", "drover-pass/1 1 live ",
                            "drover-pass/1 99999999999 live"})
        QVERIFY2(!decodePassHeader(bad), bad);
}

void TestAgentFiles::theStatusIsReadable()
{
    ServiceStatus status;
    status.session.reason = "nobody answers";
    model::PoolState pool;
    pool.name = "default";
    pool.kind = "directory";
    status.pools = {pool};
    model::CopyState copy;
    copy.datasetName = "web";
    model::Condition condition;
    condition.type = model::ConditionType::Busy;
    condition.message = "process 7 has it open";
    copy.conditions = {condition};
    status.copies = {copy};
    const auto text =
        statusToText(statusToJson(status, idOf<model::NodeId>(1), "n1", model::TimePoint{}));
    QVERIFY(text.ok());
    for (const char* part :
         {"n1", "nobody answers", "default", "web", "Absent", "process 7 has it open"})
        QVERIFY2(text->find(part) != std::string::npos, part);
    QVERIFY(!statusToText("{}"));
    QVERIFY(!statusToText(""));
}

QTEST_GUILESS_MAIN(TestAgentFiles)
#include "tst_agent_files.moc"
