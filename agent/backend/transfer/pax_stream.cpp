#include "agent/backend/transfer/pax_stream.h"

#include <algorithm>
#include <utility>

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

// a multiple of tar's 512, and below a message's limit with its type
constexpr std::size_t kBlock = 255 * 1024;

mode_t fileType(EntryType type)
{
    switch (type) {
    case EntryType::File:
    case EntryType::HardLink:
        return AE_IFREG;
    case EntryType::Folder:
        return AE_IFDIR;
    case EntryType::Link:
        return AE_IFLNK;
    case EntryType::Fifo:
        return AE_IFIFO;
    case EntryType::CharDevice:
        return AE_IFCHR;
    case EntryType::BlockDevice:
        return AE_IFBLK;
    }
    return AE_IFREG;
}

Error archiveError(archive* stream, std::string_view what)
{
    const char* said = ::archive_error_string(stream);
    return {ErrorCode::Io,
            std::string(what) + ": " + (said != nullptr ? said : "no reason given"),
            {},
            {}};
}

struct FreeEntry
{
    void operator()(archive_entry* entry) const { ::archive_entry_free(entry); }
};

} // namespace

void EntryHasher::add(const TreeEntry& entry, const Digest& content)
{
    m_hasher.addText(entry.path);
    m_hasher.addNumber(static_cast<std::uint64_t>(entry.type));
    m_hasher.addText(entry.target);
    m_hasher.addNumber(entry.type == EntryType::File ? entry.size : 0);
    if (entry.type == EntryType::File)
        m_hasher.add({reinterpret_cast<const char*>(content.data()), content.size()});
}

struct PaxWriter::Impl
{
    ByteChannel& channel;
    archive* stream = nullptr;
    StreamTotals totals;
    std::optional<Error> failed; // of the channel; libarchive only knows that it failed
    bool abandoned = false;      // what still comes is dropped
    std::string zeros = std::string(1024 * 1024, '\0');

    explicit Impl(ByteChannel& to) : channel(to) {}

    static la_ssize_t write(archive* /*stream*/, void* self, const void* bytes, std::size_t size)
    {
        auto& impl = *static_cast<Impl*>(self);
        if (impl.abandoned)
            return static_cast<la_ssize_t>(size);
        const std::string_view all(static_cast<const char*>(bytes), size);
        for (std::size_t at = 0; at < size; at += kBlock) {
            const std::string_view part = all.substr(at, kBlock);
            WireWriter message(MessageType::Stream);
            message.raw(part);
            if (auto sent = sendMessage(impl.channel, message); !sent) {
                impl.failed = sent.error();
                return -1;
            }
        }
        impl.totals.bytes += size;
        return static_cast<la_ssize_t>(size);
    }

    Error error(std::string_view what) const
    {
        return failed ? *failed : archiveError(stream, what);
    }
};

PaxWriter::PaxWriter(ByteChannel& channel) : m_impl(std::make_unique<Impl>(channel))
{
    m_impl->stream = ::archive_write_new();
    ::archive_write_set_format_pax(m_impl->stream);
    // Names as bytes; attributes once, in the form that keeps any name of theirs.
    ::archive_write_set_options(m_impl->stream, "hdrcharset=BINARY,xattrheader=LIBARCHIVE");
    ::archive_write_set_bytes_per_block(m_impl->stream, kBlock);
    ::archive_write_set_bytes_in_last_block(m_impl->stream, 1);
    if (::archive_write_open(m_impl->stream, m_impl.get(), nullptr, &Impl::write, nullptr) !=
        ARCHIVE_OK)
        m_impl->failed = archiveError(m_impl->stream, "cannot begin an archive");
}

PaxWriter::~PaxWriter()
{
    // Freed without being finished, it flushes; not into a channel that broke.
    // (archive_write_fail() would leak its buffer, 3.6.2.)
    m_impl->abandoned = true;
    ::archive_write_free(m_impl->stream);
}

Result<void> PaxWriter::begin(const TreeEntry& entry, const ExtendedAttributes& attributes,
                              const std::vector<std::pair<std::uint64_t, std::uint64_t>>& extents)
{
    if (m_impl->failed)
        return *m_impl->failed;
    const std::unique_ptr<archive_entry, FreeEntry> header(::archive_entry_new());
    ::archive_entry_set_pathname(header.get(), entry.path.empty() ? "." : entry.path.c_str());
    ::archive_entry_set_filetype(header.get(), fileType(entry.type));
    ::archive_entry_set_perm(header.get(), entry.mode);
    ::archive_entry_set_uid(header.get(), entry.uid);
    ::archive_entry_set_gid(header.get(), entry.gid);
    ::archive_entry_set_mtime(header.get(), entry.seconds, static_cast<long>(entry.nanoseconds));
    ::archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.size));
    if (entry.type == EntryType::Link)
        ::archive_entry_set_symlink(header.get(), entry.target.c_str());
    if (entry.type == EntryType::HardLink)
        ::archive_entry_set_hardlink(header.get(), entry.target.c_str());
    if (entry.type == EntryType::CharDevice || entry.type == EntryType::BlockDevice)
        ::archive_entry_set_rdev(header.get(), static_cast<dev_t>(entry.device));
    for (const auto& [name, value] : attributes)
        ::archive_entry_xattr_add_entry(header.get(), name.c_str(), value.data(), value.size());
    if (entry.type == EntryType::File && entry.size > 0) {
        // nothing but a hole
        if (extents.empty())
            ::archive_entry_sparse_add_entry(header.get(), 0, 0);
        const bool whole =
            extents.size() == 1 && extents[0].first == 0 && extents[0].second == entry.size;
        if (!whole)
            for (const auto& [offset, length] : extents)
                ::archive_entry_sparse_add_entry(header.get(), static_cast<la_int64_t>(offset),
                                                 static_cast<la_int64_t>(length));
    }
    if (::archive_write_header(m_impl->stream, header.get()) != ARCHIVE_OK)
        return m_impl->error("cannot archive " +
                             entry.path); // a warning too: it means that something would be lost
    ++m_impl->totals.entries;
    return {};
}

Result<void> PaxWriter::data(std::string_view bytes)
{
    while (!bytes.empty()) {
        const la_ssize_t taken = ::archive_write_data(m_impl->stream, bytes.data(), bytes.size());
        if (taken <= 0)
            return m_impl->error("cannot archive a file's content");
        bytes.remove_prefix(static_cast<std::size_t>(taken));
    }
    return {};
}

Result<void> PaxWriter::hole(std::uint64_t count)
{
    while (count > 0) {
        const std::size_t part =
            static_cast<std::size_t>(std::min<std::uint64_t>(count, m_impl->zeros.size()));
        if (auto written = data(std::string_view(m_impl->zeros).substr(0, part)); !written)
            return written;
        count -= part;
    }
    return {};
}

Result<StreamTotals> PaxWriter::finish()
{
    if (m_impl->failed)
        return *m_impl->failed;
    if (::archive_write_close(m_impl->stream) != ARCHIVE_OK)
        return m_impl->error("cannot end the archive");
    return m_impl->totals;
}

WireWriter trailerMessage(const StreamTotals& totals, const Digest& tree)
{
    WireWriter message(MessageType::Trailer);
    message.u64(totals.bytes);
    message.u64(totals.entries);
    message.digest(totals.hash);
    message.digest(tree);
    return message;
}

struct PaxReader::Impl
{
    ByteChannel& channel;
    archive* stream = nullptr;
    StreamTotals totals;
    std::string current; // what libarchive reads from now
    std::optional<Error> failed;
    std::optional<Message> trailer;
    Digest treeDigest{};
    bool opened = false;

    explicit Impl(ByteChannel& from) : channel(from) {}

    // The next Stream message's bytes; empty at the trailer or an error.
    std::string_view pull()
    {
        if (trailer || failed)
            return {};
        auto message = readMessage(channel);
        if (!message) {
            failed = message.error();
            return {};
        }
        if (message->type == MessageType::Trailer) {
            trailer = std::move(*message);
            return {};
        }
        if (message->type != MessageType::Stream || message->bytes.size() < 2) {
            failed = malformedMessage("a message out of turn");
            return {};
        }
        current = std::move(message->bytes);
        const std::string_view bytes = std::string_view(current).substr(1);
        totals.bytes += bytes.size();
        return bytes;
    }

    static la_ssize_t read(archive* stream, void* self, const void** bytes)
    {
        auto& impl = *static_cast<Impl*>(self);
        const std::string_view pulled = impl.pull();
        if (impl.failed) {
            ::archive_set_error(stream, -1, "%s", impl.failed->message.c_str());
            return -1;
        }
        *bytes = pulled.data();
        return static_cast<la_ssize_t>(pulled.size());
    }

    Error error(std::string_view what) const
    {
        return failed ? *failed : archiveError(stream, what);
    }

    // The archive is at its end; is it the sender's end?
    Result<void> checkEnd()
    {
        while (!trailer && !failed)
            pull(); // tar's own end may come before the last bytes
        if (failed)
            return *failed;
        WireReader reader = trailer->reader();
        const std::uint64_t bytes = reader.u64();
        const std::uint64_t entries = reader.u64();
        totals.hash = reader.digest();
        treeDigest = reader.digest();
        if (!reader.good() || !reader.atEnd())
            return malformedMessage("a broken trailer");
        if (bytes != totals.bytes || entries != totals.entries)
            return Error{
                ErrorCode::Io,
                "the stream was cut or damaged on its way: " + std::to_string(totals.entries) +
                    " of " + std::to_string(entries) + " entries arrived",
                {},
                {}};
        return {};
    }
};

PaxReader::PaxReader(ByteChannel& channel) : m_impl(std::make_unique<Impl>(channel))
{
    m_impl->stream = ::archive_read_new();
    ::archive_read_support_format_tar(m_impl->stream);
    ::archive_read_set_options(m_impl->stream, "hdrcharset=BINARY");
}

PaxReader::~PaxReader() { ::archive_read_free(m_impl->stream); }

const Digest& PaxReader::trailerDigest() const { return m_impl->treeDigest; }
const Digest& PaxReader::trailerHash() const { return m_impl->totals.hash; }

namespace {

Result<EntryType> typeOf(archive_entry* header)
{
    if (::archive_entry_hardlink(header) != nullptr)
        return EntryType::HardLink;
    switch (::archive_entry_filetype(header)) {
    case AE_IFREG:
        return EntryType::File;
    case AE_IFDIR:
        return EntryType::Folder;
    case AE_IFLNK:
        return EntryType::Link;
    case AE_IFIFO:
        return EntryType::Fifo;
    case AE_IFCHR:
        return EntryType::CharDevice;
    case AE_IFBLK:
        return EntryType::BlockDevice;
    default:
        return malformedMessage("an entry of unknown type");
    }
}

// Our own form of a path: no "./" before it, no slash after it.
std::string plainPath(const char* raw)
{
    std::string path = raw != nullptr ? raw : "/";
    while (path.size() > 1 && path.back() == '/')
        path.pop_back();
    return path == "." ? std::string() : path;
}

Result<PaxReader::Item> itemOf(archive_entry* header)
{
    PaxReader::Item item;
    TreeEntry& entry = item.entry;
    const auto type = typeOf(header);
    if (!type)
        return type.error();
    entry.type = *type;
    entry.path = plainPath(::archive_entry_pathname(header));
    if (!isSafePath(entry.path) || (entry.path.empty() && entry.type != EntryType::Folder))
        return malformedMessage("an entry that would leave the dataset");
    entry.mode = static_cast<std::uint32_t>(::archive_entry_perm(header)) & 07777U;
    const la_int64_t uid = ::archive_entry_uid(header);
    const la_int64_t gid = ::archive_entry_gid(header);
    const la_int64_t size = entry.type == EntryType::File ? ::archive_entry_size(header) : 0;
    constexpr la_int64_t kLargestId = 0xfffffffe;
    if (uid < 0 || gid < 0 || uid > kLargestId || gid > kLargestId || size < 0)
        return malformedMessage("an entry with impossible numbers");
    entry.uid = static_cast<std::uint32_t>(uid);
    entry.gid = static_cast<std::uint32_t>(gid);
    entry.size = static_cast<std::uint64_t>(size);
    entry.seconds = sayableSeconds(::archive_entry_mtime(header));
    entry.nanoseconds = static_cast<std::uint32_t>(::archive_entry_mtime_nsec(header));
    if (entry.type == EntryType::CharDevice || entry.type == EntryType::BlockDevice)
        entry.device = static_cast<std::uint64_t>(::archive_entry_rdev(header));
    if (entry.type == EntryType::Link) {
        const char* target = ::archive_entry_symlink(header);
        if (target == nullptr)
            return malformedMessage("a link without a target");
        entry.target = target;
    }
    if (entry.type == EntryType::HardLink) {
        entry.target = plainPath(::archive_entry_hardlink(header));
        if (entry.target.empty() || !isSafePath(entry.target))
            return malformedMessage("a hard link that would leave the dataset");
    }
    ::archive_entry_xattr_reset(header);
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t length = 0;
    while (::archive_entry_xattr_next(header, &name, &value, &length) == ARCHIVE_OK)
        item.attributes[name].assign(static_cast<const char*>(value), length);
    return item;
}

} // namespace

Result<std::optional<PaxReader::Item>> PaxReader::next()
{
    Impl& impl = *m_impl;
    // Opening reads the first block: not before the first entry is asked for.
    if (!std::exchange(impl.opened, true) &&
        ::archive_read_open(impl.stream, &impl, nullptr, &Impl::read, nullptr) != ARCHIVE_OK)
        return impl.error("cannot read the archive");
    archive_entry* header = nullptr;
    const int read = ::archive_read_next_header(impl.stream, &header);
    if (read == ARCHIVE_EOF) {
        if (auto end = impl.checkEnd(); !end)
            return end.error();
        return std::optional<Item>{};
    }
    if (read != ARCHIVE_OK)
        return impl.error("cannot read an entry of the archive");
    ++impl.totals.entries;
    auto item = itemOf(header);
    if (!item)
        return item.error();
    return std::optional<Item>(std::move(*item));
}

Result<void>
PaxReader::content(const std::function<Result<void>(std::uint64_t, std::string_view)>& sink)
{
    for (;;) {
        const void* bytes = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        const int read = ::archive_read_data_block(m_impl->stream, &bytes, &size, &offset);
        if (read == ARCHIVE_EOF)
            return {};
        if (read != ARCHIVE_OK)
            return m_impl->error("cannot read a file's content");
        if (offset < 0)
            return malformedMessage("a file with impossible offsets");
        if (size == 0)
            continue;
        if (auto taken =
                sink(static_cast<std::uint64_t>(offset), {static_cast<const char*>(bytes), size});
            !taken)
            return taken;
    }
}

} // namespace drover::agent::backend
