// Moving trees: everything that can be in one survives, whatever changes between passes is
// followed, what changes in a final pass is refused, and no stream can make a receiver touch
// anything outside.

#include "agent/backend/transfer/pax_stream.h"
#include "agent/backend/transfer/tree_sync.h"
#include "agent/backend/transfer/tree_writer.h"
#include "tests/support/backend/channel_pair.h"
#include "tests/support/backend/folder_stage.h"
#include "tests/support/backend/tree_fixture.h"
#include "tests/support/backend/tree_passes.h"

#include <QtTest/QtTest>

#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace drover::tests {

using namespace agent::backend;
namespace fs = std::filesystem;
using model::ErrorCode;
using model::Result;

class TreeSync : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everythingSurvives();
    void socketsAreLeftBehindAndSaid();
    void nothingTravelsTwice();
    void changesAreFollowed();
    void aBrokenPassIsGoneOnWith();
    void aWriteInAFinalPassIsRefused();
    void aChangeByMappedMemoryIsSeen();
    void aSetBackTimeIsSeen();
    void aForgedTargetIsRefused();
    void manyFilesTravel();
    void sparseFilesStaySparse();
    void hostileStreams_data();
    void hostileStreams();
    void aStreamCutAtAnEntryIsRefused();
};

void TreeSync::initTestCase()
{
    // One descriptor per level of depth.
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void TreeSync::everythingSurvives()
{
    Trees trees;
    makeNastyTree(trees.source);
    const TreePicture before = pictureOf(trees.source, true);
    const auto live = trees.pass(/*final=*/false);
    DROVER_OK(live.sent);
    DROVER_OK(live.received);
    DROVER_SAME(trees.compare());
    const auto last = trees.pass(/*final=*/true);
    DROVER_OK(last.sent);
    DROVER_OK(last.received);
    QCOMPARE(last.sent->digest, last.received->digest);
    DROVER_SAME(trees.compare());
    QVERIFY2(difference(before, pictureOf(trees.source, true)).empty(),
             "the source was changed by reading it");
}

// They are nothing without their program; but what stays behind is said, once.
void TreeSync::socketsAreLeftBehindAndSaid()
{
    Trees trees;
    writeFile(trees.source / "file", "content");
    fs::create_directory(trees.source / "run");
    for (const char* name : {"run/b", "run/a"})
        QCOMPARE(::mknod((trees.source / name).c_str(), S_IFSOCK | 0600, 0), 0);
    const auto live = trees.pass(/*final=*/false);
    DROVER_OK(live.sent);
    QVERIFY(live.sent->remark.empty());
    const auto last = trees.pass(/*final=*/true);
    DROVER_OK(last.sent);
    DROVER_OK(last.received);
    QVERIFY2(last.sent->remark.find("2 sockets") != std::string::npos &&
                 last.sent->remark.find("run/") != std::string::npos,
             last.sent->remark.c_str());
    QVERIFY(fs::is_empty(trees.target / "run"));
    QVERIFY(fs::exists(trees.target / "file"));
    for (const char* name : {"run/b", "run/a"})
        fs::remove(trees.source / name);
    const auto again = trees.pass(/*final=*/true);
    DROVER_OK(again.sent);
    QVERIFY(again.sent->remark.empty());
}

void TreeSync::nothingTravelsTwice()
{
    Trees trees;
    makeNastyTree(trees.source);
    DROVER_OK(trees.pass(false).sent);
    const auto again = trees.pass(false);
    DROVER_OK(again.sent);
    QCOMPARE(again.sent->entries, std::uint64_t{0});
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    QCOMPARE(last.sent->entries, std::uint64_t{0});
    QCOMPARE(last.sent->carried.value, std::uint64_t{0});
}

void TreeSync::changesAreFollowed()
{
    Trees trees;
    makeNastyTree(trees.source);
    DROVER_OK(trees.pass(false).sent);

    const fs::path top = trees.source;
    writeFile(top / "plain", "other content, other length");
    fs::remove(top / "empty");
    fs::remove_all(top / "a"); // takes one of three hard links, and the folder
    writeFile(top / "a", "a file in a folder's place");
    fs::remove(top / "-rf");
    fs::create_directory(top / "-rf");
    writeFile(top / "-rf/inside", "a folder in a file's place");
    fs::rename(top / "new\nline", top / "renamed");
    fs::remove(top / "hard-1"); // the first name of the hard link group
    writeFile(top / "hard-1", "on its own now");
    fs::create_hard_link(top / "with-acl", top / "z/new-hard-link");
    ::chmod((top / "a.b").c_str(), 0600);
    fs::remove(top / "link");
    fs::create_symlink("renamed", top / "link");
    ::chmod((top / "read-only").c_str(), 0755);
    writeFile(top / "read-only/added", "x");
    ::chmod((top / "read-only").c_str(), 0555);
    ::chmod((top / "closed").c_str(), 0700);
    writeFile(top / "closed/inside", "changed");
    ::chmod((top / "closed").c_str(), 0);
    ::lremovexattr((top / "with-acl").c_str(), "system.posix_acl_access");

    const auto second = trees.pass(false);
    DROVER_OK(second.sent);
    DROVER_OK(second.received);
    DROVER_SAME(trees.compare());
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    QCOMPARE(last.sent->digest, last.received->digest);

    for (const auto& entry : fs::directory_iterator(top)) {
        if (!fs::is_directory(entry.symlink_status()))
            continue;
        removeAll(entry.path());
    }
    const auto emptied = trees.pass(true);
    DROVER_OK(emptied.sent);
    DROVER_SAME(trees.compare());
}

void TreeSync::aBrokenPassIsGoneOnWith()
{
    Trees trees;
    makeNastyTree(trees.source);
    for (int i = 0; i < 30; ++i)
        writeFile(trees.source / ("bulk-" + std::to_string(i)),
                  std::string(100'000, static_cast<char>('a' + i % 26)));
    bool through = false;
    std::uint64_t carried = 0;
    for (std::uint64_t breakAfter = 1; breakAfter < 100 && !through; ++breakAfter) {
        const auto tried = trees.pass(true, {}, breakAfter);
        through = tried.sent.ok();
        if (through)
            carried = tried.sent->carried.value;
    }
    QVERIFY(through);
    QVERIFY2(carried < 3'000'000, "the last try began from nothing");
    DROVER_SAME(trees.compare());
}

void TreeSync::aWriteInAFinalPassIsRefused()
{
    Trees trees;
    writeFile(trees.source / "a-first", std::string(1'000'000, 'a'));
    writeFile(trees.source / "b-second", std::string(1'000'000, 'b'));
    // Behind the reader: a file that was sent already, one that is still to come, a new one, one
    // less.
    const std::vector<std::function<void()>> deeds{
        [&] { writeFile(trees.source / "a-first", "changed"); },
        [&] { writeFile(trees.source / "b-second", "changed"); },
        [&] { writeFile(trees.source / "c-new", "new"); },
        [&] { fs::remove(trees.source / "c-new"); },
        [&] { ::chmod((trees.source / "b-second").c_str(), 0600); },
    };
    for (const auto& deed : deeds) {
        writeFile(trees.source / "trigger",
                  std::to_string(::rand())); // something to carry, so that there is progress
        const auto tried = trees.pass(true, deed);
        QVERIFY(!tried.sent.ok());
        QVERIFY(!tried.received.ok());
    }
    const auto quiet = trees.pass(true);
    DROVER_OK(quiet.sent);
    DROVER_SAME(trees.compare());
}

void TreeSync::aChangeByMappedMemoryIsSeen()
{
    Trees trees;
    const fs::path path = trees.source / "mapped";
    writeFile(path, std::string(8192, 'm'));
    const Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    auto* memory = static_cast<char*>(
        ::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0));
    QVERIFY(memory != MAP_FAILED);
    memory[0] = '1';
    DROVER_OK(trees.pass(false).sent);
    memory[0] = '2'; // a page that was written before
    memory[4096] = '3';
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    ::munmap(memory, 8192);
    DROVER_SAME(trees.compare());
    std::ifstream copy(trees.target / "mapped", std::ios::binary);
    QCOMPARE(static_cast<char>(copy.get()), '2');
}

void TreeSync::aSetBackTimeIsSeen()
{
    Trees trees;
    const fs::path path = trees.source / "backdated";
    writeFile(path, "one");
    struct stat st = {};
    QCOMPARE(::stat(path.c_str(), &st), 0);
    DROVER_OK(trees.pass(false).sent);
    writeFile(path, "two"); // same length
    const timespec times[2] = {st.st_atim, st.st_mtim};
    QCOMPARE(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    DROVER_SAME(trees.compare());
}

void TreeSync::aForgedTargetIsRefused()
{
    // A target that does not have what it should (a bad disk, a meddler) is set right by the final
    // pass, whatever its times say.
    Trees trees;
    writeFile(trees.source / "file", "right");
    DROVER_OK(trees.pass(false).sent);
    struct stat st = {};
    const fs::path forged = trees.target / "file";
    QCOMPARE(::stat(forged.c_str(), &st), 0);
    writeFile(forged, "wrong");
    const timespec times[2] = {st.st_atim, st.st_mtim};
    QCOMPARE(::utimensat(AT_FDCWD, forged.c_str(), times, 0), 0);
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    DROVER_SAME(trees.compare());
}

void TreeSync::manyFilesTravel()
{
    Trees trees;
    constexpr int kFolders = 20;
    constexpr int kFiles = 100;
    for (int i = 0; i < kFolders; ++i) {
        const fs::path folder = trees.source / ("folder-" + std::to_string(i));
        fs::create_directory(folder);
        for (int j = 0; j < kFiles; ++j)
            writeFile(folder / ("f" + std::to_string(j)), std::to_string(i * kFiles + j));
    }
    const auto live = trees.pass(false);
    DROVER_OK(live.sent);
    QVERIFY(live.sent->entries >= kFolders * kFiles);
    fs::remove(trees.source / "folder-3" / "f7");
    writeFile(trees.source / "folder-19" / "f4999", "changed");
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    DROVER_OK(last.received);
    QCOMPARE(last.sent->digest, last.received->digest);
    QVERIFY(last.sent->entries < 10);
    QVERIFY(!fs::exists(trees.target / "folder-3" / "f7"));
}

void TreeSync::sparseFilesStaySparse()
{
    Trees trees;
    const fs::path path = trees.source / "sparse";
    const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    QCOMPARE(::ftruncate(file.get(), off_t{1} << 30), 0);
    for (int i = 0; i < 100; ++i)
        QCOMPARE(::pwrite(file.get(), "x", 1, off_t{i} * 10'000'000 + 5), ssize_t{1});
    DROVER_OK(trees.pass(true).sent);
    struct stat ours = {};
    struct stat theirs = {};
    QCOMPARE(::stat(path.c_str(), &ours), 0);
    QCOMPARE(::stat((trees.target / "sparse").c_str(), &theirs), 0);
    QCOMPARE(theirs.st_size, ours.st_size);
    QVERIFY2(theirs.st_blocks <= ours.st_blocks + 64, std::to_string(theirs.st_blocks).c_str());
}

namespace {

TreeEntry entryOf(EntryType type, const std::string& path, const std::string& target = {})
{
    TreeEntry entry;
    entry.type = type;
    entry.path = path;
    entry.target = target;
    entry.mode = type == EntryType::Folder ? 0755 : 0644;
    entry.uid = ::geteuid();
    entry.gid = ::getegid();
    entry.size = type == EntryType::File ? 4 : 0;
    return entry;
}

} // namespace

void TreeSync::hostileStreams_data()
{
    QTest::addColumn<int>("which");
    QTest::addColumn<bool>("refused");
    QTest::newRow("a folder made through a link") << 0 << true;
    QTest::newRow("a file through a link") << 1 << true;
    QTest::newRow("a hard link to what is outside, through a link") << 2 << true;
    QTest::newRow("an absolute path") << 3 << true;
    QTest::newRow("a path with ..") << 4 << true;
    QTest::newRow("a hard link with ..") << 5 << true;
    QTest::newRow("a hard link with an absolute path") << 6 << true;
    QTest::newRow("a file over a link replaces the link") << 7 << false;
    QTest::newRow("a removal with ..") << 8 << true;
    QTest::newRow("a removal through a link") << 9 << true;
    QTest::newRow("the top as a link") << 10 << true;
    QTest::newRow("a hard link to a link that leads outside") << 11 << false;
    QTest::newRow("a stream that is not what was sent") << 12 << true;
}

void TreeSync::hostileStreams()
{
    QFETCH(int, which);
    QFETCH(bool, refused);
    Trees trees;
    const fs::path outside = fs::path(trees.base.path().toStdString()) / "outside";
    fs::create_directory(outside);
    writeFile(outside / "precious", "data");
    const TreePicture before = pictureOf(outside, true);

    ChannelPair pair;
    const Canceller never;
    const Fd to(::open(trees.target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    Result<PassResult> received = model::Error{};
    std::thread receiver([&] {
        received = receiveTree(to.get(), trees.targetCache, false, {}, pair.receiver(), {}, never);
        pair.cut();
    });
    auto& channel = pair.sender();
    const auto attack = [&]() -> Result<void> {
        WireWriter hello(MessageType::Hello);
        hello.u32(kTreeVersion);
        hello.u8(0);
        if (auto sent = sendMessage(channel, hello); !sent)
            return sent;
        for (;;) {
            auto message = readMessage(channel);
            if (!message)
                return message.error();
            if (message->type == MessageType::ManifestEnd)
                break;
        }
        WireWriter begin(MessageType::Begin);
        begin.u64(0);
        if (auto sent = sendMessage(channel, begin); !sent)
            return sent;
        if (which == 8 || which == 9) {
            if (which == 9)
                fs::create_symlink(outside, trees.target / "way");
            WireWriter remove(MessageType::Remove);
            remove.text(which == 8 ? "../outside/precious" : "way/precious");
            if (auto sent = sendMessage(channel, remove); !sent)
                return sent;
        }
        PaxWriter stream(channel);
        EntryHasher hasher;
        ContentHasher evil;
        evil.add(0, "evil");
        const Digest content = evil.finish(4);
        const auto put = [&](const TreeEntry& entry) -> Result<void> {
            if (auto begun = stream.begin(entry, {}, {{0, entry.size}}); !begun)
                return begun;
            hasher.add(entry, content);
            return entry.type == EntryType::File ? stream.data("evil") : Result<void>{};
        };
        std::vector<TreeEntry> entries;
        const TreeEntry way = entryOf(EntryType::Link, "way", outside.string());
        if (which == 0)
            entries = {way, entryOf(EntryType::Folder, "way/made"),
                       entryOf(EntryType::File, "way/made/file")};
        if (which == 1)
            entries = {way, entryOf(EntryType::File, "way/precious")};
        if (which == 2)
            entries = {way, entryOf(EntryType::HardLink, "stolen", "way/precious"),
                       entryOf(EntryType::File, "stolen")};
        if (which == 3)
            entries = {entryOf(EntryType::File, (outside / "precious").string())};
        if (which == 4)
            entries = {entryOf(EntryType::File, "a/../../outside/precious")};
        if (which == 5)
            entries = {entryOf(EntryType::HardLink, "stolen", "../outside/precious")};
        if (which == 6)
            entries = {entryOf(EntryType::HardLink, "stolen", (outside / "precious").string())};
        if (which == 7)
            entries = {entryOf(EntryType::Link, "x", (outside / "precious").string()),
                       entryOf(EntryType::File, "x")};
        if (which == 10)
            entries = {entryOf(EntryType::Link, "", outside.string())};
        if (which == 11)
            entries = {way, entryOf(EntryType::HardLink, "way2", "way"),
                       entryOf(EntryType::Link, "way2", "harmless")};
        if (which == 12)
            entries = {entryOf(EntryType::File, "honest")};
        for (const TreeEntry& entry : entries)
            if (auto done = put(entry); !done)
                return done;
        auto totals = stream.finish();
        if (!totals)
            return totals.error();
        totals->hash = hasher.finish();
        if (which == 12)
            totals->hash[5] ^= 1; // a bit that fell over on the way
        if (auto sent = sendMessage(channel, trailerMessage(*totals, Digest{})); !sent)
            return sent;
        auto done = expectMessage(channel, MessageType::Done);
        if (!done)
            return done.error();
        return {};
    };
    const auto attacked = attack();
    pair.cut();
    receiver.join();
    QCOMPARE(received.ok(), !refused);
    QCOMPARE(attacked.ok(), !refused);
    DROVER_SAME(difference(before, pictureOf(outside, true)));
}

void TreeSync::aStreamCutAtAnEntryIsRefused()
{
    // All messages of a good stream but the last ones, with an honest-looking end.
    Trees trees;
    for (int i = 0; i < 10; ++i)
        writeFile(trees.source / ("f" + std::to_string(i)), std::string(300'000, 'q'));
    ChannelPair good;
    PaxWriter stream(good.sender());
    PaxReader reader(good.receiver());
    std::thread writer([&] {
        for (int i = 0; i < 3; ++i) {
            TreeEntry entry = entryOf(EntryType::File, "f" + std::to_string(i));
            if (!stream.begin(entry, {}, {{0, 4}}).ok() || !stream.data("good").ok())
                return;
        }
        auto totals = stream.finish();
        if (!totals)
            return;
        totals->entries += 1; // one more than the reader will find
        static_cast<void>(sendMessage(good.sender(), trailerMessage(*totals, Digest{})).ok());
    });
    int seen = 0;
    Result<std::optional<PaxReader::Item>> item = std::optional<PaxReader::Item>{};
    for (;;) {
        item = reader.next();
        if (!item || !item->has_value())
            break;
        ++seen;
    }
    writer.join();
    QCOMPARE(seen, 3);
    DROVER_REFUSED(item, ErrorCode::Io);
}

} // namespace drover::tests

int main(int argc, char** argv)
{
    return drover::tests::runAsPlainUserToo([&] {
        drover::tests::TreeSync tests;
        return QTest::qExec(&tests, argc, argv);
    });
}

#include "tst_tree_sync.moc"
