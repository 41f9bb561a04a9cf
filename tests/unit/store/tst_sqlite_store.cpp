// What only the store on a disk can get wrong: damage, other people's files, kill -9, a full disk,
// an old copy brought back.

#include "control/store/sqlite_store.h"
#include "tests/unit/store/samples.h"

#include <QTemporaryDir>
#include <QTest>

#include <sqlite3.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>

using namespace drover::model;
using namespace drover::control::store;
using namespace drover::control::store::samples;
namespace fs = std::filesystem;

namespace {

template <class T>
T expect(Result<T> result)
{
    if (!result)
        qFatal("%s: %s", toString(result.error().code), result.error().message.c_str());
    return std::move(*result);
}
void expect(const Result<void>& result)
{
    if (!result)
        qFatal("%s: %s", toString(result.error().code), result.error().message.c_str());
}

std::string readFile(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void writeFile(const fs::path& file, const std::string& bytes)
{
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream << bytes;
}

// Changes the file as a person with the sqlite3 tool would.
void edit(const fs::path& file, const std::string& sql)
{
    sqlite3* handle = nullptr;
    if (sqlite3_open(file.c_str(), &handle) != SQLITE_OK)
        qFatal("cannot open %s", file.c_str());
    char* message = nullptr;
    if (sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message) != SQLITE_OK)
        qFatal("%s", message);
    sqlite3_close(handle);
}

// One commit and one outcome that belong together, so that half of an append would show.
std::pair<Commit, Outcome> numbered(Revision revision)
{
    return {commit(revision, 1,
                   {RecordPut{dataset(1, "d" + std::to_string(revision), revision)},
                    RecordPut{ledger(1, revision)}}),
            outcome("r" + std::to_string(revision), 1)};
}

// Reads the revisions that a child acknowledged, until it ends or `enough` were read.
Revision readAcknowledged(int descriptor, std::uint64_t enough)
{
    Revision newest = 0;
    Revision revision = 0;
    for (std::uint64_t count = 0; count < enough; ++count) {
        if (::read(descriptor, &revision, sizeof revision) != static_cast<ssize_t>(sizeof revision))
            break;
        newest = revision;
    }
    return newest;
}

} // namespace

class TestSqliteStore : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_temporary;
    [[nodiscard]] fs::path directory() const
    {
        return m_temporary->filePath(QStringLiteral("store")).toStdString();
    }
    [[nodiscard]] fs::path file() const { return directory() / "control.sqlite"; }

    static std::unique_ptr<SqliteStore> open(const fs::path& directory)
    {
        return expect(SqliteStore::open(directory));
    }
    std::unique_ptr<SqliteStore> begun()
    {
        auto store = open(directory());
        expect(store->load());
        expect(store->raiseTerm(Uuid{}, at(1)));
        return store;
    }
    // Some history, cleanly closed: everything is in the one file.
    void fill()
    {
        auto store = begun();
        for (Revision revision = 3; revision < 20; ++revision) {
            const auto [made, result] = numbered(revision);
            expect(store->append({made}, {result}));
        }
        expect(store->append({commit(20, 1, {RecordPut{dataset(2, "other", 20)}})}, {}));
    }
    // What opening and loading says; empty = all is well.
    [[nodiscard]] std::string complaint()
    {
        auto store = SqliteStore::open(directory());
        if (!store)
            return store.error().message;
        auto loaded = (*store)->load();
        return loaded ? std::string{} : loaded.error().subject + ": " + loaded.error().message;
    }
    // Runs a child that appends numbered commits until `enough` are acknowledged, or until it dies
    // at a crash point. Returns the newest acknowledged revision.
    Revision appendInAChild(std::uint64_t enough, const char* crashAt)
    {
        int ends[2];
        if (::pipe(ends) != 0)
            qFatal("pipe");
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            if (crashAt != nullptr)
                ::setenv("DROVER_CRASH_AT", crashAt, 1);
            auto store = open(directory());
            const Loaded loaded = expect(store->load());
            expect(store->raiseTerm(Uuid{}, at(1)));
            for (Revision revision = loaded.revision + 2;; ++revision) {
                const auto [made, result] = numbered(revision);
                if (!store->append({made}, {result}))
                    ::_exit(3);
                if (::write(ends[1], &revision, sizeof revision) < 0)
                    ::_exit(4);
            }
        }
        ::close(ends[1]);
        Revision newest = readAcknowledged(ends[0], enough);
        ::kill(child, SIGKILL);
        // What it still acknowledged between our last read and its death counts too.
        newest = std::max(newest, readAcknowledged(ends[0], ~0ULL));
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        if (!WIFSIGNALED(status))
            qFatal("the child ended by itself: %d", status);
        return newest;
    }
    void verifyNothingAcknowledgedIsLost(Revision acknowledged)
    {
        auto store = open(directory());
        const Loaded loaded = expect(store->load());
        QVERIFY2(loaded.revision >= acknowledged, qPrintable(QString::number(loaded.revision)));
        QVERIFY(loaded.revision <= acknowledged + 1); // at most the one that was on its way
        QVERIFY(loaded.behind.empty());
        const auto last = numbered(loaded.revision);
        QVERIFY(expect(store->commitsAfter(loaded.revision - 1, 10)) == std::vector{last.first});
        QVERIFY(expect(store->findOutcome("admin", last.second.requestId)) == last.second);
        const auto next = numbered(loaded.revision + 1);
        QVERIFY(!expect(store->findOutcome("admin", next.second.requestId)));
    }

private Q_SLOTS:
    void init()
    {
        m_temporary = std::make_unique<QTemporaryDir>();
        expect(SqliteStore::create(directory(), firstRecords(), at(0)));
    }

    void aMissingStoreSaysWhatToDo()
    {
        const auto refused = SqliteStore::open(directory() / "nowhere");
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::NotFound);
        QVERIFY(refused.error().hint.find("--init") != std::string::npos);
        QVERIFY(refused.error().subject.find("nowhere") != std::string::npos);
        QVERIFY(!fs::exists(directory() / "nowhere"));
    }

    void anExistingStoreIsNeverMadeAnew()
    {
        const std::string before = readFile(file());
        const auto refused = SqliteStore::create(directory(), firstRecords(), at(9));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::AlreadyExists);
        QCOMPARE(readFile(file()), before);
    }

    void aDraftOfACreateThatDiedIsNoStoreAndNoObstacle()
    {
        const fs::path other = directory() / "other";
        fs::create_directories(other);
        writeFile(other / "control.sqlite.new", readFile(file()).substr(0, 5000));
        QVERIFY(!SqliteStore::open(other));
        expect(SqliteStore::create(other, firstRecords(), at(0)));
        QCOMPARE(expect(open(other)->load()).revision, Revision{1});
        QVERIFY(!fs::exists(other / "control.sqlite.new"));
    }

    void othersFilesAreRefusedUntouched_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray{};
        QTest::newRow("text") << QByteArray{"not a database, but long enough to hold a header of "
                                            "one hundred bytes: "} +
                                     QByteArray(100, 'x');
        QTest::newRow("short") << QByteArray{"SQLite format 3"};
    }
    void othersFilesAreRefusedUntouched()
    {
        QFETCH(QByteArray, content);
        writeFile(file(), content.toStdString());
        const auto refused = SqliteStore::open(directory());
        QVERIFY(!refused);
        QVERIFY(refused.error().subject.find("control.sqlite") != std::string::npos);
        QCOMPARE(readFile(file()), content.toStdString());
    }

    void anotherProgramsDatabaseIsRefusedUntouched()
    {
        fs::remove(file());
        edit(file(), "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
        const std::string before = readFile(file());
        const auto refused = SqliteStore::open(directory());
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::InvalidArgument);
        QCOMPARE(readFile(file()), before);
    }

    void aNewerSchemaIsRefused()
    {
        edit(file(), "PRAGMA user_version = 99");
        const auto refused = SqliteStore::open(directory());
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::UnsupportedVersion);
        QVERIFY(refused.error().message.find("99") != std::string::npos);
    }

    void aSecondOpenerIsRefused()
    {
        auto store = begun();
        const pid_t child = ::fork();
        if (child == 0) {
            const auto refused = SqliteStore::open(directory());
            ::_exit(!refused && refused.error().code == ErrorCode::InUse ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 0);
        const auto [made, result] = numbered(3);
        expect(store->append({made}, {result}));
    }

    void killedInMidAppendLosesNothingAcknowledged_data()
    {
        QTest::addColumn<int>("enough");
        for (const int enough : {1, 7, 50, 333})
            QTest::addRow("after %d", enough) << enough;
    }
    void killedInMidAppendLosesNothingAcknowledged()
    {
        QFETCH(int, enough);
        const Revision acknowledged = appendInAChild(static_cast<std::uint64_t>(enough), nullptr);
        QVERIFY(acknowledged >= static_cast<Revision>(enough));
        verifyNothingAcknowledgedIsLost(acknowledged);
    }

    void diesAtEachPointOfAnAppend_data()
    {
        QTest::addColumn<QByteArray>("point");
        QTest::addColumn<bool>("written");
        QTest::newRow("before") << QByteArray{"store.append.before:5"} << false;
        QTest::newRow("middle") << QByteArray{"store.append.middle:5"} << false;
        QTest::newRow("after") << QByteArray{"store.append.after:5"} << true;
    }
    void diesAtEachPointOfAnAppend()
    {
#ifndef DROVER_CRASH_POINTS
        QSKIP("built without crash points");
#endif
        QFETCH(QByteArray, point);
        QFETCH(bool, written);
        const Revision acknowledged = appendInAChild(~0ULL, point.constData());
        QCOMPARE(acknowledged, Revision{6}); // 3, 4, 5, 6 were; the fifth append died
        verifyNothingAcknowledgedIsLost(acknowledged);
        QCOMPARE(expect(open(directory())->load()).revision, written ? Revision{7} : Revision{6});
    }

    void diesWhileBeginningATerm()
    {
#ifndef DROVER_CRASH_POINTS
        QSKIP("built without crash points");
#endif
        QCOMPARE(appendInAChild(~0ULL, "store.term.before"), Revision{0});
        QCOMPARE(expect(open(directory())->load()).revision, Revision{1});
        QCOMPARE(appendInAChild(~0ULL, "store.term.after"), Revision{0});
        auto store = open(directory());
        const Loaded loaded = expect(store->load());
        QCOMPARE(loaded.revision, Revision{2});
        QVERIFY(loaded.behind.empty());
        QCOMPARE(expect(store->raiseTerm(Uuid{}, at(2))).term, Term{2});
    }

    void aTruncatedFileIsRefused()
    {
        fill();
        const std::string whole = readFile(file());
        QVERIFY(whole.size() > 20'000);
        for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 37) {
            writeFile(file(), whole.substr(0, length));
            QVERIFY2(!complaint().empty(),
                     qPrintable(QStringLiteral("cut to %1 bytes").arg(length)));
        }
        writeFile(file(), whole);
        QCOMPARE(complaint(), std::string{});
    }

    // Each byte in turn would take too long; a prime step visits every part of every page over the
    // file. A byte that nothing refers to (free space) may change unnoticed; then what is loaded
    // must be what was written.
    void aFlippedByteIsFoundOrHarmless()
    {
        fill();
        const std::string whole = readFile(file());
        Loaded original;
        {
            auto store = open(directory());
            original = expect(store->load());
        }
        int found = 0;
        for (std::size_t at = 0; at < whole.size(); at += 97) {
            std::string flipped = whole;
            flipped[at] = static_cast<char>(flipped[at] ^ 0x41);
            writeFile(file(), flipped);
            auto store = SqliteStore::open(directory());
            if (!store) {
                ++found;
                continue;
            }
            const auto loaded = (*store)->load();
            if (!loaded)
                ++found;
            else
                QVERIFY2(loaded->records == original.records &&
                             loaded->revision == original.revision,
                         qPrintable(QString::number(at)));
        }
        QVERIFY2(found > 100, qPrintable(QString::number(found)));
    }

    void anEditedRowIsNamed_data()
    {
        QTest::addColumn<QByteArray>("sql");
        QTest::addColumn<QByteArray>("named");
        const QByteArray id = QByteArray::fromStdString(datasetId(1).toString());
        const QByteArray raw = "x'" + QByteArray("01").repeated(16) + "'";
        const QByteArray first = " WHERE kind = 2 AND id = " + raw;
        const auto row = [](const char* name, const QByteArray& sql, const QByteArray& named) {
            QTest::newRow(name) << sql << named;
        };
        row("record changed", "UPDATE records SET body = CAST(body || x'00' AS BLOB)" + first,
            "record dataset " + id);
        row("record swapped",
            "UPDATE records SET body = (SELECT body FROM records WHERE kind = 2 AND id <> " + raw +
                ")" + first,
            "record dataset " + id);
        row("record gone", "DELETE FROM records" + first, "table records has");
        row("record came back",
            "INSERT INTO records SELECT kind, x'03030303030303030303030303030303', body, digest "
            "FROM records" +
                first,
            "03030303-0303-0303-0303-030303030303");
        row("commit changed",
            "UPDATE commits SET body = CAST(body || x'00' AS BLOB) WHERE revision = 9",
            "commit 9 ");
        row("commit gone", "DELETE FROM commits WHERE revision = 9", "commit 9 is missing");
        row("newest commit gone", "DELETE FROM commits WHERE revision = 20",
            "commit 20 is missing");
        row("oldest commit gone", "DELETE FROM commits WHERE revision = 1", "commit 1 is missing");
        row("version changed", "UPDATE versions SET body = x'00' WHERE kind = 2 AND revision = 9",
            "version 9 of dataset " + id);
        row("version gone", "DELETE FROM versions WHERE revision = 9", "table versions has");
        row("touch gone", "DELETE FROM touches WHERE revision = 9", "table touches has");
        row("outcome changed",
            "UPDATE outcomes SET reply = x'00' WHERE request_id = CAST('r9' AS BLOB)",
            "request r9 of admin");
        row("head moved back", "UPDATE head SET revision = 19", "head");
        row("head gone", "DELETE FROM head", "head");
    }
    void anEditedRowIsNamed()
    {
        QFETCH(QByteArray, sql);
        QFETCH(QByteArray, named);
        fill();
        QCOMPARE(complaint(), std::string{});
        edit(file(), sql.toStdString());
        const QByteArray found = QByteArray::fromStdString(complaint());
        QVERIFY2(found.contains(named) && found.contains("control.sqlite"), found.constData());
    }

    void diesAtEachPointOfACompaction()
    {
#ifndef DROVER_CRASH_POINTS
        QSKIP("built without crash points");
#endif
        for (const std::string point : {"before", "middle", "after"}) {
            init();
            fill();
            const pid_t child = ::fork();
            if (child == 0) {
                ::setenv("DROVER_CRASH_AT", ("store.compact." + point).c_str(), 1);
                const auto store = open(directory());
                expect(store->load());
                expect(store->raiseTerm(Uuid{}, at(50)));
                expect(store->compact(10, at(0), at(0), 100));
            }
            int status = 0;
            QVERIFY(::waitpid(child, &status, 0) == child && WIFSIGNALED(status));
            const auto store = open(directory());
            expect(store->load());
            QCOMPARE(expect(store->oldestKept()), Revision{point == "after" ? 10U : 1U});
        }
    }

    void aLimitOnTheFileSizeIsAFullDisk()
    {
        auto store = begun();
        auto [made, result] = numbered(3);
        made.log.push_back(LogEntry{at(4), "admin", "test", "", std::nullopt, std::nullopt,
                                    std::string(900'000, 'x')});
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        rlimit limited = before;
        limited.rlim_cur = fs::file_size(directory() / "control.sqlite-wal") + 50'000;
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &limited), 0);
        const auto refused = store->append({made}, {result});
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
        QVERIFY(!refused);
        QVERIFY2(refused.error().code == ErrorCode::StoreFull, refused.error().message.c_str());
        expect(store->append({made}, {result}));
        store.reset();
        QCOMPARE(complaint(), std::string{});
        QCOMPARE(expect(open(directory())->load()).revision, Revision{3});
    }

    void anOldCopyBroughtBackIsBehind()
    {
        fill();
        const std::string old = readFile(file());
        {
            auto store = open(directory());
            const Loaded loaded = expect(store->load());
            const Commit raised = expect(store->raiseTerm(Uuid{}, at(50)));
            Commit made = numbered(raised.revision + 1).first;
            made.term = raised.term;
            expect(store->append({made}, {}));
        }
        writeFile(file(), old);
        const std::string mark = readFile(directory() / "highest");
        {
            auto store = open(directory());
            const Loaded loaded = expect(store->load());
            QVERIFY2(loaded.behind.find("revision 22") != std::string::npos, loaded.behind.c_str());
        }
        QCOMPARE(readFile(directory() / "highest"), mark);
        writeFile(directory() / "highest", mark.substr(0, mark.size() / 2)); // torn: proves nothing
        QVERIFY(expect(open(directory())->load()).behind.empty());
    }

    void aLostLogIsBehind()
    {
        // The child dies with its commits in the write-ahead log only.
        const Revision acknowledged = appendInAChild(5, nullptr);
        QVERIFY(fs::remove(directory() / "control.sqlite-wal"));
        const Loaded loaded = expect(open(directory())->load());
        QVERIFY(loaded.revision < acknowledged);
        QVERIFY(!loaded.behind.empty());
    }
};

QTEST_APPLESS_MAIN(TestSqliteStore)
#include "tst_sqlite_store.moc"
