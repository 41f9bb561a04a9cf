#include "tests/unit/codec/specimen.h"

#include "proto/codec/json.h"
#include "proto/codec/messages.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "proto/codec/store_codec.h"
#include "proto/codec/stream_codec.h"
#include "proto/model/id.h"

#include "drover/store/v1/store.pb.h"
#include "drover/v1/envelope.pb.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdlib>
#include <map>

namespace drover::tests {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

// FNV-1a: the same everywhere and for ever, unlike std::hash.
std::uint64_t hashOf(const std::string& text)
{
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash;
}

std::string uuidFor(const std::string& path)
{
    model::Uuid uuid;
    std::uint64_t hash = hashOf(path);
    for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
        if (i == 8)
            hash = hashOf(path + "/2");
        uuid.bytes[i] = static_cast<std::uint8_t>(hash >> (8 * (i % 8)));
    }
    return uuid.toString();
}

// Fields whose text follows rules; all others get an id, which is good text anywhere.
std::string textFor(const FieldDescriptor& field, const std::string& path)
{
    static const std::map<std::string, std::string> kByFullName{
        {"Placement.pool", "fast"},     {"DatasetCreate.pool", "fast"},
        {"DatasetMove.pool", "slow"},   {"DesiredDataset.pool", "fast"},
        {"PoolState.kind", "loopback"},
    };
    static const std::map<std::string, std::string> kByName{
        {"filesystem", "xfs"},
        {"filesystems", "ext4"},
        {"default_filesystem", "ext4"},
        {"pool_kinds", "loopback"},
        {"expect_plan", "00ff17"},
        {"digest", "0123456789abcdef"},
        {"hostname", "n1.example"},
        {"path", "/drover/web-1"},
        {"public_key", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"},
    };
    const std::string shortName = field.containing_type()->name() + "." + field.name();
    if (const auto found = kByFullName.find(shortName); found != kByFullName.end())
        return found->second;
    if (const auto found = kByName.find(field.name()); found != kByName.end())
        return found->second;
    if (field.name() == "name")
        return "name-" + uuidFor(path).substr(0, 8);
    return uuidFor(path);
}

std::uint64_t numberFor(const FieldDescriptor& field, const std::string& path)
{
    if (field.name() == "protocol_version" || field.name() == "minimum_version" ||
        field.name() == "format")
        return 1;
    if (field.name().ends_with("_bytes"))
        return (64 + hashOf(path) % 100'000) << 20;
    if (field.name().ends_with("_ms"))
        return 1'700'000'000'000 + hashOf(path) % 1'000'000'000; // good as time and as duration
    return 1 + hashOf(path) % 1'000'000;
}

int enumeratorFor(const FieldDescriptor& field, const std::string& path)
{
    if (field.containing_type()->name() == "Precondition")
        return v1::RECORD_KIND_DATASET;
    if (field.containing_type()->name() == "KeyAdd")
        return v1::KEY_ROLE_NODE;
    if (field.containing_type()->name() == "SnapshotGet")
        return v1::STREAM_CONFIG;
    const auto* type = field.enum_type();
    return type
        ->value(1 + static_cast<int>(hashOf(path) %
                                     static_cast<std::uint64_t>(type->value_count() - 1)))
        ->number();
}

void fill(Message& message, const std::string& path, int choice);

void setField(Message& message, const FieldDescriptor& field, const std::string& path, int choice)
{
    const auto* reflection = message.GetReflection();
    switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
        reflection->SetBool(&message, &field, true);
        break;
    case FieldDescriptor::CPPTYPE_INT64:
        reflection->SetInt64(&message, &field, static_cast<std::int64_t>(numberFor(field, path)));
        break;
    case FieldDescriptor::CPPTYPE_UINT64:
        reflection->SetUInt64(&message, &field, numberFor(field, path));
        break;
    case FieldDescriptor::CPPTYPE_UINT32:
        reflection->SetUInt32(&message, &field, static_cast<std::uint32_t>(numberFor(field, path)));
        break;
    case FieldDescriptor::CPPTYPE_STRING:
        reflection->SetString(&message, &field, textFor(field, path));
        break;
    case FieldDescriptor::CPPTYPE_ENUM:
        reflection->SetEnumValue(&message, &field, enumeratorFor(field, path));
        break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
        fill(*reflection->MutableMessage(&message, &field), path, choice);
        break;
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
        std::abort(); // the schema has no such fields
    }
}

const OneofDescriptor* oneofOf(const google::protobuf::Descriptor* type)
{
    return type->real_oneof_decl_count() > 0 ? type->oneof_decl(0) : nullptr;
}

void addElements(Message& message, const FieldDescriptor& field, const std::string& path)
{
    const auto* reflection = message.GetReflection();
    if (field.is_map()) {
        for (const char* key : {"a", "b"}) {
            Message* entry = reflection->AddMessage(&message, &field);
            entry->GetReflection()->SetString(entry, entry->GetDescriptor()->map_key(),
                                              std::string("zone.example/") + key);
            entry->GetReflection()->SetString(entry, entry->GetDescriptor()->map_value(),
                                              uuidFor(path + key));
        }
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        // Of what is one of several: one of each.
        const auto* oneof = oneofOf(field.message_type());
        const int count = oneof ? oneof->field_count() : 2;
        for (int i = 0; i < count; ++i)
            fill(*reflection->AddMessage(&message, &field), path + "[" + std::to_string(i) + "]",
                 i);
    } else {
        for (int i = 0; i < 2; ++i)
            reflection->AddString(&message, &field,
                                  textFor(field, path + "[" + std::to_string(i) + "]"));
    }
}

// Sets every field; of a oneof that with the number `choice`.
void fill(Message& message, const std::string& path, int choice)
{
    const auto* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
        const FieldDescriptor& field = *type->field(i);
        const std::string fieldPath = path + "." + field.name();
        if (const auto* oneof = field.real_containing_oneof();
            oneof && field.index_in_oneof() != choice % oneof->field_count())
            continue;
        if (type->name() == "Precondition" && field.name() == "name")
            continue; // an id or a name
        if (field.is_repeated())
            addElements(message, field, fieldPath);
        else
            setField(message, field, fieldPath, static_cast<int>(hashOf(fieldPath) % 97));
    }
}

template <class Filled>
void addEach(std::vector<Specimen>& all, const std::string& prefix, Form form)
{
    const auto* oneof = oneofOf(Filled::descriptor());
    for (int choice = 0; choice < (oneof ? oneof->field_count() : 1); ++choice) {
        Filled message;
        const std::string name = oneof ? prefix + "-" + oneof->field(choice)->name() : prefix;
        fill(message, name, choice);
        all.push_back({name, form, codec::bytesOf(message)});
    }
}

template <class Value>
std::string encodedOr(const model::Result<Value>& decoded, std::string (*encode)(const Value&))
{
    return decoded ? encode(*decoded) : "error: " + decoded.error().message;
}

template <class Stored>
Stored parsed(const std::string& bytes)
{
    Stored message;
    if (!message.ParseFromString(bytes))
        std::abort();
    return message;
}

} // namespace

std::vector<Specimen> specimens()
{
    std::vector<Specimen> all;
    addEach<v1::Request>(all, "request", Form::Request);
    addEach<v1::Reply>(all, "reply", Form::Reply);
    addEach<v1::StreamMessage>(all, "stream", Form::Stream);
    addEach<v1::Tick>(all, "tick", Form::Tick);
    const auto* kinds = oneofOf(v1::Record::descriptor());
    for (int kind = 0; kind < kinds->field_count(); ++kind) {
        store::v1::StoredRecord record;
        record.set_format(1);
        const std::string name = "record-" + kinds->field(kind)->name();
        fill(*record.mutable_record(), name, kind);
        all.push_back({name, Form::Record, codec::bytesOf(record)});
    }
    addEach<store::v1::StoredCommit>(all, "commit", Form::Commit);
    addEach<store::v1::StoredAssignments>(all, "assignments", Form::Assignments);
    addEach<store::v1::StoredAssignment>(all, "assignment", Form::Assignment);
    return all;
}

std::string throughTheModel(Form form, const std::string& bytes)
{
    switch (form) {
    case Form::Request: {
        const auto decoded = codec::decodeRequest(bytes);
        if (const auto* failure = std::get_if<codec::DecodeFailure>(&decoded))
            return "error: " + failure->error.message;
        return codec::encodeRequest(std::get<codec::DecodedRequest>(decoded).request);
    }
    case Form::Reply: {
        const auto reply = codec::decodeReply(bytes);
        return reply ? codec::encodeReply(*reply, /*json=*/false)
                     : "error: " + reply.error().message;
    }
    case Form::Stream:
        return encodedOr(codec::decodeStreamMessage(bytes), codec::encodeStreamMessage);
    case Form::Tick:
        return encodedOr(codec::decodeTick(bytes), codec::encodeTick);
    case Form::Record:
        return encodedOr(codec::decodeRecord(bytes), codec::encodeRecord);
    case Form::Commit:
        return encodedOr(codec::decodeCommit(bytes), codec::encodeCommit);
    case Form::Assignments:
        return encodedOr(codec::decodeAssignments(bytes), codec::encodeAssignments);
    case Form::Assignment:
        return encodedOr(codec::decodeAssignment(bytes), codec::encodeAssignment);
    }
    return {};
}

std::string jsonOf(Form form, const std::string& bytes)
{
    using codec::JsonStyle;
    switch (form) {
    case Form::Request:
        return codec::jsonOf(parsed<v1::Request>(bytes), JsonStyle::Indented);
    case Form::Reply:
        return codec::jsonOf(parsed<v1::Reply>(bytes), JsonStyle::Indented);
    case Form::Stream:
        return codec::jsonOf(parsed<v1::StreamMessage>(bytes), JsonStyle::Indented);
    case Form::Tick:
        return codec::jsonOf(parsed<v1::Tick>(bytes), JsonStyle::Indented);
    case Form::Commit:
        return codec::jsonOf(parsed<store::v1::StoredCommit>(bytes), JsonStyle::Indented);
    case Form::Record:
    case Form::Assignments:
    case Form::Assignment:
        return {};
    }
    return {};
}

} // namespace drover::tests
