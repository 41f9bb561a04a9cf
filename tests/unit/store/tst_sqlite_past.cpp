// What the SQLite store knows of its own past beside the commits: terms and safe mode, in stores of
// earlier programs, and when a row was changed.

#include "control/store/sqlite_database.h"
#include "control/store/sqlite_store.h"
#include "tests/unit/store/samples.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <memory>

using namespace drover::control::store;
using namespace drover::control::store::samples;
using namespace drover::model;

class TestSqlitePast : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_temporary;

    [[nodiscard]] std::filesystem::path directory() const
    {
        return std::filesystem::path{m_temporary->path().toStdString()} / "state";
    }
    [[nodiscard]] std::unique_ptr<SqliteStore> open() const
    {
        auto store = SqliteStore::open(directory());
        if (!store)
            qFatal("%s", store.error().message.c_str());
        return std::move(*store);
    }
    void edit(const char* sql) const
    {
        auto database = Database::open(directory() / "control.sqlite", /*create=*/false);
        if (!database || !database->execute(sql))
            qFatal("the store could not be edited");
    }
    [[nodiscard]] std::string complaint() const
    {
        const auto loaded = open()->load();
        return loaded ? std::string{} : loaded.error().message;
    }

private Q_SLOTS:
    void init()
    {
        m_temporary = std::make_unique<QTemporaryDir>();
        QVERIFY(SqliteStore::create(directory(), firstRecords(), at(0)).ok());
    }

    void aStoreOfTheFirstSchemaIsBroughtForward()
    {
        {
            auto store = open();
            QVERIFY(store->load().ok());
            QVERIFY(store->raiseTerm(Uuid{}, at(1)).ok());
        }
        edit("DROP TABLE terms; DROP TABLE safe_mode; PRAGMA user_version = 1");
        {
            auto store = open();
            const auto loaded = store->load();
            QVERIFY(loaded.ok());
            QCOMPARE(loaded->revision, Revision{2});
            QVERIFY(loaded->terms.empty()); // nothing is known of those before
            QVERIFY(store->raiseTerm(Uuid{}, at(2)).ok());
        }
        QCOMPARE(open()->load()->terms.size(), std::size_t{1});
    }

    void aChangedTermOrMarkIsFound()
    {
        {
            auto store = open();
            QVERIFY(store->load().ok());
            QVERIFY(store->markSafeMode({"old", at(60)}).ok());
            QVERIFY(store->raiseTerm(Uuid{}, at(1)).ok());
        }
        QCOMPARE(complaint(), std::string{});
        edit("UPDATE safe_mode SET since = since + 1");
        QVERIFY(complaint().find("safe mode") != std::string::npos);
        edit("DELETE FROM safe_mode; UPDATE terms SET first = first + 1");
        QVERIFY(complaint().find("term 1") != std::string::npos);
    }

    void aStoreCanBeginInSafeMode()
    {
        const auto other = directory() / "other";
        const SafeModeMark mark{"the store was lost", at(3)};
        QVERIFY(SqliteStore::create(other, firstRecords(), at(0), mark).ok());
        auto store = SqliteStore::open(other);
        QVERIFY(store.ok());
        QVERIFY((*store)->load()->safeMode == mark);
    }
};

QTEST_APPLESS_MAIN(TestSqlitePast)
#include "tst_sqlite_past.moc"
