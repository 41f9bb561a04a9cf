#include "proto/codec/messages.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <memory>
#include <vector>

namespace drover::codec {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr const char* kTypePrefix =
    "type.googleapis.com"; // what the resolver wants; nothing is looked up there

// Protobuf writes a line to stderr for every text that is not UTF-8: anybody who may send a frame
// could fill the log. What is wrong is in our errors.
[[maybe_unused]] auto* const kQuiet = google::protobuf::SetLogHandler(nullptr);

std::optional<std::string> unknownFieldBelow(const Message& message, const std::string& path)
{
    const auto* reflection = message.GetReflection();
    const auto& unknown = reflection->GetUnknownFields(message);
    if (unknown.field_count() > 0)
        return (path.empty() ? "" : path + ": ") + "field " +
               std::to_string(unknown.field(0).number());

    std::vector<const FieldDescriptor*> fields;
    reflection->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
        // The entries of a map are a key and a value for ever.
        if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map())
            continue;
        const std::string name = (path.empty() ? "" : path + ".") + field->name();
        if (!field->is_repeated()) {
            if (auto found = unknownFieldBelow(reflection->GetMessage(message, field), name))
                return found;
            continue;
        }
        for (int i = 0; i < reflection->FieldSize(message, field); ++i)
            if (auto found = unknownFieldBelow(reflection->GetRepeatedMessage(message, field, i),
                                               name + '[' + std::to_string(i) + ']'))
                return found;
    }
    return std::nullopt;
}

} // namespace

std::string bytesOf(const Message& message)
{
    std::string bytes;
    bytes.reserve(message.ByteSizeLong());
    {
        google::protobuf::io::StringOutputStream stream(&bytes);
        google::protobuf::io::CodedOutputStream coded(&stream);
        coded.SetSerializationDeterministic(true);
        message.SerializeWithCachedSizes(&coded);
    }
    return bytes;
}

std::string jsonOf(const Message& message, JsonStyle style)
{
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = style == JsonStyle::Indented;
    options.always_print_primitive_fields = true;
    // By way of our own bytes: MessageToJsonString() would print maps in an order that changes from
    // run to run. Fails only for text that is not UTF-8, of which encode() leaves none.
    static const std::unique_ptr<google::protobuf::util::TypeResolver> resolver(
        google::protobuf::util::NewTypeResolverForDescriptorPool(
            kTypePrefix, google::protobuf::DescriptorPool::generated_pool()));
    std::string json;
    const auto status = google::protobuf::util::BinaryToJsonString(
        resolver.get(), std::string(kTypePrefix) + "/" + message.GetDescriptor()->full_name(),
        bytesOf(message), &json, options);
    if (!status.ok())
        return "{}";
    return json;
}

std::optional<std::string> unknownFieldIn(const Message& message)
{
    return unknownFieldBelow(message, "");
}

} // namespace drover::codec
