#include "control/store/sqlite_store.h"

#include "control/store/mark_file.h"
#include "control/store/sqlite_past.h"
#include "control/store/sqlite_tables.h"
#include "control/store/store_rules.h"
#include "proto/model/crash_point.h"

#include <sodium.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace drover::control::store {

using namespace model;
namespace fs = std::filesystem;

namespace {

constexpr const char* kFileName = "control.sqlite";
constexpr const char* kMarkName = "highest";

Error ioError(const std::string& doing, const fs::path& file, int systemError)
{
    return Error{ErrorCode::Io, doing + ": " + std::strerror(systemError), file.string(), {}};
}

Result<void> initialiseSodium()
{
    if (sodium_init() < 0)
        return Error{ErrorCode::Internal, "libsodium could not be initialised", "store", {}};
    return {};
}

Result<void> syncPath(const fs::path& path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return ioError("cannot open", path, errno);
    const int synced = ::fsync(descriptor);
    const int systemError = errno;
    ::close(descriptor);
    if (synced != 0)
        return ioError("cannot sync", path, systemError);
    return {};
}

// Looks at the first bytes before SQLite does: SQLite would write to a stranger's file (recover its
// journal), or make a new store of an empty one.
Result<void> checkFileHeader(const fs::path& file)
{
    constexpr std::string_view kMagic{"SQLite format 3\0", 16};
    // big-endian; https://www.sqlite.org/fileformat.html
    constexpr std::size_t kApplicationIdAt = 68;
    std::array<char, 100> header{};
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return ioError("cannot open the store", file, errno);
    stream.read(header.data(), header.size());
    if (stream.gcount() == 0) {
        Error error = damageError("its file is empty");
        error.subject = file.string();
        return error;
    }
    std::uint32_t applicationId = 0;
    for (std::size_t i = 0; i < 4; ++i)
        applicationId =
            (applicationId << 8) | static_cast<unsigned char>(header[kApplicationIdAt + i]);
    if (static_cast<std::size_t>(stream.gcount()) < header.size() ||
        std::string_view{header.data(), kMagic.size()} != kMagic || applicationId != kApplicationId)
        return Error{ErrorCode::InvalidArgument, "this file is not a store of drover-control",
                     file.string(), "name the directory that holds the store; nothing was changed"};
    return {};
}

} // namespace

struct SqliteStore::Impl
{
    fs::path file;
    Database database;
    Tables tables;
    PastTables past;
    MarkFile mark;
    std::optional<HighestMark> highest; // as it stood at load()
    Head head;
    HistoryRecord history; // as of the head; from load() on
    bool loaded = false;
    bool begun = false; // a term was raised by this process

    // Runs `write` in one transaction, which ends with the new head. On failure nothing of it is
    // left, in memory or on the disk.
    template <class Write>
    Result<void> transact(Write write)
    {
        Head next = head;
        auto done = [&]() -> Result<void> {
            if (auto began = database.execute("BEGIN IMMEDIATE"); !began)
                return began;
            if (auto written = write(next); !written)
                return written;
            if (auto moved = tables.writeHead(next); !moved)
                return moved;
            return database.execute("COMMIT");
        }();
        if (done) {
            head = next;
            return {};
        }
        // SQLite may have rolled back by itself already. If it cannot be rolled back, nobody knows
        // what is on the disk.
        if (database.inTransaction())
            if (auto undone = database.execute("ROLLBACK"); !undone)
                return undone;
        return done;
    }

    // The error with the file's name, where it only says that it is the store.
    [[nodiscard]] Error named(Error error) const
    {
        if (error.subject == "store")
            error.subject = file.string();
        return error;
    }

    void writeMark(bool sync)
    {
        // Never backwards: an old copy that is started must not erase the proof that it is one.
        const bool behind =
            highest && highest->history == history.history &&
            std::pair{highest->term, highest->revision} > std::pair{head.term, head.revision};
        if (!behind)
            mark.write({history.history, head.term, head.revision}, sync);
    }
};

SqliteStore::SqliteStore(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
SqliteStore::~SqliteStore() = default;

Result<void> SqliteStore::create(const fs::path& directory, const std::vector<Record>& records,
                                 TimePoint at, const std::optional<SafeModeMark>& mark)
{
    if (auto ready = initialiseSodium(); !ready)
        return ready;
    std::error_code failure;
    fs::create_directories(directory, failure);
    if (failure)
        return ioError("cannot make the directory", directory, failure.value());
    fs::permissions(directory, fs::perms::owner_all, failure);
    if (failure)
        return ioError("cannot set the permissions", directory, failure.value());

    const fs::path file = directory / kFileName;
    const Error exists{ErrorCode::AlreadyExists, "there is a store here already", file.string(),
                       "start without --init to use it; to begin anew, name another directory"};
    if (fs::exists(file, failure) || failure)
        return exists;

    // Made whole under another name first, so that a crash leaves either no store or a whole one.
    const fs::path draft = directory / (std::string{kFileName} + ".new");
    fs::remove(draft, failure);
    fs::remove(fs::path{draft.string() + "-journal"}, failure);
    {
        auto database = Database::open(draft, /*create=*/true);
        if (!database)
            return database.error();
        if (auto done = database->execute("PRAGMA synchronous = FULL"); !done)
            return done;
        if (auto done = createTables(*database); !done)
            return done;
        auto tables = Tables::prepare(*database);
        if (!tables)
            return tables.error();
        auto past = PastTables::prepare(*database);
        if (!past)
            return past.error();
        Head head;
        if (auto done = database->execute("BEGIN IMMEDIATE"); !done)
            return done;
        if (auto done = tables->writeCommit(head, firstCommit(records, at)); !done)
            return done;
        if (auto done = tables->writeHead(head); !done)
            return done;
        if (mark)
            if (auto done = past->writeSafeMode(*mark); !done)
                return done;
        if (auto done = database->execute("COMMIT"); !done)
            return done;
    }
    DROVER_CRASH_POINT("store.create.before");
    if (auto done = syncPath(draft); !done)
        return done;
    DROVER_CRASH_POINT("store.create.synced");
    if (::syscall(SYS_renameat2, AT_FDCWD, draft.c_str(), AT_FDCWD, file.c_str(),
                  RENAME_NOREPLACE) != 0)
        return errno == EEXIST ? exists : ioError("cannot rename the new store to", file, errno);
    DROVER_CRASH_POINT("store.create.renamed");
    if (auto done = syncPath(directory); !done)
        return done;
    DROVER_CRASH_POINT("store.create.after");
    return {};
}

bool SqliteStore::exists(const fs::path& directory)
{
    std::error_code failure;
    return fs::exists(directory / kFileName, failure) || failure;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const fs::path& directory,
                                                       const SqliteOptions& options)
{
    if (auto ready = initialiseSodium(); !ready)
        return ready.error();
    auto impl = std::make_unique<Impl>();
    impl->file = directory / kFileName;
    const auto named = [&](Error error) { return impl->named(std::move(error)); };
    std::error_code failure;
    if (!fs::exists(impl->file, failure))
        return Error{ErrorCode::NotFound, "there is no store here", impl->file.string(),
                     "for a new cluster, start once with --init --cluster-name NAME; else bring "
                     "back the newest copy of the store"};
    if (auto ours = checkFileHeader(impl->file); !ours)
        return ours.error();
    auto database = Database::open(impl->file, /*create=*/false);
    if (!database)
        return named(database.error());
    impl->database = std::move(*database);

    // The lock is taken with the first access in this mode and kept until the end; the index of the
    // WAL then needs no shared memory.
    if (auto done = impl->database.execute("PRAGMA locking_mode = EXCLUSIVE"); !done)
        return named(done.error());
    auto mode = impl->database.text("PRAGMA journal_mode = WAL");
    if (!mode)
        return named(mode.error());
    if (*mode != "wal")
        return named(Error{ErrorCode::Unsupported,
                           "the file system under the store cannot do write-ahead logging", "store",
                           "put the store on a local file system"});
    // FULL syncs the log at each commit: what append() acknowledged survives a power cut.
    if (auto done = impl->database.execute(
            "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA "
            "journal_size_limit = 67108864;"
            "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
            "PRAGMA cell_size_check = ON; BEGIN IMMEDIATE; COMMIT;");
        !done)
        return named(done.error());
    if (auto done = migrateTables(impl->database); !done)
        return named(done.error());
    auto tables = Tables::prepare(impl->database);
    if (!tables)
        return named(tables.error());
    impl->tables = std::move(*tables);
    auto past = PastTables::prepare(impl->database);
    if (!past)
        return named(past.error());
    impl->past = std::move(*past);
    auto mark = MarkFile::open(directory / kMarkName);
    if (!mark)
        return mark.error();
    impl->mark = std::move(*mark);

    std::unique_ptr<SqliteStore> store{new SqliteStore(std::move(impl))};
    if (options.maximumPages != 0)
        if (auto done = store->setMaximumPages(options.maximumPages); !done)
            return done.error();
    return store;
}

Result<void> SqliteStore::setMaximumPages(std::uint32_t pages)
{
    return m_impl->database.execute(("PRAGMA max_page_count = " + std::to_string(pages)).c_str());
}

Result<Loaded> SqliteStore::load()
{
    auto head = m_impl->tables.readHead();
    if (!head)
        return m_impl->named(head.error());
    m_impl->head = *head;
    auto records = verifyTables(m_impl->database, *head);
    if (!records)
        return m_impl->named(records.error());
    Loaded loaded;
    loaded.revision = head->revision;
    bool hasHistory = false;
    for (const Record& record : *records) {
        if (const auto* history = std::get_if<HistoryRecord>(&record)) {
            m_impl->history = *history;
            hasHistory = true;
        }
    }
    if (!hasHistory)
        return m_impl->named(damageError("it holds no history record"));
    loaded.records = std::move(*records);
    auto terms = m_impl->past.readTerms();
    if (!terms)
        return terms.error();
    loaded.terms = std::move(*terms);
    auto safeMode = m_impl->past.readSafeMode();
    if (!safeMode)
        return safeMode.error();
    loaded.safeMode = std::move(*safeMode);
    const auto mark = m_impl->highest = m_impl->mark.read();
    if (mark && mark->history == m_impl->history.history &&
        (mark->revision > head->revision || mark->term > head->term))
        loaded.behind = "the store is at revision " + std::to_string(head->revision) + " of term " +
                        std::to_string(head->term) + ", but was at revision " +
                        std::to_string(mark->revision) + " of term " + std::to_string(mark->term) +
                        " before";
    m_impl->loaded = true;
    return loaded;
}

Result<Commit> SqliteStore::raiseTerm(const Uuid& nonce, TimePoint at)
{
    if (!m_impl->loaded || m_impl->begun)
        return notBegunError();
    Commit commit = termCommit(m_impl->history, m_impl->head.revision + 1, nonce, at);
    DROVER_CRASH_POINT("store.term.before");
    auto done = m_impl->transact([&](Head& head) -> Result<void> {
        if (auto written = m_impl->tables.writeCommit(head, commit); !written)
            return written;
        return m_impl->past.writeTerm({commit.term, nonce, commit.revision});
    });
    if (!done)
        return done.error();
    DROVER_CRASH_POINT("store.term.unmarked");
    m_impl->writeMark(/*sync=*/true);
    DROVER_CRASH_POINT("store.term.after");
    m_impl->begun = true;
    return commit;
}

Result<void> SqliteStore::markSafeMode(const SafeModeMark& mark)
{
    if (!m_impl->loaded)
        return notBegunError();
    return m_impl->transact([&](Head&) { return m_impl->past.writeSafeMode(mark); });
}

Result<void> SqliteStore::recover(const std::vector<Commit>& commits,
                                  const std::vector<Outcome>& outcomes)
{
    if (!m_impl->begun)
        return notBegunError();
    const auto history = checkRecovery(commits, m_impl->head.revision, m_impl->history);
    if (!history)
        return history.error();
    DROVER_CRASH_POINT("store.recover.before");
    auto done = m_impl->transact([&](Head& head) -> Result<void> {
        for (const Commit& commit : commits)
            if (auto written = m_impl->tables.writeCommit(head, commit); !written)
                return written;
        for (const Outcome& outcome : outcomes)
            if (auto written = m_impl->tables.writeOutcome(outcome); !written)
                return written;
        if (auto written =
                m_impl->past.writeTerm({history->term, history->nonce, commits.front().revision});
            !written)
            return written;
        return m_impl->past.removeSafeMode();
    });
    if (!done)
        return done;
    DROVER_CRASH_POINT("store.recover.after");
    m_impl->loaded = m_impl->begun = false;
    return {};
}

Result<void> SqliteStore::append(const std::vector<Commit>& commits,
                                 const std::vector<Outcome>& outcomes)
{
    if (!m_impl->begun)
        return notBegunError();
    if (auto fits = checkSequence(commits, m_impl->head.revision, m_impl->head.term); !fits)
        return fits;
    DROVER_CRASH_POINT("store.append.before");
    auto done = m_impl->transact([&](Head& head) -> Result<void> {
        for (const Commit& commit : commits)
            if (auto written = m_impl->tables.writeCommit(head, commit); !written)
                return written;
        DROVER_CRASH_POINT("store.append.middle");
        for (const Outcome& outcome : outcomes)
            if (auto written = m_impl->tables.writeOutcome(outcome); !written)
                return written;
        return {};
    });
    if (!done)
        return done;
    DROVER_CRASH_POINT("store.append.after");
    m_impl->writeMark(/*sync=*/false);
    DROVER_CRASH_POINT("store.append.marked");
    return {};
}

Result<std::optional<Outcome>> SqliteStore::findOutcome(std::string_view user,
                                                        std::string_view requestId)
{
    return m_impl->tables.readOutcome(user, requestId);
}

Result<std::vector<Commit>> SqliteStore::commitsAfter(Revision after, std::uint32_t limit)
{
    if (after < m_impl->head.base)
        return compactedError(after + 1, m_impl->head.base + 1);
    return m_impl->tables.commitsAfter(after, limit);
}

Result<std::vector<Commit>> SqliteStore::history(Revision before, std::uint32_t limit,
                                                 const std::optional<DatasetId>& dataset)
{
    const Revision end =
        before == 0 || before > m_impl->head.revision ? m_impl->head.revision + 1 : before;
    return m_impl->tables.commitsBefore(end, limit, dataset);
}

Result<std::vector<Record>> SqliteStore::configurationPage(Revision revision,
                                                           const std::optional<RecordKey>& after,
                                                           std::uint32_t limit)
{
    if (revision > m_impl->head.revision)
        return aheadError(revision, m_impl->head.revision);
    if (revision < m_impl->head.base)
        return compactedError(revision, m_impl->head.base);
    return m_impl->tables.configurationPage(revision, after, limit);
}

Result<Revision> SqliteStore::oldestKept() { return m_impl->head.base + 1; }

Result<bool> SqliteStore::compact(Revision keepFrom, TimePoint keepSince, TimePoint outcomesBefore,
                                  std::uint32_t limit)
{
    if (!m_impl->begun)
        return notBegunError();
    const auto unneeded = [&](const Commit& commit) {
        return commit.revision < keepFrom || commit.at < keepSince;
    };
    auto oldest = m_impl->tables.commitsAfter(m_impl->head.base, 1);
    if (!oldest)
        return oldest.error();
    // One more than may be forgotten, to know whether there is more.
    if (!oldest->empty() && unneeded(oldest->front()))
        oldest = m_impl->tables.commitsAfter(m_impl->head.base, limit + 1);
    if (!oldest)
        return oldest.error();
    const auto kept = std::find_if_not(oldest->begin(), oldest->end(), unneeded);
    const auto forgettable = static_cast<std::size_t>(kept - oldest->begin());
    bool more = forgettable > limit;
    DROVER_CRASH_POINT("store.compact.before");
    auto done = m_impl->transact([&](Head& head) -> Result<void> {
        for (std::size_t i = 0; i < std::min<std::size_t>(forgettable, limit); ++i)
            if (auto forgot = m_impl->tables.forgetOldest(head, (*oldest)[i]); !forgot)
                return forgot;
        auto moreOutcomes = m_impl->tables.forgetOutcomes(outcomesBefore, limit);
        if (!moreOutcomes)
            return moreOutcomes.error();
        more = more || *moreOutcomes;
        DROVER_CRASH_POINT("store.compact.middle");
        return {};
    });
    if (!done)
        return done.error();
    DROVER_CRASH_POINT("store.compact.after");
    return more;
}

} // namespace drover::control::store
