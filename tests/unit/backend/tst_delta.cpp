// What either end of a change by blocks takes from a hostile or older other end: nothing outside of
// the copy is touched, lists are within the file and in order, and it ends.

#include "agent/backend/transfer/block_reader.h"
#include "agent/backend/transfer/delta.h"
#include "agent/backend/transfer/file_blocks.h"
#include "tests/support/backend/tree_fixture.h"
#include "tests/support/backend/tree_passes.h"

#include <QtTest/QtTest>

#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::tests {

using namespace agent::backend;
namespace fs = std::filesystem;
using model::ErrorCode;
using model::Result;

namespace {

using Messages = std::vector<std::string>;
constexpr std::uint64_t kSize = kBigFile + 1000;
constexpr std::uint64_t kLast = kSize / kBlockSize;

// An end of a channel whose other end says what it was told to say, whatever it hears.
class Script final : public ByteChannel
{
public:
    explicit Script(Messages says) : m_says(std::move(says)) {}
    Result<void> write(std::string_view message) override
    {
        heard.emplace_back(message);
        return {};
    }
    Result<std::string> read() override
    {
        if (m_next == m_says.size())
            return model::Error{ErrorCode::Unavailable, "the connection is gone", {}, {}};
        return m_says[m_next++];
    }
    Messages heard;

private:
    Messages m_says;
    std::size_t m_next = 0;
};

std::string hello(std::uint32_t version)
{
    WireWriter message(MessageType::Hello);
    message.u32(version);
    message.u8(0);
    return message.bytes();
}

std::string begin()
{
    WireWriter message(MessageType::Begin);
    message.u64(0);
    return message.bytes();
}

TreeEntry fileAt(const std::string& path)
{
    TreeEntry entry;
    entry.path = path;
    entry.mode = 0644;
    entry.uid = ::geteuid();
    entry.gid = ::getegid();
    entry.size = kSize;
    return entry;
}

std::string delta(const TreeEntry& entry)
{
    WireWriter message(MessageType::Delta);
    encodeEntry(message, entry);
    return message.bytes();
}

std::string attribute(const std::string& name, const std::string& value)
{
    WireWriter message(MessageType::Attribute);
    message.text(name);
    message.text(value);
    return message.bytes();
}

const std::string kMore(1, static_cast<char>(MessageType::More));

std::string block(std::uint64_t index, std::uint64_t bytes = kBlockSize)
{
    WireWriter message(MessageType::Block);
    message.u64(index);
    message.raw(std::string(bytes, 'e'));
    return message.bytes();
}

std::string hole(std::uint64_t index)
{
    WireWriter message(MessageType::Hole);
    message.u64(index);
    return message.bytes();
}

std::string end()
{
    WireWriter message(MessageType::DeltaEnd);
    message.digest({});
    return message.bytes();
}

std::string blocks(bool last, const std::vector<std::uint64_t>& indexes)
{
    WireWriter message(MessageType::Blocks);
    message.u8(last ? 1 : 0);
    for (const std::uint64_t index : indexes) {
        message.u64(index);
        message.digest({1});
    }
    return message.bytes();
}

} // namespace

class DeltaTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hostileSenders_data();
    void hostileSenders();
    void hostileReceivers_data();
    void hostileReceivers();
    void anOlderEndIsRefused();
    void listsOfAnyLengthAreToldInParts_data();
    void listsOfAnyLengthAreToldInParts();
    void blocksAreReadInOrderWhateverReadsAhead();
    void aDigestIsTheSameInAnyPieces();
};

void DeltaTest::hostileSenders_data()
{
    QTest::addColumn<Messages>("says");
    const auto row = [](const char* name, Messages says) { QTest::newRow(name) << says; };
    const auto at = [](const std::string& path) { return delta(fileAt(path)); };
    row("the top", {at("")});
    row("a path with ..", {at("../outside/precious"), kMore});
    row("an absolute path", {at("/etc/passwd"), kMore});
    row("through a link", {at("way/precious"), kMore});
    row("a link", {at("leaf"), kMore});
    row("a pipe", {at("pipe"), kMore});
    row("a folder", {at("folder"), kMore});
    row("a file that is not there", {at("nothing"), kMore});
    row("a file that was not offered", {at("small"), kMore});
    row("a big file that is not its own", {at("foreign"), kMore});
    TreeEntry odd = fileAt("big");
    odd.size = kLargestFile + 1;
    row("larger than a file can be", {delta(odd), kMore});
    odd = fileAt("big");
    odd.type = EntryType::Folder;
    row("as a folder", {delta(odd), kMore});
    odd = fileAt("big");
    odd.uid = 0xffffffff;
    row("nobody's", {delta(odd), kMore});
    row("cut", {at("big").substr(0, 20)});
    row("with more behind it", {at("big") + "x"});
    row("an attribute that is not carried", {at("big"), attribute("security.evil", "x"), kMore});
    row("an attribute without a name", {at("big"), attribute("", "x"), kMore});
    row("a cut attribute", {at("big"), attribute("user.x", "x").substr(0, 8), kMore});
    Messages flood{at("big")};
    for (int i = 0; i < 100; ++i)
        flood.push_back(attribute("user." + std::to_string(i), std::string(200'000, 'x')));
    row("attributes without end", flood);
    row("a block before the question", {at("big"), block(0)});
    row("a hole before the question", {at("big"), hole(0)});
    row("a block beyond the end", {at("big"), kMore, block(kLast + 1)});
    row("a block whose offset overflows", {at("big"), kMore, block(1ULL << 47)});
    row("the last of all blocks", {at("big"), kMore, block(~0ULL)});
    row("a hole beyond the end", {at("big"), kMore, hole(kLast + 1)});
    row("the last of all holes", {at("big"), kMore, hole(~0ULL)});
    row("a short block", {at("big"), kMore, block(0, 10)});
    row("a long block", {at("big"), kMore, block(0, kBlockSize + 1)});
    row("a last block that is too long", {at("big"), kMore, block(kLast)});
    row("a block without an index", {at("big"), kMore, block(0, 0).substr(0, 5)});
    row("a block twice", {at("big"), kMore, block(3), block(3)});
    row("a block backwards", {at("big"), kMore, block(3), block(2)});
    row("a hole backwards", {at("big"), kMore, block(3), hole(2)});
    row("a question too much", {at("big"), kMore, kMore});
    row("an end before it was told all", {at("big"), end()});
    row("another content than it says", {at("big"), kMore, block(1), end()});
    row("a removal within a file", {at("big"), kMore, "R"});
    row("another file within a file", {at("big"), kMore, at("big")});
    row("an end without a digest", {at("big"), kMore, "E"});
    row("an attribute too late", {at("big"), kMore, attribute("user.x", "y")});
}

void DeltaTest::hostileSenders()
{
    QFETCH(Messages, says);
    Trees trees;
    const fs::path outside = fs::path(trees.base.path().toStdString()) / "outside";
    fs::create_directory(outside);
    writeFile(outside / "precious", std::string(kSize, 'p'));
    writeFile(trees.source / "big", std::string(kSize, 'b'));
    writeFile(trees.source / "small", "small");
    fs::create_directory(trees.source / "folder");
    fs::create_symlink(outside, trees.source / "way");
    fs::create_symlink(outside / "precious", trees.source / "leaf");
    ::mkfifo((trees.source / "pipe").c_str(), 0600);
    DROVER_OK(trees.pass(false).sent);
    writeFile(trees.target / "foreign", std::string(kSize, 'f'));
    const TreePicture before = pictureOf(outside, true);
    const auto changeTimes = [&] {
        std::string all;
        for (const char* path : {"foreign", "small"}) {
            struct stat st = {};
            ::stat((trees.target / path).c_str(), &st);
            all += std::to_string(st.st_ino) + " " + std::to_string(st.st_ctim.tv_sec) + "." +
                   std::to_string(st.st_ctim.tv_nsec) + " ";
        }
        return all;
    };
    const std::string untouched = changeTimes();

    says.insert(says.begin(), {hello(kTreeVersion), begin()});
    Script script(says);
    const Fd to(::open(trees.target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto received = receiveTree(to.get(), trees.targetCache, false, {}, script, {}, {});
    QVERIFY(!received.ok());
    // Refused, and not for want of more.
    QVERIFY2(received.error().code != ErrorCode::Unavailable, received.error().message.c_str());
    QCOMPARE(script.heard.back().front(), static_cast<char>(MessageType::Failed));
    DROVER_SAME(difference(before, pictureOf(outside, true)));
    QCOMPARE(changeTimes(), untouched);
    // What it did to the file that was offered is set right.
    fs::remove(trees.target / "foreign");
    const auto last = trees.pass(true);
    DROVER_OK(last.sent);
    DROVER_SAME(trees.compare());
}

void DeltaTest::hostileReceivers_data()
{
    QTest::addColumn<Messages>("says");
    const auto row = [](const char* name, Messages says) { QTest::newRow(name) << says; };
    row("a block beyond the end", {blocks(true, {0, kLast + 1})});
    row("the last of all blocks", {blocks(true, {~0ULL})});
    row("a block twice", {blocks(true, {3, 3})});
    row("blocks backwards", {blocks(true, {3, 2})});
    row("blocks backwards in another message", {blocks(false, {0, 1}), blocks(true, {1})});
    row("nothing, without end", {blocks(false, {}), blocks(false, {})});
    row("a cut list", {blocks(true, {0}).substr(0, 20)});
    row("no list", {"L"});
    row("another message", {"D"});
}

void DeltaTest::hostileReceivers()
{
    QFETCH(Messages, says);
    const Fd file(::memfd_create("file", MFD_CLOEXEC));
    QCOMPARE(::ftruncate(file.get(), kSize), 0);
    QCOMPARE(::pwrite(file.get(), "x", 1, 100), ssize_t{1});
    Script script(says);
    DROVER_REFUSED(sendDelta(file.get(), kSize, script, {}, {}), ErrorCode::Malformed);
}

void DeltaTest::anOlderEndIsRefused()
{
    Trees trees;
    const Fd to(::open(trees.target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    Script sender({hello(kTreeVersion - 1)});
    const auto received = receiveTree(to.get(), trees.targetCache, false, {}, sender, {}, {});
    DROVER_REFUSED(received, ErrorCode::UnsupportedVersion);
    QVERIFY(received.error().message.find("version 1") != std::string::npos);

    WireWriter welcome(MessageType::Welcome);
    welcome.u32(kTreeVersion - 1);
    welcome.u8(0);
    welcome.u32(0);
    Script receiver({welcome.bytes()});
    const auto sent = sendTree(to.get(), trees.sourceCache, false, receiver, {}, {});
    DROVER_REFUSED(sent, ErrorCode::UnsupportedVersion);
    QVERIFY(sent.error().message.find("version 1") != std::string::npos);
}

void DeltaTest::listsOfAnyLengthAreToldInParts_data()
{
    QTest::addColumn<bool>("record");
    QTest::newRow("recorded") << true;
    QTest::newRow("too many to be recorded") << false; // however many are known
}

void DeltaTest::listsOfAnyLengthAreToldInParts()
{
    QFETCH(const bool, record);
    // More blocks than one message tells, of which few have bytes of their own: a list that is known.
    constexpr std::uint64_t kBlocks = 20'000;
    const Fd ours(::memfd_create("ours", MFD_CLOEXEC));
    const Fd theirs(::memfd_create("theirs", MFD_CLOEXEC));
    QCOMPARE(::ftruncate(ours.get(), static_cast<off_t>(kBlocks * kBlockSize)), 0);
    QCOMPARE(::ftruncate(theirs.get(), static_cast<off_t>(kBlocks * kBlockSize)), 0);
    for (const std::uint64_t index : {1ULL, 9'999ULL, 19'999ULL})
        QCOMPARE(::pwrite(ours.get(), "x", 1, static_cast<off_t>(index * kBlockSize)), ssize_t{1});
    DeltaOrder order;
    order.size = kBlocks * kBlockSize;
    // All of these become holes.
    order.known = BlockDigests(kBlocks, Digest{7});
    order.record = record;
    ChannelPair pair;
    Result<DeltaSent> sent = model::Error{};
    std::thread sender([&] {
        sent = sendDelta(ours.get(), kBlocks * kBlockSize, pair.sender(), {}, {});
        if (!sent)
            pair.cut();
    });
    const auto received = receiveDelta(theirs.get(), order, pair.receiver(), {}, {});
    if (!received)
        pair.cut();
    sender.join();
    DROVER_OK(sent);
    DROVER_OK(received);
    QVERIFY(sent->content == received->content);
    QCOMPARE(sent->changes, kBlocks);
    if (!record) {
        QVERIFY(received->blocks.empty());
        return;
    }
    QCOMPARE(received->blocks.size(), kBlocks);
    QVERIFY(received->blocks[1] == digestOfBlock("x"));
    QVERIFY(received->blocks[2] == kZeroBlock);
    QVERIFY(received->blocks[9'999] == digestOfBlock("x"));
}

void DeltaTest::blocksAreReadInOrderWhateverReadsAhead()
{
    // Single blocks, runs longer than a batch, holes, zeros that are data, a short end.
    const Fd file(::memfd_create("file", MFD_CLOEXEC));
    constexpr std::uint64_t kCount = 300;
    const std::uint64_t size = (kCount - 1) * kBlockSize + 77;
    QCOMPARE(::ftruncate(file.get(), static_cast<off_t>(size)), 0);
    std::vector<std::uint64_t> wanted;
    for (std::uint64_t index = 0; index < kCount; ++index) {
        const bool isHole = index % 50 > 40 || index % 7 == 3;
        if (isHole && index + 1 != kCount)
            continue;
        const std::string bytes(blockLength(index, size),
                                index % 11 == 0 ? '\0' : static_cast<char>('a' + index % 26));
        DROVER_OK(writeBlock(file.get(), index, bytes));
        wanted.push_back(index);
    }
    BlockReader reader(file.get(), size);
    std::string buffer;
    for (const std::uint64_t index : wanted) {
        const auto block = reader.next();
        DROVER_OK(block);
        QVERIFY(block->has_value());
        QCOMPARE((*block)->index, index);
        const auto bytes = readBlock(file.get(), index, size, buffer);
        DROVER_OK(bytes);
        QVERIFY((*block)->bytes == *bytes);
        QVERIFY((*block)->digest == digestOfBlock(*bytes));
        QCOMPARE((*block)->digest == kZeroBlock, index % 11 == 0);
    }
    for (int again = 0; again < 2; ++again) {
        const auto end = reader.next();
        DROVER_OK(end);
        QVERIFY(!end->has_value());
    }
    BlockReader unread(file.get(), size); // goes while it reads ahead
    QVERIFY((*unread.next())->bytes.size() == kBlockSize);
}

void DeltaTest::aDigestIsTheSameInAnyPieces()
{
    constexpr std::size_t kBytes = 5 * kBlockSize + 1000;
    std::string content(kBytes, '\0');
    for (std::size_t i = 0; i < kBytes; ++i)
        content[i] = i % 50'000 < 20'000 ? static_cast<char>(i * 7 % 251) : '\0';
    std::fill_n(content.begin() + 2 * kBlockSize, kBlockSize, '\0');
    BlockHasher known;
    BlockDigests blocks;
    for (std::uint64_t index = 0; isBlockOf(index, kBytes); ++index) {
        blocks.push_back(digestOfBlock(
            std::string_view(content).substr(index * kBlockSize, blockLength(index, kBytes))));
        known.add(index, blocks.back());
    }
    const Digest wanted = known.finish(kBytes);
    for (const std::size_t piece : {std::size_t{4096}, std::size_t{10'007}, std::size_t{1},
                                    std::size_t{255 * 1024}, std::size_t{kBlockSize}, kBytes})
        for (const bool leaveOut : {false, true}) {
            BlockDigests record;
            ContentHasher hasher(&record);
            for (std::size_t at = 0; at < kBytes; at += piece) {
                const std::string_view part = std::string_view(content).substr(at, piece);
                if (!leaveOut || !isAllZero(part))
                    hasher.add(at, part);
            }
            QVERIFY(hasher.finish(kBytes) == wanted);
            QVERIFY(record == blocks);
        }
}

} // namespace drover::tests

QTEST_APPLESS_MAIN(drover::tests::DeltaTest)

#include "tst_delta.moc"
