// The table of limits in docs/protocol.md, in the plainest words: it shares nothing with
// proto/codec/rules.cpp but the numbers.

#include "tests/fuzz/round_trip.h"
#include "tests/fuzz/target.h"

#include <algorithm>
#include <variant>

namespace drover::tests {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAlphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

void checkTheName(const std::string& name)
{
    require(!name.empty() && name.size() <= 128, "a name has 1 to 128 characters", name);
    require(kAlphanumeric.find(name.front()) != std::string_view::npos,
            "a name begins with a letter or digit", name);
    for (const char c : name)
        require(kAlphanumeric.find(c) != std::string_view::npos || c == '_' || c == '.' || c == '-',
                "a name has letters, digits, '_', '.', '-'", name);
    require(name != "by-id", "a name is not by-id");
    require(!model::Uuid::parse(name).ok(), "a name has not the form of an id", name);
}

void checkTheText(std::string_view text, std::size_t characters)
{
    require(model::isValidUtf8(text), "text is UTF-8");
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        count += (byte & 0xc0) != 0x80 ? 1 : 0;
        require(byte >= 0x20 && byte != 0x7f, "text has no control characters");
        require(byte != 0xc2 || static_cast<unsigned char>(text[i + 1]) >= 0xa0,
                "text has no control characters of two bytes");
    }
    require(count <= characters, "text is within its limit");
}

void checkTheSize(model::ByteCount size)
{
    require(size.value >= 64ULL << 20 && size.value <= 1ULL << 60 && size.value % 1024 == 0,
            "a dataset has 64 MiB to 1 EiB, a multiple of 1 KiB");
}

void checkTheMetadata(const model::Labels& metadata)
{
    require(metadata.size() <= 16, "metadata has at most 16 pairs");
    for (const auto& [key, value] : metadata) {
        require(!key.empty(), "a key of metadata is not empty");
        checkTheText(key, 256);
        checkTheText(value, 256);
    }
}

void checkTheLabels(const model::Labels& labels)
{
    require(labels.size() <= 64, "there are at most 64 labels");
    for (const auto& [key, value] : labels) {
        require(!key.empty() && key.size() <= 128 && key.front() != '/' && key.back() != '/' &&
                    key.find("//") == std::string::npos,
                "the key of a label has parts", key);
        checkTheText(value, 256);
    }
}

void checkTheDuration(model::Duration duration)
{
    require(duration >= 0ms && duration <= 24h * 36'500, "a duration is of 0 to 100 years");
}

template <class AnyId>
void checkTheReference(const model::Ref<AnyId>& ref)
{
    require(ref.id || !ref.name.empty(), "an object is named");
    checkTheText(ref.name, 253);
}

struct Verbs
{
    template <class Wish>
    void wish(const Wish& wish) const
    {
        checkTheName(wish.name);
        checkTheLabels(wish.labels);
        checkTheLabels(wish.requiredLabels);
        checkTheMetadata(wish.metadata);
        if (wish.size)
            checkTheSize(*wish.size);
        if (!wish.pool.empty())
            checkTheName(wish.pool);
    }
    void operator()(const model::DatasetCreate& verb) const { wish(verb); }
    void operator()(const model::DatasetMove& verb) const
    {
        checkTheReference(verb.dataset);
        checkTheReference(verb.to);
    }
    void operator()(const model::DatasetResize& verb) const { checkTheSize(verb.size); }
    void operator()(const model::DatasetSetMetadata& verb) const
    {
        checkTheMetadata(verb.metadata);
    }
    void operator()(const model::DatasetRename& verb) const { checkTheName(verb.name); }
    void operator()(const model::DatasetDelete& verb) const
    {
        checkTheReference(verb.dataset);
        if (verb.grace)
            checkTheDuration(*verb.grace);
    }
    void operator()(const model::NodeLabel& verb) const { checkTheLabels(verb.labels); }
    void operator()(const model::NodeDeclareLost& verb) const
    {
        checkTheText(verb.statement, 1024);
    }
    void operator()(const model::LeaseAcquire& verb) const
    {
        require(!verb.holder.empty(), "a lease has a holder");
        checkTheText(verb.holder, 256);
        if (verb.ttl)
            checkTheDuration(*verb.ttl);
    }
    void operator()(const model::KeyAdd& verb) const
    {
        require(verb.publicKey.size() == 40, "a public key has 40 characters");
        checkTheName(verb.name);
        require((verb.role == model::KeyRole::Node) == verb.node.has_value(),
                "a key of role node is bound to one, and no other is");
    }
    void operator()(const model::Apply& verb) const
    {
        require(verb.datasets.size() + verb.nodes.size() <= 10'000,
                "a configuration has at most 10,000 objects");
        for (const auto& dataset : verb.datasets)
            wish(dataset);
        for (const auto& node : verb.nodes)
            checkTheLabels(node.labels);
    }
    template <class Other>
    void operator()(const Other& /*verb*/) const
    {}
};

void checkTheWrite(const model::Write& write)
{
    require(!write.operations.empty() && write.operations.size() <= 10'000,
            "a write has 1 to 10,000 operations");
    checkTheText(write.reason, 1024);
    for (const model::Operation& operation : write.operations) {
        require(operation.preconditions.size() <= 100,
                "an operation has at most 100 preconditions");
        std::visit(Verbs{}, operation.verb);
    }
}

// An agent's words must not steer a terminal; its numbers must leave room for what is computed from
// them.
void checkTheReport(const model::Report& report)
{
    for (const model::PoolState& pool : report.pools) {
        checkTheName(pool.name);
        require(pool.capacity.value <= 1ULL << 60, "a space is at most 1 EiB");
        for (const model::Condition& condition : pool.conditions)
            checkTheText(condition.message, 2048);
    }
    for (const model::CopyState& copy : report.copies) {
        require(!copy.copy.isNil() && !copy.dataset.isNil(), "a copy has its ids");
        require(copy.epoch <= 1ULL << 62, "there is always a next epoch");
        require(copy.path.size() <= 4096, "a path is within its limit");
        for (const model::Condition& condition : copy.conditions) {
            checkTheText(condition.message, 2048);
            require(condition.message.size() <= 2048, "a message has at most 2 KiB");
        }
    }
}

} // namespace

void checkLimits(const model::Request& request)
{
    require(!request.requestId.empty() && request.requestId.size() <= 64,
            "a request id has 1 to 64 bytes");
    if (const auto* write = std::get_if<model::Write>(&request.body)) {
        checkTheWrite(*write);
    } else if (const auto* verb = std::get_if<model::AgentVerb>(&request.body)) {
        if (const auto* report = std::get_if<model::Report>(verb))
            checkTheReport(*report);
    }
}

} // namespace drover::tests
