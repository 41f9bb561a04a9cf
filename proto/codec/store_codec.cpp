#include "proto/codec/store_codec.h"

#include "proto/codec/messages.h"
#include "proto/codec/wire.h"

#include "drover/store/v1/store.pb.h"

namespace drover::codec {
namespace {

namespace store = ::drover::store::v1;

constexpr std::uint32_t kFormat = 1;

// Parses and refuses what a newer program wrote.
template <class Message>
model::Result<Message> parse(std::string_view bytes, const char* what)
{
    Message message;
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
        message.format() == 0)
        return model::Error{model::ErrorCode::Malformed,
                            std::string(what) + " is damaged: it cannot be decoded", "", ""};
    const auto newer = [&](const std::string& why) {
        return model::Error{model::ErrorCode::Unsupported,
                            std::string(what) + " was written by a newer version: " + why, "",
                            "use the version that wrote it, or a later one"};
    };
    if (message.format() > kFormat)
        return newer("its format is " + std::to_string(message.format()));
    if (const auto unknown = unknownFieldIn(message))
        return newer("unknown " + *unknown);
    return message;
}

} // namespace

std::string encodeRecord(const model::Record& record)
{
    store::StoredRecord message;
    message.set_format(kFormat);
    encode(record, *message.mutable_record());
    return bytesOf(message);
}

model::Result<model::Record> decodeRecord(std::string_view bytes)
{
    const auto message = parse<store::StoredRecord>(bytes, "the record");
    if (!message)
        return message.error();
    Reader reader(Source::Disk);
    auto record = reader.one(message->record(), "record");
    if (!reader.ok())
        return *reader.error();
    return *std::move(record);
}

std::string encodeCommit(const model::Commit& commit)
{
    store::StoredCommit message;
    message.set_format(kFormat);
    encode(commit, *message.mutable_commit());
    return bytesOf(message);
}

model::Result<model::Commit> decodeCommit(std::string_view bytes)
{
    const auto message = parse<store::StoredCommit>(bytes, "the commit");
    if (!message)
        return message.error();
    Reader reader(Source::Disk);
    auto commit = reader.one(message->commit(), "commit");
    if (!reader.ok())
        return *reader.error();
    return commit;
}

std::string encodeAssignments(const SavedAssignments& saved)
{
    store::StoredAssignments message;
    message.set_format(kFormat);
    message.set_cluster(textOf(saved.cluster));
    message.set_history(textOf(saved.history));
    message.set_term(saved.term);
    message.set_revision(saved.revision);
    message.set_nonce(textOf(saved.nonce));
    encodeList(saved.assignments, *message.mutable_assignments());
    encodeIds(saved.clusterAgentFor, *message.mutable_cluster_agent_for());
    return bytesOf(message);
}

model::Result<SavedAssignments> decodeAssignments(std::string_view bytes)
{
    const auto message = parse<store::StoredAssignments>(bytes, "the saved assignments");
    if (!message)
        return message.error();
    Reader reader(Source::Disk);
    SavedAssignments saved;
    saved.cluster = reader.id<model::ClusterId>(message->cluster(), "cluster");
    saved.history = reader.id<model::HistoryId>(message->history(), "history");
    saved.term = message->term();
    saved.revision = message->revision();
    saved.nonce = reader.uuid(message->nonce(), "nonce");
    saved.assignments = reader.list(message->assignments(), "assignments");
    saved.clusterAgentFor =
        reader.ids<model::PoolId>(message->cluster_agent_for(), "cluster_agent_for");
    if (!reader.ok())
        return *reader.error();
    return saved;
}

std::string encodeAssignment(const model::Assignment& assignment)
{
    store::StoredAssignment message;
    message.set_format(kFormat);
    encode(assignment, *message.mutable_assignment());
    return bytesOf(message);
}

model::Result<model::Assignment> decodeAssignment(std::string_view bytes)
{
    const auto message = parse<store::StoredAssignment>(bytes, "the saved assignment");
    if (!message)
        return message.error();
    Reader reader(Source::Disk);
    auto assignment = reader.one(message->assignment(), "assignment");
    if (!reader.ok())
        return *reader.error();
    return assignment;
}

} // namespace drover::codec
