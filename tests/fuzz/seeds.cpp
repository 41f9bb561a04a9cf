// Makes what a search begins with: for each target a folder of inputs, made by the real encoders
// wherever there is one, and a dictionary of the words of its format.
//
// usage: fuzz_seeds FOLDER

#include "agent/backend/support/identity_file.h"
#include "agent/backend/transfer/block_sync.h"
#include "agent/backend/transfer/pax_stream.h"
#include "agent/backend/transfer/tree_sync.h"
#include "cli/desired.h"
#include "control/store/integrity.h"
#include "tests/fuzz/scripted_channel.h"
#include "tests/fuzz/seed_texts.h"
#include "tests/fuzz/target.h"
#include "tests/unit/codec/specimen.h"

#include "drover/v1/envelope.pb.h"

#include <google/protobuf/descriptor.h>

#include <filesystem>
#include <fstream>
#include <set>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::tests {

namespace {

using namespace agent::backend;

class Seeds
{
public:
    explicit Seeds(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    void add(const std::string& target, std::string_view bytes)
    {
        const auto folder = m_folder / target;
        std::filesystem::create_directories(folder);
        std::ofstream(folder / ("seed-" + std::to_string(m_count++)), std::ios::binary) << bytes;
    }
    void add(const std::string& target, int kind, std::string_view bytes)
    {
        add(target, static_cast<char>(kind) + std::string(bytes));
    }
    // As a dictionary of libFuzzer's.
    void words(const std::string& target, const std::set<std::string>& words)
    {
        std::ofstream out(m_folder / (target + ".dict"));
        for (const std::string& word : words) {
            out << '"';
            for (const char c : word) {
                constexpr char kDigits[] = "0123456789abcdef";
                const auto byte = static_cast<unsigned char>(c);
                if (byte < 0x20 || byte > 0x7e || c == '"' || c == '\\')
                    out << "\\x" << kDigits[byte >> 4] << kDigits[byte & 15];
                else
                    out << c;
            }
            out << "\"\n";
        }
    }

private:
    std::filesystem::path m_folder;
    int m_count = 0;
};

void collectWords(const google::protobuf::Descriptor& type, std::set<std::string>& words,
                  std::set<std::string>& seen)
{
    if (!seen.insert(type.full_name()).second)
        return;
    for (int i = 0; i < type.field_count(); ++i) {
        const auto& field = *type.field(i);
        words.insert('"' + field.json_name() + "\":");
        if (const auto* kinds = field.enum_type())
            for (int k = 0; k < kinds->value_count(); ++k)
                words.insert('"' + kinds->value(k)->name() + '"');
        if (field.message_type())
            collectWords(*field.message_type(), words, seen);
    }
}

void messages(Seeds& seeds)
{
    for (const Specimen& specimen : specimens()) {
        switch (specimen.form) {
        case Form::Request: {
            seeds.add("requests", specimen.bytes);
            seeds.add("json_frames", jsonOf(specimen.form, specimen.bytes));
            v1::Request message;
            require(message.ParseFromString(specimen.bytes), "a specimen can be read");
            if (message.has_hello())
                seeds.add("agent_messages", 0, message.hello().SerializeAsString());
            if (message.has_report())
                seeds.add("agent_messages", 1, message.report().SerializeAsString());
            if (message.has_assignment_ack())
                seeds.add("agent_messages", 2, message.assignment_ack().SerializeAsString());
            break;
        }
        case Form::Reply: {
            seeds.add("replies", specimen.bytes);
            seeds.add("json_frames", jsonOf(specimen.form, specimen.bytes));
            v1::Reply message;
            require(message.ParseFromString(specimen.bytes), "a specimen can be read");
            if (message.has_welcome())
                seeds.add("agent_messages", 3, message.welcome().SerializeAsString());
            if (message.has_assignment_batch())
                seeds.add("agent_messages", 4, message.assignment_batch().SerializeAsString());
            break;
        }
        case Form::Stream:
            seeds.add("streams", 1, specimen.bytes);
            break;
        case Form::Tick:
            seeds.add("streams", 0, specimen.bytes);
            break;
        case Form::Record:
            seeds.add("stored", 0, specimen.bytes);
            break;
        case Form::Commit:
            seeds.add("stored", 1, specimen.bytes);
            break;
        case Form::Assignments:
            seeds.add("stored", 2, specimen.bytes);
            seeds.add("agent_messages", 5, specimen.bytes);
            seeds.add("agent_files", 4, specimen.bytes);
            break;
        case Form::Assignment:
            seeds.add("stored", 4, specimen.bytes);
            break;
        }
    }
    control::store::HighestMark mark;
    mark.term = 3;
    mark.revision = 4711;
    seeds.add("stored", 3, mark.toText());
    std::set<std::string> words;
    std::set<std::string> seen;
    collectWords(*v1::Request::descriptor(), words, seen);
    collectWords(*v1::Reply::descriptor(), words, seen);
    seeds.words("json_frames", words);
}

std::string pieces(int options, const std::vector<std::string>& messages)
{
    std::string all(1, static_cast<char>(options));
    for (const std::string& message : messages)
        all += asPiece(message);
    return all;
}

// A tree with one of everything, and what its sender and a receiver say.
void trees(Seeds& seeds, const std::string& folder)
{
    const std::string top = folder + "/seed";
    const auto good = [](int result) { require(result == 0, "the tree can be made"); };
    good(::mkdir(top.c_str(), 0755));
    good(::mkdir((top + "/d").c_str(), 0750));
    good(::mkdir((top + "/d/e").c_str(), 0700));
    for (const char* name : {"/d/f", "/d/e/sparse", "/empty"}) {
        const int fd = ::open((top + name).c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0640);
        require(fd >= 0, "the tree can be made");
        if (name[1] == 'd')
            require(::write(fd, "some content\n", 13) == 13, "the tree can be made");
        if (std::string_view(name).ends_with("sparse"))
            require(::pwrite(fd, "end", 3, 70'000) == 3, "the tree can be made");
        ::close(fd);
    }
    good(::link((top + "/d/f").c_str(), (top + "/hard").c_str()));
    good(::symlink("../d/f", (top + "/soft").c_str()));
    good(::mkfifo((top + "/fifo").c_str(), 0600));
    if (::geteuid() == 0)
        good(::mknod((top + "/null").c_str(), S_IFCHR | 0600, 0x103));
    const auto fd = openFolder(top);
    require(fd.ok(), "the tree can be opened");

    for (const bool final : {false, true}) {
        WireWriter welcome(MessageType::Welcome);
        welcome.u32(kTreeVersion);
        welcome.u8(::geteuid() == 0 ? 1 : 0);
        welcome.u32(::geteuid());
        // The receiver has what the sender does not.
        WireWriter manifest(MessageType::Manifest);
        TreeEntry other;
        encodeEntry(manifest, other);
        other.path = "gone";
        encodeEntry(manifest, other);
        WireWriter end(MessageType::ManifestEnd);
        end.u64(2);
        WireWriter done(MessageType::Done);
        done.digest({});
        const std::vector<std::string> receiver{welcome.bytes(), manifest.bytes(), end.bytes(),
                                                done.bytes()};
        seeds.add("tree_send", pieces(final ? 1 : 0, receiver));
        ScriptedChannel channel(receiver);
        ContentCache cache;
        static_cast<void>(sendTree(fd->get(), cache, final, channel, {}, {}).ok());
        auto sent = channel.written();
        std::string tar;
        for (std::string& message : sent) {
            if (message.front() == 'S')
                tar += message.substr(1);
            if (message.front() == 'T')
                message = "T";
        }
        for (const int options : {4, 6})
            seeds.add("tree_receive", pieces(options | (final ? 1 : 0), sent));
        seeds.add("pax_stream", 1, tar);
        seeds.add("pax_stream", 2, tar);

        ContentCache fresh;
        ScriptedChannel sender({sent.front()});
        static_cast<void>(receiveTree(fd->get(), fresh, final, {}, sender, {}, {}).ok());
        auto said = sender.written();
        said.back() = done.bytes(); // instead of the failure
        seeds.add("tree_send", pieces(final ? 1 : 0, said));
    }
    TreeEntry entry;
    entry.path = "d/f";
    entry.size = 17;
    entry.content = Digest{};
    WireWriter manifest(MessageType::Manifest);
    encodeEntry(manifest, entry);
    seeds.add("pax_stream", 0, manifest.bytes().substr(1));
    const std::set<std::string> words{"GNU.sparse.major=1\n",
                                      "GNU.sparse.minor=0\n",
                                      "GNU.sparse.name=d/f\n",
                                      "path=../x\n",
                                      "linkpath=/etc\n",
                                      "size=9223372036854775807\n",
                                      "mtime=1.999999999\n",
                                      "uid=-1\n",
                                      "LIBARCHIVE.xattr.user.a=",
                                      "SCHILY.xattr.user.a=",
                                      "SCHILY.acl.access=user::rwx\n",
                                      "hdrcharset=BINARY\n",
                                      "ustar  ",
                                      std::string("ustar\0"
                                                  "00",
                                                  8),
                                      "./",
                                      "../",
                                      "././@LongLink",
                                      "F",
                                      "T",
                                      "R",
                                      "S",
                                      "P",
                                      "A",
                                      "N",
                                      "K",
                                      "O",
                                      "E"};
    seeds.words("tree_receive", words);
    seeds.words("pax_stream", words);
}

void blocks(Seeds& seeds)
{
    const Fd image(::memfd_create("image", MFD_CLOEXEC));
    require(image.valid() && ::ftruncate(image.get(), 5000) == 0 &&
                ::pwrite(image.get(), "first", 5, 100) == 5,
            "an image can be made");
    for (const bool final : {false, true}) {
        WireWriter welcome(MessageType::Welcome);
        welcome.u32(kImageVersion);
        WireWriter manifest(MessageType::Manifest);
        manifest.u64(0);
        manifest.digest({});
        WireWriter end(MessageType::ManifestEnd);
        end.u64(1);
        WireWriter done(MessageType::Done);
        done.digest({});
        const std::vector<std::string> receiver{welcome.bytes(), manifest.bytes(), end.bytes(),
                                                done.bytes()};
        seeds.add("block_sync", pieces(final ? 3 : 2, receiver));
        ScriptedChannel channel(receiver);
        static_cast<void>(sendBlocks(image.get(), final, "a description", channel, {}, {}).ok());
        auto sent = channel.written();
        for (std::string& message : sent)
            if (message.front() == 'T')
                message = "T";
        for (const int options : {0, 4})
            seeds.add("block_sync", pieces(options | (final ? 1 : 0), sent));
    }
}

// A file of more than three blocks (delta.cpp), and what either end says of it.
void deltas(Seeds& seeds)
{
    const auto with = [](MessageType type, std::uint64_t index, std::string_view bytes) {
        WireWriter message(type);
        message.u64(index);
        message.raw(bytes);
        return message.bytes();
    };
    const std::string more(1, static_cast<char>(MessageType::More));
    const std::string last = with(MessageType::Block, 3, std::string(1000, 'l'));
    const std::vector<std::string> sender{more, with(MessageType::Block, 0, "b"),
                                          with(MessageType::Hole, 1, ""), last, "E"};
    const std::vector<std::string> nothing{more, "E"};
    const std::vector<std::string> onlyHoles{
        more, with(MessageType::Hole, 0, with(MessageType::Hole, 1, "").substr(1)), "E"};
    for (const int size : {0, 8, 16})
        for (const int memory : {0, 2, 4}) {
            seeds.add("delta", pieces(size | memory, sender));
            seeds.add("delta", pieces(size | memory, nothing));
            seeds.add("delta", pieces(size | memory, onlyHoles));
        }
    WireWriter some(MessageType::Blocks);
    some.u8(0);
    some.u64(0);
    some.digest({});
    WireWriter rest(MessageType::Blocks);
    rest.u8(1);
    rest.u64(1);
    rest.digest({1});
    rest.u64(3);
    rest.digest({2});
    seeds.add("delta", pieces(1, {some.bytes(), rest.bytes()}));
    seeds.add("delta", pieces(1, {rest.bytes()}));

    // A whole pass to a receiver that offered `d/f` (tree_receive.cpp).
    WireWriter hello(MessageType::Hello);
    hello.u32(kTreeVersion);
    hello.u8(0);
    WireWriter begin(MessageType::Begin);
    begin.u64(1);
    TreeEntry entry;
    entry.path = "d/f";
    entry.size = 100;
    entry.mode = 0640;
    WireWriter change(MessageType::Delta);
    encodeEntry(change, entry);
    WireWriter attribute(MessageType::Attribute);
    attribute.text("user.a");
    attribute.text("b");
    const std::string bytes(100, 'c');
    BlockHasher content;
    content.add(0, digestOfBlock(bytes));
    WireWriter end(MessageType::DeltaEnd);
    end.digest(content.finish(bytes.size()));
    for (const int options : {4, 6})
        seeds.add("tree_receive",
                  pieces(options, {hello.bytes(), begin.bytes(), change.bytes(), attribute.bytes(),
                                   more, with(MessageType::Block, 0, bytes), end.bytes(),
                                   std::string("S") + std::string(1024, '\0'), "T"}));
}

void files(Seeds& seeds)
{
    StoredIdentity stored;
    model::CopyIdentity& identity = stored.identity;
    model::Uuid id;
    id.bytes.fill(7);
    identity.cluster.value = identity.dataset.value = identity.copy.value = id;
    identity.name = "web";
    identity.epoch = 3;
    identity.generation = 2;
    identity.spec.size = model::ByteCount{1 << 30};
    identity.spec.metadata = {{"owner", "me"}};
    identity.spec.placement.node = model::NodeId{id};
    seeds.add("agent_files", 0, encodeIdentity(stored));
    stored.filesystem = "ext4";
    stored.filesystemBytes = 1 << 30;
    seeds.add("agent_files", 0, encodeIdentity(stored));
    for (const SeedText& text : seedTexts())
        seeds.add(text.target,
                  text.kind < 0 ? text.text : static_cast<char>(text.kind) + text.text);
    const std::set<std::string> yaml{
        "&a ",   "*a",     "!!binary ", "<<: ",         "? ",      "| ", "> ",
        "---\n", "...\n",  "{a: b}",    "[a, b]",       "\"\\0\"", "~",  "null",
        "- ",    "%YAML ", "\xc2\x85",  "\xef\xbb\xbf", "# ",      "'",  "!<a> "};
    for (const char* target : {"agent_config", "cli_config", "desired"})
        seeds.words(target, yaml);
    seeds.words("agent_files",
                {"\"epoch\": ", "-1", "1.5", "1e300", "18446744073709551615", "true", "null", "[]",
                 "{}", "\"\\u0000\"", "\"released_epoch\": ", "\"format\": ", "\"volume\": "});
    seeds.words("keys", {"\"P\"", "\"S\"", "curve\n", "metadata\n",
                         "    public-key = ", "    secret-key = ", " = ", "#", "'"});
    seeds.words("mounts", {" - ", "\\040", "\\134", "\\012", "shared:1", "/", " 0:1 ", "rw-s"});
    seeds.words("quantities",
                {"KiB", "GiB", "EiB", "kb", "ms", "d", "h", ".5", "T23:59:60.999Z", "+23:59",
                 "-00:01", "9999-12-31", "0001-01-01", "18446744073709551615"});
    seeds.words("names", {"by-id", "..", "\xc2\x9b", "\xe2\x80\xae", "\xed\xa0\x80", "\x1b["});
}

} // namespace

} // namespace drover::tests

int main(int argc, char** argv)
{
    using namespace drover::tests;
    if (argc != 2) {
        std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
        return 1;
    }
    std::filesystem::create_directories(argv[1]);
    Seeds seeds(argv[1]);
    messages(seeds);
    blocks(seeds);
    deltas(seeds);
    files(seeds);
    std::string scratch = (std::filesystem::temp_directory_path() / "drover-seeds-XXXXXX").string();
    require(::mkdtemp(scratch.data()) != nullptr, "a scratch folder can be made");
    trees(seeds, scratch);
    std::filesystem::remove_all(scratch);
    return 0;
}
