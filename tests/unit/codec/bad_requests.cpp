#include "tests/unit/codec/bad_requests.h"

#include "proto/model/api.h"

namespace drover::tests {
namespace {

using model::ErrorCode;

constexpr const char* kId = "0b1f3c5e-0000-4000-8000-0123456789ab";

std::string times(std::size_t count, std::string_view part)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += part;
    return text;
}

} // namespace

std::string writing(const std::string& operation)
{
    return R"({"requestId":"r1","deadlineMs":"1700000000000","write":{"operations":[)" + operation +
           "]}}";
}

std::string creating(const std::string& fields)
{
    return writing(R"({"datasetCreate":{)" + fields + "}}");
}

std::vector<BadRequest> badRequests()
{
    std::vector<BadRequest> all;
    const auto row = [&](const char* title, const std::string& frame, ErrorCode code,
                         const char* says, const char* id = "r1") {
        all.push_back({title, frame, code, says, id});
    };
    // Frames.
    row("empty", "", ErrorCode::Malformed, "no verb", "");
    row("not protobuf", "hello", ErrorCode::Malformed, "not a request", "");
    row("JSON cut off", R"({"requestId":"r1",)", ErrorCode::Malformed, "not a request in JSON", "");
    row("JSON of another type", R"({"requestId":"r1","write":7})", ErrorCode::Malformed,
        "not a request in JSON");
    row("JSON and more", R"({"requestId":"r1","statusGet":{}} x)", ErrorCode::Malformed,
        "not a request in JSON", "");
    row("space before JSON", R"( {"requestId":"r1","statusGet":{}})", ErrorCode::Malformed,
        "not a request", "");
    row("bad UTF-8 in JSON", "{\"requestId\":\"r1\",\"reason\":\"\xff\"}", ErrorCode::Malformed,
        "not a request in JSON", "");
    row("too large", times(model::kMaximumFrame + 1, "x"), ErrorCode::TooLarge, "1048577 bytes",
        "");
    row("100,000 braces", times(100'000, "{"), ErrorCode::Malformed, "not a request in JSON", "");
    row("100,000 brackets", R"({"requestId":"r1","write":)" + times(100'000, "["),
        ErrorCode::Malformed, "not a request in JSON", "");
    // Envelope.
    row("no verb", R"({"requestId":"r1"})", ErrorCode::Malformed, "no verb");
    row("unknown verb", R"({"requestId":"r1","datasetExplode":{}})", ErrorCode::Malformed,
        "datasetExplode");
    row("two verbs", R"({"requestId":"r1","statusGet":{},"keyList":{}})", ErrorCode::Malformed,
        "not a request in JSON");
    row("newer version", R"({"protocolVersion":2,"requestId":"r1","statusGet":{}})",
        ErrorCode::UnsupportedVersion, "version 2");
    row("newer version with unknown verb", R"({"protocolVersion":2,"requestId":"r1","x":{}})",
        ErrorCode::UnsupportedVersion, "version 2");
    row("no request id", R"({"statusGet":{}})", ErrorCode::InvalidArgument, "no request_id", "");
    row("long request id", R"({"requestId":")" + times(65, "x") + R"(","statusGet":{}})",
        ErrorCode::InvalidArgument, "64 bytes", "");
    row("write without deadline",
        R"({"requestId":"r1","write":{"operations":[{"clusterSet":{}}]}})",
        ErrorCode::InvalidArgument, "deadline");
    row("deadline out of the calendar",
        R"({"requestId":"r1","deadlineMs":"9223372036854775807","write":{"operations":[{"clusterSet":{}}]}})",
        ErrorCode::InvalidArgument, "deadline_ms");
    row("write without operations", R"({"requestId":"r1","deadlineMs":1,"write":{}})",
        ErrorCode::InvalidArgument, "no operations");
    row("operation without verb", writing("{}"), ErrorCode::Malformed, "write.operations[0]");
    row("10,001 operations",
        writing(times(10'000, R"({"clusterSet":{}},)") + R"({"clusterSet":{}})"),
        ErrorCode::TooLarge, "10001");
    row("the bad one in a batch", writing(R"({"clusterSet":{}},{"datasetCreate":{"name":""}})"),
        ErrorCode::InvalidArgument, "operation 2 (dataset.create)");
    // Unknown fields of writes.
    row("unknown field in the write",
        R"({"requestId":"r1","deadlineMs":1,"write":{"guard":true,"operations":[{"clusterSet":{}}]}})",
        ErrorCode::UnknownFields, "guard");
    row("unknown field in the verb", creating(R"("name":"web-1","replicas":3)"),
        ErrorCode::UnknownFields, "replicas");
    // Names.
    row("no name", creating(""), ErrorCode::InvalidArgument, "name is empty");
    row("path as a name", creating(R"("name":"../x")"), ErrorCode::InvalidArgument, "../x");
    row("300 characters", creating(R"("name":")" + times(300, "x") + '"'),
        ErrorCode::InvalidArgument, "300 characters");
    row("id as a name", creating(std::string(R"("name":")") + kId + '"'),
        ErrorCode::InvalidArgument, "form of an id");
    row("bad pool name", creating(R"("name":"a","pool":"a/b")"), ErrorCode::InvalidArgument,
        "pool name");
    row("control character in a node's name",
        creating(R"("name":"a","node":{"name":"a\u001b[1m"})"), ErrorCode::InvalidArgument,
        "control character");
    row("rename to nothing", writing(R"({"datasetRename":{"dataset":{"name":"a"}}})"),
        ErrorCode::InvalidArgument, "name is empty");
    // Sizes.
    row("size 0", creating(R"("name":"a","sizeBytes":0)"), ErrorCode::InvalidArgument,
        "at least 64 MiB");
    row("size negative", creating(R"("name":"a","sizeBytes":-1)"), ErrorCode::Malformed,
        "not a request in JSON");
    row("size 2^63", creating(R"("name":"a","sizeBytes":"9223372036854775808")"),
        ErrorCode::InvalidArgument, "at most 1 EiB");
    row("size 2^64", creating(R"("name":"a","sizeBytes":"18446744073709551616")"),
        ErrorCode::Malformed, "not a request in JSON");
    row("size with a fraction", creating(R"("name":"a","sizeBytes":67108864.5)"),
        ErrorCode::Malformed, "not a request in JSON");
    row("size not of 1 KiB", creating(R"("name":"a","sizeBytes":67108865)"),
        ErrorCode::InvalidArgument, "multiple of 1 KiB");
    row("resize to 0", writing(R"({"datasetResize":{"dataset":{"name":"a"}}})"),
        ErrorCode::InvalidArgument, "at least 64 MiB");
    // Ids, references, enumerators, durations.
    row("no id", creating(R"("name":"a","id":"web-1")"), ErrorCode::InvalidArgument,
        "write.operations[0].dataset_create.id");
    row("empty id", creating(R"("name":"a","id":"")"), ErrorCode::InvalidArgument,
        "id of the dataset");
    row("no dataset named", writing(R"({"datasetPurge":{}})"), ErrorCode::InvalidArgument,
        "no dataset is named");
    row("dataset named by nothing", writing(R"({"datasetPurge":{"dataset":{"name":""}}})"),
        ErrorCode::InvalidArgument, "name: is empty");
    row("dataset named twice",
        writing(std::string(R"({"datasetPurge":{"dataset":{"name":"a","id":")") + kId + R"("}}})"),
        ErrorCode::Malformed, "not a request in JSON");
    row("no node named", writing(R"({"datasetMove":{"dataset":{"name":"a"}}})"),
        ErrorCode::InvalidArgument, "no node is named");
    row("negative grace", writing(R"({"datasetDelete":{"dataset":{"name":"a"},"graceMs":-1}})"),
        ErrorCode::InvalidArgument, "100 years");
    row("endless grace",
        writing(R"({"datasetDelete":{"dataset":{"name":"a"},"graceMs":"9223372036854775807"}})"),
        ErrorCode::InvalidArgument, "100 years");
    row("no role", writing(R"({"keyAdd":{"name":"a","publicKey":"x"}})"),
        ErrorCode::InvalidArgument, "role: is missing");
    row("unknown role", writing(R"({"keyAdd":{"name":"a","role":77}})"), ErrorCode::InvalidArgument,
        "unknown value 77");
    row("unknown role's name", writing(R"({"keyAdd":{"name":"a","role":"KEY_ROLE_KING"}})"),
        ErrorCode::UnknownFields, "KEY_ROLE_KING");
    row("short key", writing(R"({"keyAdd":{"name":"a","publicKey":"x","role":"KEY_ROLE_VIEWER"}})"),
        ErrorCode::InvalidArgument, "40 characters");
    row("node's key without node",
        writing(R"({"keyAdd":{"name":"a","publicKey":")" + times(40, "a") +
                R"(","role":"KEY_ROLE_NODE"}})"),
        ErrorCode::InvalidArgument, "needs the id of its node");
    row("lease without holder",
        writing(R"({"leaseAcquire":{"dataset":{"name":"a"},"node":{"name":"n"}}})"),
        ErrorCode::InvalidArgument, "holder");
    row("lease of no time",
        writing(
            R"({"leaseAcquire":{"dataset":{"name":"a"},"node":{"name":"n"},"holder":"h","ttlMs":0}})"),
        ErrorCode::InvalidArgument, "time to live");
    row("roll back to nothing", writing(R"({"rollback":{}})"), ErrorCode::InvalidArgument,
        "roll back");
    row("filesystem with an option", creating(R"("name":"a","filesystem":"ext4 -O x")"),
        ErrorCode::InvalidArgument, "filesystem");
    // Labels and metadata.
    row("metadata without a key", creating(R"("name":"a","metadata":{"":"v"})"),
        ErrorCode::InvalidArgument, "key is empty");
    row("metadata of 300 characters",
        creating(R"("name":"a","metadata":{"k":")" + times(300, "x") + R"("})"),
        ErrorCode::InvalidArgument, "300 characters");
    row("bad label", creating(R"("name":"a","labels":{"a b":"v"})"), ErrorCode::InvalidArgument,
        "label key");
    row("configuration with a name twice",
        writing(R"({"apply":{"datasets":[{"name":"a"},{"name":"a"}]}})"),
        ErrorCode::InvalidArgument, "twice");
    // Preconditions.
    const auto given = [](const std::string& precondition) {
        return writing(R"({"clusterSet":{},"preconditions":[)" + precondition + "]}");
    };
    row("precondition without kind", given(R"({"name":"a"})"), ErrorCode::InvalidArgument,
        "kind: is missing");
    row("precondition on nothing", given(R"({"kind":"RECORD_KIND_DATASET"})"),
        ErrorCode::InvalidArgument, "an id or a name");
    row("precondition on a lease", given(R"({"kind":"RECORD_KIND_LEASE","name":"a"})"),
        ErrorCode::InvalidArgument, "datasets and nodes only");
    row("101 preconditions",
        given(times(100, R"({"kind":"RECORD_KIND_CLUSTER"},)") +
              R"({"kind":"RECORD_KIND_CLUSTER"})"),
        ErrorCode::TooLarge, "101 preconditions");
    // Reads.
    row("snapshot of the log", R"({"requestId":"r1","snapshotGet":{"stream":"STREAM_LOG"}})",
        ErrorCode::InvalidArgument, "config and state");
    row("changes of no stream", R"({"requestId":"r1","changesGet":{"stream":1}})",
        ErrorCode::InvalidArgument, "stream");
    row("diff from nothing", R"({"requestId":"r1","diffGet":{}})", ErrorCode::InvalidArgument,
        "compare from");
    // Agents.
    row("report without session", R"({"requestId":"r1","report":{"n":1}})",
        ErrorCode::InvalidArgument, "session");
    row("hello of nobody", R"({"requestId":"r1","hello":{}})", ErrorCode::InvalidArgument, "node");
    row("report of a copy without id",
        std::string(R"({"requestId":"r1","report":{"n":1,"session":")") + kId +
            R"(","copies":[{"role":1,"phase":1}]}})",
        ErrorCode::InvalidArgument, "id of the dataset");
    return all;
}

} // namespace drover::tests
