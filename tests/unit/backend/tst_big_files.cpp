// Big files travel by the blocks that differ: whatever changes in one, few bytes travel and the
// copy is right; whatever breaks off, nothing torn is ever believed; and only files that the
// receiver made itself are changed in place.

#include "agent/backend/transfer/file_blocks.h"
#include "tests/support/backend/folder_stage.h"
#include "tests/support/backend/tree_fixture.h"
#include "tests/support/backend/tree_passes.h"

#include <QtTest/QtTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace drover::tests {

using namespace agent::backend;
namespace fs = std::filesystem;
using model::ErrorCode;

namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kBase = 12 * kMiB;

// `bytes` that are not the same anywhere, and none of them zero.
std::string noise(std::uint64_t bytes, std::uint64_t seed)
{
    std::string text(bytes, '\0');
    std::uint64_t state = seed * 2 + 1;
    for (char& c : text) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        c = static_cast<char>((state >> 56U) | 1U);
    }
    return text;
}

void put(const fs::path& path, std::uint64_t offset, const std::string& bytes)
{
    const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
        static_cast<ssize_t>(bytes.size()))
        qFatal("cannot write to the fixture");
}

void punch(const fs::path& path, std::uint64_t offset, std::uint64_t length)
{
    const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (::fallocate(file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    static_cast<off_t>(offset), static_cast<off_t>(length)) != 0)
        qFatal("cannot make a hole in the fixture");
}

std::uint64_t allocated(const fs::path& path)
{
    struct stat st = {};
    return ::stat(path.c_str(), &st) == 0 ? static_cast<std::uint64_t>(st.st_blocks) * 512 : 0;
}

ino_t inodeOf(const fs::path& path)
{
    struct stat st = {};
    return ::lstat(path.c_str(), &st) == 0 ? st.st_ino : 0;
}

using Deed = void (*)(const fs::path& top);

} // namespace

class BigFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyTheBlocksThatDifferTravel_data();
    void onlyTheBlocksThatDifferTravel();
    void aFileMayChangeWhileItTravels_data();
    void aFileMayChangeWhileItTravels();
    void aChangeInAFinalPassIsRefused();
    void aPassThatBreaksOffIsNeverBelieved_data();
    void aPassThatBreaksOffIsNeverBelieved();
    void aTornFileIsNotHiddenByItsTimes();
    void aFirstPassThatBreaksOffIsGoneOnWith();
    void ofALargeFileOneBlockTravels();
    void aReceiverWithoutItsCacheTakesItWhole();
    void onlyOwnFilesAreChangedInPlace();
    void aSparseGiantTravels();
    void cachedBlocksAreBounded();
};

void BigFiles::onlyTheBlocksThatDifferTravel_data()
{
    QTest::addColumn<Deed>("deed");
    QTest::addColumn<std::uint64_t>("most");
    const auto row = [](const char* name, std::uint64_t most, Deed deed) {
        QTest::newRow(name) << deed << most;
    };
    row("one byte", kBlockSize, [](const fs::path& top) { put(top / "big", 11 * kMiB + 7, "!"); });
    row("across a border", 2 * kBlockSize,
        [](const fs::path& top) { put(top / "big", 40 * kBlockSize - 1, "!!"); });
    row("the first and the last byte", 2 * kBlockSize, [](const fs::path& top) {
        put(top / "big", 0, "!");
        put(top / "big", kBase - 1, "!");
    });
    row("grown", 9 * kBlockSize,
        [](const fs::path& top) { put(top / "big", kBase, noise(kMiB + 5, 2)); });
    row("grown by a hole", 0, [](const fs::path& top) { fs::resize_file(top / "big", 2 * kBase); });
    row("grown beyond a hole", kBlockSize,
        [](const fs::path& top) { put(top / "big", 2 * kBase, "far"); });
    row("shrunk within a block", kBlockSize,
        [](const fs::path& top) { fs::resize_file(top / "big", kBase - 12345); });
    row("shrunk at a border", 0,
        [](const fs::path& top) { fs::resize_file(top / "big", kBase - 3 * kBlockSize); });
    row("shrunk and grown again", 0, [](const fs::path& top) {
        fs::resize_file(top / "big", kBase / 2);
        fs::resize_file(top / "big", kBase);
    });
    row("shrunk to what is not big", kBlockSize,
        [](const fs::path& top) { fs::resize_file(top / "big", kMiB + 5); });
    row("shrunk to nothing", 0, [](const fs::path& top) { fs::resize_file(top / "big", 0); });
    row("a hole made", 0, [](const fs::path& top) { punch(top / "big", 2 * kMiB, 6 * kMiB); });
    row("a hole within a block", 2 * kBlockSize,
        [](const fs::path& top) { punch(top / "big", kMiB + 4096, kBlockSize); });
    row("zeros written", 0,
        [](const fs::path& top) { put(top / "big", 8 * kMiB, std::string(kMiB, '\0')); });
    row("another file in its place, one block differs", kBlockSize, [](const fs::path& top) {
        fs::copy_file(top / "big", top / "other");
        put(top / "other", 5 * kMiB, "!");
        fs::rename(top / "other", top / "big");
    });
    row("its mode, time and attributes", 0, [](const fs::path& top) {
        ::chmod((top / "big").c_str(), 0400);
        ::lsetxattr((top / "big").c_str(), "user.note", "new", 3, 0);
        ::lremovexattr((top / "big").c_str(), "user.old");
        const timespec times[2] = {{1, 2}, {3, 4}};
        ::utimensat(AT_FDCWD, (top / "big").c_str(), times, 0);
    });
    row("a name more, and a byte", kBlockSize, [](const fs::path& top) {
        fs::create_hard_link(top / "big", top / "name");
        put(top / "big", 5 * kMiB, "!");
    });
    row("a byte of a file with two names", kBlockSize,
        [](const fs::path& top) { put(top / "twice-2", 5 * kMiB, "!"); });
    row("two names become two files", 2 * kBase, [](const fs::path& top) {
        fs::copy_file(top / "twice-2", top / "other");
        put(top / "other", 5 * kMiB, "!");
        fs::rename(top / "other", top / "twice-2");
        put(top / "twice-1", 6 * kMiB, "?");
    });
    row("it goes", 0, [](const fs::path& top) { fs::remove(top / "big"); });
    row("a folder in its place", 0, [](const fs::path& top) {
        fs::remove(top / "big");
        fs::create_directory(top / "big");
    });
    row("in a folder closed to its owner", kBlockSize, [](const fs::path& top) {
        put(top / "closed/big", 5 * kMiB, "!");
        ::chmod((top / "closed").c_str(), 0500);
    });
}

void BigFiles::onlyTheBlocksThatDifferTravel()
{
    QFETCH(Deed, deed);
    QFETCH(std::uint64_t, most);
    static const std::string base = noise(kBase, 1);
    for (const bool final : {false, true}) {
        Trees trees;
        const std::string row = QTest::currentDataTag();
        if (row.find("closed") != std::string::npos) {
            fs::create_directory(trees.source / "closed");
            writeFile(trees.source / "closed/big", base);
        } else if (row.find("two names") != std::string::npos) {
            writeFile(trees.source / "twice-1", base);
            fs::create_hard_link(trees.source / "twice-1", trees.source / "twice-2");
        } else {
            writeFile(trees.source / "big", base);
            ::lsetxattr((trees.source / "big").c_str(), "user.old", "value", 5, 0);
        }
        writeFile(trees.source / "small", "small");
        DROVER_OK(trees.pass(false).sent);
        deed(trees.source);
        const auto second = trees.pass(final);
        DROVER_OK(second.sent);
        DROVER_OK(second.received);
        QVERIFY2(second.sent->carried.value <= most,
                 std::to_string(second.sent->carried.value).c_str());
        QCOMPARE(second.sent->carried.value, second.received->carried.value);
        DROVER_SAME(trees.compare());
        if (fs::is_regular_file(trees.source / "big"))
            QVERIFY(allocated(trees.target / "big") <=
                    allocated(trees.source / "big") + 2 * kBlockSize);
        const auto last = trees.pass(true);
        DROVER_OK(last.sent);
        DROVER_OK(last.received);
        QCOMPARE(last.sent->carried.value, std::uint64_t{0});
        QCOMPARE(last.sent->digest, last.received->digest);
    }
}

void BigFiles::aFileMayChangeWhileItTravels_data()
{
    QTest::addColumn<Deed>("deed");
    const auto row = [](const char* name, Deed deed) { QTest::newRow(name) << deed; };
    row("behind the reader", [](const fs::path& top) { put(top / "big", 100, "!"); });
    row("before the reader", [](const fs::path& top) { put(top / "big", 15 * kMiB, "!"); });
    row("both", [](const fs::path& top) {
        put(top / "big", 200, "!");
        put(top / "big", 14 * kMiB, noise(kMiB, 7));
    });
    row("grown", [](const fs::path& top) { put(top / "big", 16 * kMiB, noise(kMiB, 8)); });
    row("shrunk", [](const fs::path& top) { fs::resize_file(top / "big", 9 * kMiB + 1); });
    row("emptied", [](const fs::path& top) { fs::resize_file(top / "big", 0); });
    row("gone", [](const fs::path& top) { fs::remove(top / "big"); });
    row("replaced", [](const fs::path& top) {
        writeFile(top / "new", noise(17 * kMiB, 9));
        fs::rename(top / "new", top / "big");
    });
    row("the next one is gone", [](const fs::path& top) { fs::remove(top / "next"); });
    row("the next one is a link now", [](const fs::path& top) {
        fs::remove(top / "next");
        fs::create_symlink("/etc/passwd", top / "next");
    });
    row("the next one is a pipe now", [](const fs::path& top) {
        fs::remove(top / "next");
        ::mkfifo((top / "next").c_str(), 0600);
    });
}

void BigFiles::aFileMayChangeWhileItTravels()
{
    QFETCH(Deed, deed);
    Trees trees;
    writeFile(trees.source / "big", noise(16 * kMiB, 1));
    writeFile(trees.source / "next", noise(9 * kMiB, 2));
    DROVER_OK(trees.pass(false).sent);
    put(trees.source / "big", kMiB, "changed");
    put(trees.source / "next", kMiB, "changed");
    const auto torn = trees.pass(false, [&] { deed(trees.source); });
    DROVER_OK(torn.sent);
    DROVER_OK(torn.received);
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    DROVER_OK(last.received);
    QCOMPARE(last.sent->digest, last.received->digest);
    DROVER_SAME(trees.compare());
}

void BigFiles::aChangeInAFinalPassIsRefused()
{
    Trees trees;
    writeFile(trees.source / "big", noise(16 * kMiB, 1));
    DROVER_OK(trees.pass(false).sent);
    // Behind the reader, before it, and as nothing but a time would tell.
    for (const std::uint64_t where : {100ULL, 15ULL * kMiB}) {
        put(trees.source / "big", kMiB, std::to_string(where));
        const auto tried = trees.pass(true, [&] { put(trees.source / "big", where, "late"); });
        DROVER_REFUSED(tried.sent, ErrorCode::FailedState);
        QVERIFY(!tried.received.ok());
    }
    const auto quiet = trees.pass(true);
    DROVER_OK(quiet.sent);
    DROVER_SAME(trees.compare());
}

void BigFiles::aPassThatBreaksOffIsNeverBelieved_data()
{
    QTest::addColumn<bool>("isNew");
    QTest::newRow("the same receiver goes on") << false;
    QTest::newRow("a new receiver goes on") << true;
}

void BigFiles::aPassThatBreaksOffIsNeverBelieved()
{
    QFETCH(bool, isNew);
    Trees trees;
    const fs::path path = trees.source / "big";
    writeFile(path, noise(9 * kMiB, 1));
    DROVER_OK(trees.pass(false).sent);
    std::uint64_t broken = 0;
    for (bool through = false; !through; ++broken) {
        QVERIFY(broken < 100);
        for (const std::uint64_t block : {3, 17, 18, 40, 71})
            put(path, block * kBlockSize + broken, "!");
        fs::resize_file(path, 9 * kMiB + broken * 1000);
        punch(path, 50 * kBlockSize, kBlockSize * (1 + broken % 2));
        put(path, 50 * kBlockSize, std::string(broken % 2, 'x'));
        const auto tried = trees.pass(true, {}, broken + 1);
        through = tried.sent.ok();
        if (isNew)
            trees.targetCache = {};
        const auto repeated = trees.pass(true);
        DROVER_OK(repeated.sent);
        DROVER_OK(repeated.received);
        QCOMPARE(repeated.sent->digest, repeated.received->digest);
        DROVER_SAME(trees.compare());
        if (isNew) { // its own again
            fs::remove(trees.target / "big");
            DROVER_OK(trees.pass(false).sent);
        }
    }
    QVERIFY(broken > 10);
}

void BigFiles::aTornFileIsNotHiddenByItsTimes()
{
    // As if a write fell into the same tick of the clock as what came before it.
    Trees trees;
    const fs::path path = trees.source / "big";
    writeFile(path, noise(9 * kMiB, 1));
    DROVER_OK(trees.pass(false).sent);
    put(path, kMiB, "!");
    put(path, 8 * kMiB, "!");
    struct stat st = {};
    QCOMPARE(::stat(path.c_str(), &st), 0);
    std::uint64_t at = 1;
    bool torn = false;
    for (; !torn && at < 30; ++at) {
        QVERIFY(!trees.pass(false, {}, at).sent.ok());
        std::string there(1, '\0');
        const Fd file(::open((trees.target / "big").c_str(), O_RDONLY | O_CLOEXEC));
        torn = ::pread(file.get(), there.data(), 1, kMiB) == 1 && there == "!";
    }
    QVERIFY(torn);
    const timespec times[2] = {st.st_atim, st.st_mtim};
    QCOMPARE(::utimensat(AT_FDCWD, (trees.target / "big").c_str(), times, 0), 0);
    const auto live = trees.pass(false); // sees nothing, which is what it may
    DROVER_OK(live.sent);
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    QVERIFY(last.sent->carried.value <= 2 * kBlockSize);
    DROVER_SAME(trees.compare());
}

void BigFiles::aFirstPassThatBreaksOffIsGoneOnWith()
{
    Trees trees;
    writeFile(trees.source / "big", noise(kBase, 1));
    QVERIFY(!trees.pass(false, {}, 40).sent.ok());
    const std::uint64_t had = fs::file_size(trees.target / "big");
    QVERIFY(had > kBase / 2);
    const auto rest = trees.pass(false);
    DROVER_OK(rest.sent);
    QVERIFY(rest.sent->carried.value <= kBase - had + kBlockSize);
    DROVER_SAME(trees.compare());
}

void BigFiles::ofALargeFileOneBlockTravels()
{
    Trees trees;
    writeFile(trees.source / "big", noise(64 * kMiB, 1));
    DROVER_OK(trees.pass(false).sent);
    put(trees.source / "big", 33 * kMiB, "!");
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    QCOMPARE(last.sent->carried.value, kBlockSize);
    DROVER_SAME(trees.compare());
}

void BigFiles::aReceiverWithoutItsCacheTakesItWhole()
{
    Trees trees;
    writeFile(trees.source / "big", noise(9 * kMiB, 1));
    DROVER_OK(trees.pass(false).sent);
    put(trees.source / "big", kMiB, "!");
    trees.targetCache = {};
    const auto whole = trees.pass(false);
    DROVER_OK(whole.sent);
    QCOMPARE(whole.sent->carried.value, 9 * kMiB);
    DROVER_SAME(trees.compare());
}

void BigFiles::onlyOwnFilesAreChangedInPlace()
{
    Trees trees;
    const fs::path outside = fs::path(trees.base.path().toStdString()) / "outside";
    writeFile(trees.source / "big", noise(9 * kMiB, 1));
    // Somebody's file, of which he kept a name.
    writeFile(trees.target / "big", noise(9 * kMiB, 5));
    fs::create_hard_link(trees.target / "big", outside);
    DROVER_OK(trees.pass(false).sent);
    DROVER_SAME(trees.compare());
    QVERIFY(inodeOf(trees.target / "big") != inodeOf(outside));

    // The copy was given to users: they may have done the same with what was our own.
    fs::remove(outside);
    fs::create_hard_link(trees.target / "big", outside);
    const TreePicture before = pictureOf(trees.base.path().toStdString(), false);
    trees.targetCache.disown();
    put(trees.source / "big", kMiB, "!");
    DROVER_OK(trees.pass(false).sent);
    DROVER_SAME(trees.compare());
    QVERIFY(inodeOf(trees.target / "big") != inodeOf(outside));
    std::string there(1, '\0');
    const Fd file(::open(outside.c_str(), O_RDONLY | O_CLOEXEC));
    QCOMPARE(::pread(file.get(), there.data(), 1, kMiB), ssize_t{1});
    QVERIFY(there != "!");
}

void BigFiles::aSparseGiantTravels()
{
    // More blocks than are kept: they are looked at each time, holes are not.
    Trees trees;
    const fs::path path = trees.source / "giant";
    writeFile(path, noise(9 * kMiB, 1));
    fs::resize_file(path, 1ULL << 40);
    put(path, (1ULL << 40) - 5, "end");
    DROVER_OK(trees.pass(false).sent);
    put(path, 1ULL << 39, "middle");
    const auto second = trees.pass(false);
    DROVER_OK(second.sent);
    QVERIFY(second.sent->carried.value <= kBlockSize);
    put(path, (1ULL << 39) + kBlockSize, "middle");
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    QVERIFY(last.sent->carried.value <= kBlockSize);
    QCOMPARE(last.sent->digest, last.received->digest);
    QVERIFY(allocated(trees.target / "giant") < 10 * kMiB);
    QCOMPARE(fs::file_size(trees.target / "giant"), 1ULL << 40);
}

void BigFiles::cachedBlocksAreBounded()
{
    ContentCache cache;
    TreeEntry entry;
    entry.size = kBigFile;
    QVERIFY(cache.wantsBlocks(kBigFile));
    QVERIFY(!cache.wantsBlocks(kBigFile - 1));
    QVERIFY(!cache.wantsBlocks(ContentCache::kMostBlocks * kBlockSize));
    for (entry.inode = 1; entry.inode <= 3; ++entry.inode)
        cache.remember(entry, {}, BlockDigests(ContentCache::kMostBlocks / 2));
    QVERIFY(!cache.wantsBlocks(kBigFile));
    entry.inode = 3; // the third was too much: known as a whole only
    QVERIFY(cache.lookup(entry).has_value());
    QVERIFY(cache.forget(entry).empty());
    QVERIFY(!cache.lookup(entry).has_value());
    entry.inode = 2;
    QCOMPARE(cache.forget(entry).size(), ContentCache::kMostBlocks / 2);
    QVERIFY(cache.wantsBlocks(kBigFile));
    entry.inode = 1;
    cache.remember(entry, {}, BlockDigests(3));
    QVERIFY(cache.wantsBlocks((ContentCache::kMostBlocks - 4) * kBlockSize));
    cache.keepOnly({});
    QVERIFY(!cache.lookup(entry).has_value());
}

} // namespace drover::tests

int main(int argc, char** argv)
{
    return drover::tests::runAsPlainUserToo([&] {
        drover::tests::BigFiles tests;
        return QTest::qExec(&tests, argc, argv);
    });
}

#include "tst_big_files.moc"
