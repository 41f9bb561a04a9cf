// What the agent reads and keeps: its configuration, its memory, its identity.

#include "agent/backend/support/identity_file.h"
#include "agent/service/assignment_store.h"
#include "agent/service/config.h"
#include "agent/service/message_channel.h"
#include "agent/service/node_identity.h"
#include "agent/service/status_report.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace drover;
using namespace drover::agent;
using namespace drover::agent::service;
namespace fs = std::filesystem;

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

std::string contentOf(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

template <class AnyId>
AnyId idOf(std::uint8_t n)
{
    AnyId id;
    id.value.bytes[15] = n;
    return id;
}

// What is known after so many assignments were taken in.
codec::SavedAssignments memoryOf(std::uint32_t count)
{
    codec::SavedAssignments saved;
    saved.cluster = idOf<model::ClusterId>(1);
    saved.history = idOf<model::HistoryId>(2);
    saved.term = 3;
    saved.revision = count;
    saved.clusterAgentFor = {idOf<model::PoolId>(7)};
    for (std::uint32_t i = 0; i < count; ++i) {
        model::Assignment a;
        a.dataset = idOf<model::DatasetId>(5);
        a.copy = idOf<model::CopyId>(6);
        a.copy.value.bytes[1] = static_cast<std::uint8_t>(i >> 8U);
        a.copy.value.bytes[2] = static_cast<std::uint8_t>(i);
        a.pool = idOf<model::PoolId>(7);
        a.epoch = 8;
        a.goal = model::Goal::Frozen;
        a.name = "web-" + std::to_string(i);
        saved.assignments.push_back(a);
    }
    return saved;
}

Remembered remembered(const codec::SavedAssignments& saved)
{
    return {saved.cluster, saved.history, saved.term, saved.revision, saved.nonce};
}

core::AssignmentChanges changesOf(const codec::SavedAssignments& saved)
{
    return core::asChanges(saved.assignments, saved.clusterAgentFor);
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
    void aSaveWritesWhatChangedAndNotEverything();
    void theFileOfBeforeIsTakenOver();
    void aTornEndLosesNoMoreThanTheLastSaves();
    void aDamagedMemoryIsToldAndNotGuessed();
    void aContactNoteOutOfBoundsIsNotBelieved();
    void aDamagedIdentityIsNotBelieved();
    void aChangedByteInTheMemoryIsFound();
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
    row("key not Z85", replaced(kGood, "0123456789", "~123456789"), "40 characters");
    row("zero byte in a path", replaced(kGood, "/s", "\"/s\\0x\""),
        "f:3:8: `state` has a control character");
    row("label that is a list", kGood + "labels: {zone: [a, b]}\n",
        "f:7:10: a label and its value must be texts");
    row("label twice", kGood + "labels: {zone: a, zone: b}\n", "label `zone` is given twice");
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
    const auto saved = memoryOf(2);
    const auto& a = saved.assignments.front();
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
        QVERIFY(store.save(remembered(saved), changesOf(saved)));
        QVERIFY(store.saveTransfers(notes));
        store.saveContact(contact);
    }
    FileAssignmentStore store(path);
    const auto loaded = store.load();
    QVERIFY(loaded.ok() && **loaded == saved);
    QCOMPARE(fs::status(path / "assignments.sqlite").permissions(),
             fs::perms::owner_read | fs::perms::owner_write);
    const auto transfers = store.loadTransfers();
    QVERIFY(transfers.ok() && *transfers == notes);
    QVERIFY(store.loadContact() == contact);
}

void TestAgentFiles::aSaveWritesWhatChangedAndNotEverything()
{
    QTemporaryDir dir;
    const fs::path path = dir.path().toStdString();
    auto saved = memoryOf(5'000);
    AssignmentDatabase database(path);
    QVERIFY(database.load());
    QVERIFY(database.save(remembered(saved), changesOf(saved)));
    const auto written = [] {
        std::ifstream io("/proc/self/io");
        std::string word;
        std::uint64_t bytes = 0;
        while (io >> word >> bytes)
            if (word == "wchar:")
                return bytes;
        return std::uint64_t{0};
    };
    saved.assignments[2'500].epoch = 9;
    core::AssignmentChanges change;
    change.upserts.emplace(keyOf(saved.assignments[2'500]), saved.assignments[2'500]);
    change.unassign.insert(keyOf(saved.assignments.back()));
    change.clusterAgentFor = saved.clusterAgentFor;
    saved.assignments.pop_back();
    ++saved.revision;
    const auto before = written();
    QVERIFY(database.save(remembered(saved), change));
    const auto bytes = written() - before;
    QVERIFY2(bytes > 0 && bytes < 100'000, qPrintable(QString::number(bytes)));
    const auto loaded = database.load();
    QVERIFY(loaded.ok() && **loaded == saved);
}

void TestAgentFiles::theFileOfBeforeIsTakenOver()
{
    QTemporaryDir dir;
    const fs::path path = dir.path().toStdString();
    auto saved = memoryOf(3);
    std::ofstream(path / "assignments", std::ios::binary) << codec::encodeAssignments(saved);
    {
        AssignmentDatabase database(path);
        const auto old = database.load();
        QVERIFY(old.ok() && **old == saved);
    }
    QVERIFY(fs::exists(path / "assignments")); // a look changes nothing
    {
        AssignmentDatabase database(path);
        QVERIFY(database.load());
        core::AssignmentChanges change;
        change.unassign.insert(keyOf(saved.assignments.front()));
        change.clusterAgentFor = saved.clusterAgentFor;
        saved.assignments.erase(saved.assignments.begin());
        QVERIFY(database.save(remembered(saved), change));
        QVERIFY(!fs::exists(path / "assignments"));
    }
    // It comes back, as after a crash before it was removed: what is newer wins.
    std::ofstream(path / "assignments", std::ios::binary) << codec::encodeAssignments(memoryOf(3));
    AssignmentDatabase database(path);
    const auto loaded = database.load();
    QVERIFY(loaded.ok() && **loaded == saved);
    QVERIFY(!fs::exists(path / "assignments"));
}

// A power cut leaves any beginning of what was written since the last checkpoint.
void TestAgentFiles::aTornEndLosesNoMoreThanTheLastSaves()
{
    QTemporaryDir dir;
    const fs::path path = dir.path().toStdString();
    std::vector<codec::SavedAssignments> states;
    std::vector<std::size_t> ends; // of the log, after each save
    const auto log = path / "assignments.sqlite-wal";
    AssignmentDatabase database(path);
    QVERIFY(database.load());
    for (std::uint32_t count = 1; count <= 6; ++count) {
        states.push_back(memoryOf(count * 20));
        QVERIFY(database.save(remembered(states.back()), changesOf(states.back())));
        ends.push_back(static_cast<std::size_t>(fs::file_size(log)));
    }
    const std::string whole = contentOf(log);
    for (std::size_t length = 0; length <= whole.size(); length += 2039) {
        // In memory where the machine can: what is tried here is what was written, not the disk.
        QTemporaryDir other(fs::exists("/dev/shm") ? QStringLiteral("/dev/shm/drover-torn-XXXXXX")
                                                   : QString());
        const fs::path torn = other.path().toStdString();
        fs::copy(path / "assignments.sqlite", torn / "assignments.sqlite");
        // What the disk has of the rest may be anything.
        std::ofstream(torn / "assignments.sqlite-wal", std::ios::binary)
            << whole.substr(0, length) << std::string(whole.size() - length, '\x5a');
        AssignmentDatabase again(torn);
        const auto loaded = again.load();
        QVERIFY2(loaded.ok(), loaded ? "" : loaded.error().message.c_str());
        std::size_t survived = 0; // saves that are in it whole
        while (survived < ends.size() && ends[survived] <= length)
            ++survived;
        if (survived == 0)
            QVERIFY(!loaded->has_value());
        else
            QVERIFY(loaded->has_value() && **loaded == states[survived - 1]);
        // And it can be written to.
        QVERIFY(again.save(remembered(states.back()), changesOf(states.back())));
    }
}

void TestAgentFiles::aChangedByteInTheMemoryIsFound()
{
    QTemporaryDir dir;
    const fs::path path = dir.path().toStdString();
    {
        AssignmentDatabase database(path);
        QVERIFY(database.load());
        const auto saved = memoryOf(3);
        QVERIFY(database.save(remembered(saved), changesOf(saved)));
    } // the log is in the file now
    std::string content = contentOf(path / "assignments.sqlite");
    const auto name = content.find("web-1");
    QVERIFY(name != std::string::npos);
    content[name + 4] = '7';
    std::ofstream(path / "assignments.sqlite", std::ios::binary) << content;
    AssignmentDatabase database(path);
    const auto loaded = database.load();
    QVERIFY(!loaded && loaded.error().code == model::ErrorCode::Malformed);
    QVERIFY(QString::fromStdString(loaded.error().subject).contains(QStringLiteral("sqlite")));
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

    const std::string id = "0b1f3c5e-8f7a-4d51-9a60-3f6c0d1e2b3a";
    const auto transfer = [&](const std::string& pass, const std::string& digest) {
        std::ofstream(path / "transfers.json")
            << R"([{"pool": ")" << id << R"(", "copy": ")" << id << R"(", "transfer": ")" << id
            << R"(", "pass": )" << pass << R"(, "lastPassBytes": 1, "digest": ")" << digest
            << "\"}]";
        return store.loadTransfers();
    };
    QVERIFY(transfer("3", "00ff").ok());
    QVERIFY(!transfer("3", "what").ok()); // control would refuse the report that carries it
    for (const char* number : {"-1", "1.5", "true", "4294967296"})
        QVERIFY2(!transfer(number, "00ff").ok(), number);
    for (const char* number : {"-1", "9223372036854775807"}) {
        std::ofstream(path / "contact.json") << R"({"boot": ")" << id << R"(", "lastWordMs": )"
                                             << number << R"(, "ownershipTermMs": 1})";
        QVERIFY2(!store.loadContact(), number);
    }
}

// To believe none makes the next start more careful; to believe a wrong one would not.
void TestAgentFiles::aContactNoteOutOfBoundsIsNotBelieved()
{
    const QTemporaryDir folder;
    const fs::path path = folder.path().toStdString();
    FileAssignmentStore store(path);
    store.saveContact({idOf<model::BootId>(1), model::Duration{5000}, model::Duration{30'000},
                       idOf<model::HistoryId>(2), 3, model::Uuid{{1}}, 4});
    const auto good = store.loadContact();
    QVERIFY(good && good->term == 3 && good->revision == 4);
    const auto text = contentOf(path / "contact.json");
    for (const auto& [key, value] :
         {std::pair("term\":3", "-3"), std::pair("term\":3", "3.5"),
          std::pair("revision\":4", "-4"), std::pair("lastWordMs\":5000", "9223372036854775807"),
          std::pair("ownershipTermMs\":30000", "9223372036854775807")}) {
        const std::string from = key;
        const std::string to = from.substr(0, from.find(':') + 1) + value;
        std::ofstream(path / "contact.json", std::ios::binary) << replaced(text, from, to);
        QVERIFY2(!store.loadContact(), to.c_str());
    }
}

void TestAgentFiles::aDamagedIdentityIsNotBelieved()
{
    backend::StoredIdentity stored;
    stored.identity.cluster = idOf<model::ClusterId>(1);
    stored.identity.dataset = idOf<model::DatasetId>(2);
    stored.identity.copy = idOf<model::CopyId>(3);
    stored.identity.name = "web";
    stored.identity.epoch = 5;
    const std::string good = backend::encodeIdentity(stored);
    QVERIFY(backend::decodeIdentity(good).ok());
    // The last has no next one: control would refuse every report of this node.
    for (const char* epoch : {"-1", "1.5", "true", "1e300", "9223372036854775808"})
        QVERIFY2(!backend::decodeIdentity(
                     replaced(good, "\"epoch\": 5", std::string("\"epoch\": ") + epoch)),
                 epoch);
    QVERIFY(!backend::decodeIdentity(
        replaced(good, stored.identity.dataset.toString(), model::DatasetId{}.toString())));
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
    std::ofstream(state->path() / "node-id") << made->toString() << "0123";
    QVERIFY(!state->nodeId(std::nullopt, ids)); // what is behind it was not written by us
    // JSON has no key that is not UTF-8: refused, and not thrown out of the program.
    QVERIFY(!state->poolId("/srv/\xff", idOf<model::PoolId>(4)));
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
