// What every Store must do, run against each of them.

#include "control/store/faulty_store.h"
#include "control/store/memory_store.h"
#include "control/store/sqlite_store.h"
#include "tests/unit/store/samples.h"

#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <map>
#include <memory>

using namespace drover::model;
using namespace drover::control::store;
using namespace drover::control::store::samples;

namespace {

// A store that can be closed and opened again with what it kept.
class Subject
{
public:
    virtual ~Subject() = default;
    virtual std::unique_ptr<Store> open() = 0;
    virtual void setFull(Store& store, bool full) = 0;
};

class MemorySubject : public Subject
{
public:
    std::unique_ptr<Store> open() override { return std::make_unique<MemoryStore>(m_disk); }
    void setFull(Store&, bool full) override { m_disk.full = full; }

private:
    MemoryDisk m_disk = MemoryDisk::initialised(firstRecords(), at(0));
};

class FaultySubject : public Subject
{
public:
    std::unique_ptr<Store> open() override
    {
        m_behind = std::make_unique<MemoryStore>(m_disk);
        return std::make_unique<FaultyStore>(*m_behind);
    }
    void setFull(Store& store, bool full) override
    {
        static_cast<FaultyStore&>(store).setFull(full);
    }

private:
    MemoryDisk m_disk = MemoryDisk::initialised(firstRecords(), at(0));
    std::unique_ptr<MemoryStore> m_behind;
};

class SqliteSubject : public Subject
{
public:
    SqliteSubject()
    {
        const auto made = SqliteStore::create(directory(), firstRecords(), at(0));
        if (!made)
            qFatal("%s", made.error().message.c_str());
    }
    std::unique_ptr<Store> open() override
    {
        auto store = SqliteStore::open(directory());
        if (!store)
            qFatal("%s: %s", store.error().subject.c_str(), store.error().message.c_str());
        return std::move(*store);
    }
    void setFull(Store& store, bool full) override
    {
        if (!static_cast<SqliteStore&>(store).setMaximumPages(full ? 1 : 1'000'000))
            qFatal("cannot limit the store");
    }

private:
    [[nodiscard]] std::filesystem::path directory() const
    {
        return m_directory.filePath(QStringLiteral("store")).toStdString();
    }
    QTemporaryDir m_directory;
};

std::unique_ptr<Subject> makeSubject(const QString& kind)
{
    if (kind == QStringLiteral("memory"))
        return std::make_unique<MemorySubject>();
    if (kind == QStringLiteral("faulty"))
        return std::make_unique<FaultySubject>();
    return std::make_unique<SqliteSubject>();
}

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

// Opened, loaded, its first term begun: head is revision 2, term 1.
std::unique_ptr<Store> begun(Subject& subject)
{
    auto store = subject.open();
    expect(store->load());
    expect(store->raiseTerm(Uuid{}, at(1)));
    return store;
}

std::vector<Record> inPages(Store& store, Revision revision, std::uint32_t limit)
{
    std::vector<Record> all;
    std::optional<RecordKey> after;
    while (true) {
        const auto page = expect(store.configurationPage(revision, after, limit));
        all.insert(all.end(), page.begin(), page.end());
        if (page.size() < limit)
            return all;
        after = keyOf(page.back());
    }
}

std::map<RecordKey, Record> byKey(const std::vector<Record>& records)
{
    std::map<RecordKey, Record> map;
    for (const Record& record : records)
        map.emplace(keyOf(record), record);
    return map;
}

} // namespace

class TestStoreContract : public QObject
{
    Q_OBJECT

    static void rows()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"memory", "faulty", "sqlite"})
            QTest::newRow(kind) << QString::fromLatin1(kind);
    }
    std::unique_ptr<Subject> m_subject;

private Q_SLOTS:
    void init()
    {
        QFETCH(QString, kind);
        m_subject = makeSubject(kind);
    }

    void loadGivesTheFirstRecords_data() { rows(); }
    void loadGivesTheFirstRecords()
    {
        const Loaded loaded = expect(m_subject->open()->load());
        QCOMPARE(loaded.revision, Revision{1});
        QVERIFY(byKey(loaded.records) == byKey(firstRecords()));
        QVERIFY(loaded.behind.empty());
    }

    void theFirstRevisionSaysWhatItWas_data() { rows(); }
    void theFirstRevisionSaysWhatItWas()
    {
        auto store = m_subject->open();
        expect(store->load());
        const std::vector<Commit> history = expect(store->history(0, 10, {}));
        QCOMPARE(history.size(), std::size_t{1});
        QCOMPARE(history[0].log.size(), std::size_t{1});
        QCOMPARE(history[0].log[0].verb, std::string("store.create"));
        QVERIFY(history[0].log[0].message.starts_with("first start"));
    }

    void nothingIsAppendedBeforeATermBegan_data() { rows(); }
    void nothingIsAppendedBeforeATermBegan()
    {
        auto store = m_subject->open();
        expect(store->load());
        const auto refused = store->append({commit(2, 1, {RecordPut{dataset(1, "a", 2)}})}, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::FailedState);
        store.reset();
        QCOMPARE(expect(m_subject->open()->load()).revision, Revision{1});
    }

    void eachStartRaisesTheTermByACommit_data() { rows(); }
    void eachStartRaisesTheTermByACommit()
    {
        SeededIds ids{3};
        drover::control::core::Lineage lineage;
        for (Term term = 1; term <= 3; ++term) {
            auto store = m_subject->open();
            expect(store->load());
            const Uuid nonce = ids.next();
            const Commit raised = expect(store->raiseTerm(nonce, at(5)));
            QCOMPARE(raised.term, term);
            QCOMPARE(raised.revision, Revision{1 + term});
            store.reset();
            store = m_subject->open();
            const Loaded loaded = expect(store->load());
            lineage.push_back({term, nonce, raised.revision});
            QVERIFY(loaded.terms == lineage);
            const auto records = byKey(loaded.records);
            const auto history =
                std::get<HistoryRecord>(records.at(RecordKey{RecordKind::History, {}}));
            QCOMPARE(history.term, term);
            QVERIFY(history.nonce == nonce);
            QVERIFY(expect(store->commitsAfter(term, 10)) == std::vector{raised});
        }
    }

    void safeModeIsKeptUntilARecoveryEndsIt_data() { rows(); }
    void safeModeIsKeptUntilARecoveryEndsIt()
    {
        const SafeModeMark mark{"it is an old copy", at(7)};
        auto store = m_subject->open();
        QVERIFY(!expect(store->load()).safeMode);
        expect(store->markSafeMode(mark));
        expect(store->markSafeMode({"again", at(8)})); // the first one stays
        store.reset();
        store = m_subject->open();
        QVERIFY(expect(store->load()).safeMode == mark);
        expect(store->raiseTerm(Uuid{}, at(9)));

        SeededIds ids{11};
        HistoryRecord next;
        next.history = ids.make<HistoryId>();
        next.term = 1000;
        next.nonce = ids.next();
        const std::vector<Commit> commits{
            commit(3, 1000, {RecordPut{next}}),
            commit(4, 1000, {RecordPut{dataset(1, "a", 4)}, RecordPut{ledger(1, 1000)}})};
        HistoryRecord low = next;
        low.term = 1;
        const std::vector<std::vector<Commit>> wrong{
            {},
            {commit(3, 1000, {RecordPut{dataset(1, "a", 3)}})},
            {commit(3, 1, {RecordPut{low}})},
            {commit(4, 1000, {RecordPut{next}})}};
        for (const auto& bad : wrong)
            QVERIFY(!store->recover(bad, {}).ok());
        expect(store->recover(commits, {outcome("r1", 10)}));
        QVERIFY(!store->append({commit(5, 1000, {})}, {}).ok()); // it begins anew

        store.reset();
        store = m_subject->open();
        const Loaded after = expect(store->load());
        QVERIFY(!after.safeMode && after.revision == 4);
        QVERIFY(std::find(after.terms.begin(), after.terms.end(),
                          drover::control::core::TermStart{1000, next.nonce, 3}) !=
                after.terms.end());
        QVERIFY(expect(store->findOutcome("admin", "r1")).has_value());
        QCOMPARE(expect(store->raiseTerm(Uuid{}, at(10))).term, Term{1001});
    }

    void whatWasAppendedIsThereAfterReopening_data() { rows(); }
    void whatWasAppendedIsThereAfterReopening()
    {
        auto store = begun(*m_subject);
        const std::vector<Commit> commits{
            commit(3, 1, {RecordPut{dataset(1, "a", 3)}, RecordPut{ledger(1, 1)}}),
            commit(4, 1, {RecordPut{dataset(2, "b", 4)}, RecordPut{ledger(1, 2)}})};
        expect(store->append(commits, {outcome("r1", 10)}));
        store.reset();
        store = m_subject->open();
        const Loaded loaded = expect(store->load());
        QCOMPARE(loaded.revision, Revision{4});
        const auto records = byKey(loaded.records);
        QCOMPARE(records.size(), std::size_t{6});
        QVERIFY(records.at(keyOf(Record{dataset(1, "a", 3)})) == Record{dataset(1, "a", 3)});
        QVERIFY(records.at(keyOf(Record{ledger(1, 2)})) == Record{ledger(1, 2)});
        QVERIFY(expect(store->commitsAfter(2, 10)) == commits);
        QVERIFY(expect(store->findOutcome("admin", "r1")) == outcome("r1", 10));
        QVERIFY(!expect(store->findOutcome("other", "r1")));
        QVERIFY(!expect(store->findOutcome("admin", "r")));
    }

    void revisionsWithAGapAreRefused_data() { rows(); }
    void revisionsWithAGapAreRefused()
    {
        auto store = begun(*m_subject);
        const Change change = RecordPut{dataset(1, "a", 3)};
        for (const auto& commits :
             {std::vector{commit(4, 1, {change})}, std::vector{commit(2, 1, {change})},
              std::vector{commit(3, 1, {change}), commit(5, 1, {change})},
              std::vector{commit(3, 2, {change})}}) {
            const auto refused = store->append(commits, {outcome("r", 1)});
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, ErrorCode::Conflict);
        }
        QVERIFY(!expect(store->findOutcome("admin", "r")));
        expect(store->append({commit(3, 1, {change})}, {}));
    }

    void removedRecordsAreGoneButTheirPastIsNot_data() { rows(); }
    void removedRecordsAreGoneButTheirPastIsNot()
    {
        auto store = begun(*m_subject);
        const Record made = dataset(1, "a", 3);
        expect(store->append(
            {commit(3, 1, {RecordPut{made}}), commit(4, 1, {RecordRemoved{keyOf(made)}})}, {}));
        store.reset();
        store = m_subject->open();
        QVERIFY(!byKey(expect(store->load()).records).contains(keyOf(made)));
        QVERIFY(byKey(expect(store->configurationAt(3))).contains(keyOf(made)));
        QVERIFY(!byKey(expect(store->configurationAt(4))).contains(keyOf(made)));
        const auto ahead = store->configurationAt(5);
        QVERIFY(!ahead);
        QCOMPARE(ahead.error().code, ErrorCode::NotFound);
    }

    void historyIsNewestFirstAndByDataset_data() { rows(); }
    void historyIsNewestFirstAndByDataset()
    {
        auto store = begun(*m_subject);
        Commit logOnly = commit(5, 1, {});
        logOnly.log.push_back(LogEntry{at(5), "control", "lease.expired", "dataset a", datasetId(1),
                                       std::nullopt, "lease expired"});
        LeaseRecord lease;
        lease.token.value.bytes.fill(9);
        lease.dataset = datasetId(1);
        const std::vector<Commit> commits{commit(3, 1, {RecordPut{dataset(1, "a", 3)}}),
                                          commit(4, 1, {RecordPut{dataset(2, "b", 4)}}), logOnly,
                                          commit(6, 1, {RecordPut{lease}})};
        expect(store->append(commits, {}));
        const auto revisions = [&](Revision before, std::uint32_t limit,
                                   const std::optional<DatasetId>& of) {
            std::vector<Revision> found;
            for (const Commit& c : expect(store->history(before, limit, of)))
                found.push_back(c.revision);
            return found;
        };
        QVERIFY((revisions(0, 3, {}) == std::vector<Revision>{6, 5, 4}));
        QVERIFY((revisions(4, 10, {}) == std::vector<Revision>{3, 2, 1}));
        QVERIFY((revisions(0, 10, datasetId(1)) == std::vector<Revision>{6, 5, 3}));
        QVERIFY((revisions(5, 10, datasetId(1)) == std::vector<Revision>{3}));
        QVERIFY((revisions(0, 10, datasetId(3)).empty()));
    }

    void outcomesAreReplacedByKeyAndForgottenByAge_data() { rows(); }
    void outcomesAreReplacedByKeyAndForgottenByAge()
    {
        auto store = begun(*m_subject);
        expect(store->append({}, {outcome("r1", 10, "first"), outcome("r2", 20)}));
        expect(store->append({}, {outcome("r1", 30, "second")}));
        QVERIFY(expect(store->findOutcome("admin", "r1")) == outcome("r1", 30, "second"));
        QVERIFY(!expect(store->compact(0, at(-1), at(25), 100)));
        QVERIFY(expect(store->findOutcome("admin", "r1")));
        QVERIFY(!expect(store->findOutcome("admin", "r2")));
    }

    void compactionForgetsCommitsButNoConfiguration_data() { rows(); }
    void compactionForgetsCommitsButNoConfiguration()
    {
        auto store = begun(*m_subject);
        const Record removed = dataset(3, "c", 5);
        expect(store->append({commit(3, 1, {RecordPut{dataset(1, "a", 3)}}),
                              commit(4, 1, {RecordPut{dataset(1, "a2", 4)}}),
                              commit(5, 1, {RecordPut{removed}}),
                              commit(6, 1, {RecordRemoved{keyOf(removed)}}),
                              commit(7, 1, {RecordPut{dataset(2, "b", 7)}})},
                             {}));
        const auto before = expect(store->configurationAt(6));
        QVERIFY(expect(store->compact(6, at(-1), at(-1), 2))); // two of five: more is left
        QCOMPARE(expect(store->oldestKept()), Revision{3});
        QVERIFY(!expect(store->compact(6, at(-1), at(-1), 100)));
        QCOMPARE(expect(store->oldestKept()), Revision{6});
        store.reset();
        store = m_subject->open();
        const Loaded loaded = expect(store->load()); // and all sums are right
        QCOMPARE(loaded.revision, Revision{7});
        QVERIFY(expect(store->configurationAt(6)) == before);
        QVERIFY(expect(store->configurationAt(5)).size() == before.size() + 1);
        for (const Revision gone : {Revision{4}, Revision{1}}) {
            const auto refused = store->configurationAt(gone);
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, ErrorCode::Compacted);
        }
        QCOMPARE(expect(store->commitsAfter(5, 10)).size(), std::size_t{2});
        const auto refused = store->commitsAfter(4, 10);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Compacted);
        QCOMPARE(expect(store->history(0, 10, datasetId(1))).size(), std::size_t{0});
    }

    void compactionByAge_data() { rows(); }
    void compactionByAge()
    {
        auto store = begun(*m_subject);
        expect(store->append({commit(3, 1, {RecordPut{dataset(1, "a", 3)}}, 100),
                              commit(4, 1, {RecordPut{dataset(2, "b", 4)}}, 200)},
                             {}));
        QVERIFY(!expect(store->compact(0, at(150), at(-1), 100)));
        QCOMPARE(expect(store->oldestKept()), Revision{4});
    }

    void aFullDiskRefusesWholeAndGoesOnWhenThereIsRoom_data() { rows(); }
    void aFullDiskRefusesWholeAndGoesOnWhenThereIsRoom()
    {
        auto store = begun(*m_subject);
        expect(store->append({commit(3, 1, {RecordPut{dataset(1, "a", 3)}})}, {}));
        const auto before = expect(store->commitsAfter(0, 100));
        Commit large = commit(4, 1, {RecordPut{dataset(2, "b", 4)}});
        large.log.push_back(LogEntry{at(4), "admin", "test", "", std::nullopt, std::nullopt,
                                     std::string(900'000, 'x')});
        m_subject->setFull(*store, true);
        for (int attempt = 0; attempt < 3; ++attempt) {
            const auto refused = store->append({large}, {outcome("r", 1)});
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, ErrorCode::StoreFull);
            QVERIFY(expect(store->commitsAfter(0, 100)) == before);
            QVERIFY(!expect(store->findOutcome("admin", "r")));
        }
        m_subject->setFull(*store, false);
        expect(store->append({}, {}));
        expect(store->append({large}, {outcome("r", 1)}));
        store.reset();
        QCOMPARE(expect(m_subject->open()->load()).revision, Revision{4});
    }

    // Random changes, compactions and restarts against a naive account of them: every commit kept
    // in a list.
    void agreesWithANaiveAccount_data() { rows(); }
    void agreesWithANaiveAccount()
    {
        std::mt19937 random{20231};
        const auto below = [&](unsigned n) { return static_cast<std::uint8_t>(random() % n); };
        auto store = begun(*m_subject);
        std::vector<Commit> all = expect(store->commitsAfter(0, 100));
        std::map<std::string, Outcome> outcomes;
        Term term = 1;
        Revision base = 0;
        const auto replay = [&](Revision upTo, bool configurationOnly) {
            std::map<RecordKey, Record> records;
            for (const Commit& c : all) {
                if (c.revision > upTo)
                    break;
                for (const Change& change : c.changes) {
                    const RecordKey key = keyOf(change);
                    if (configurationOnly && !isConfiguration(key.kind))
                        continue;
                    if (const auto* put = std::get_if<RecordPut>(&change))
                        records.insert_or_assign(key, put->record);
                    else
                        records.erase(key);
                }
            }
            return records;
        };
        for (int round = 0; round < 150; ++round) {
            const Revision head = all.back().revision;
            switch (below(8)) {
            case 0: // restart
                store.reset();
                store = m_subject->open();
                QVERIFY(byKey(expect(store->load()).records) == replay(head, false));
                all.push_back(
                    expect(store->raiseTerm(Uuid{}, at(static_cast<std::int64_t>(head)))));
                ++term;
                break;
            case 1: { // forget
                const Revision keepFrom = base + below(20);
                expect(store->compact(keepFrom, at(-1), at(-1), 7));
                base = expect(store->oldestKept()) - 1;
                QVERIFY(base < head + 1);
                break;
            }
            default: { // a batch
                std::vector<Commit> batch;
                for (unsigned i = 0; i < 1U + below(4); ++i) {
                    Commit c = commit(head + 1 + i, term, {});
                    for (unsigned j = below(5); j > 0; --j) {
                        const auto number = static_cast<std::uint8_t>(1 + below(10));
                        const Record value =
                            below(2) == 0 ? Record{dataset(number, "d" + std::to_string(below(5)),
                                                           c.revision)}
                                          : Record{ledger(number, below(9))};
                        if (below(3) == 0)
                            c.changes.emplace_back(RecordRemoved{keyOf(value)});
                        else
                            c.changes.emplace_back(RecordPut{value});
                    }
                    batch.push_back(std::move(c));
                }
                const Outcome result = outcome("r" + std::to_string(below(30)), round);
                expect(store->append(batch, {result}));
                outcomes.insert_or_assign(result.requestId, result);
                all.insert(all.end(), batch.begin(), batch.end());
                break;
            }
            }
            const Revision probe =
                base + below(static_cast<unsigned>(all.back().revision - base) + 1);
            QVERIFY(byKey(expect(store->configurationAt(probe))) == replay(probe, true));
            QVERIFY(inPages(*store, probe, 1 + below(4)) == expect(store->configurationAt(probe)));
            for (const auto& [id, expected] : outcomes)
                QVERIFY(expect(store->findOutcome("admin", id)) == expected);
            const std::vector<Commit> tail(all.begin() + static_cast<std::ptrdiff_t>(base),
                                           all.end());
            QVERIFY(expect(store->commitsAfter(base, 100'000)) == tail);
        }
    }
};

QTEST_APPLESS_MAIN(TestStoreContract)
#include "tst_store_contract.moc"
