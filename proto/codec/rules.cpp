#include "proto/codec/rules.h"

#include <algorithm>
#include <set>

namespace drover::codec {
namespace {

using namespace drover::model;

constexpr std::size_t kMaximumRequestId = 64;
constexpr std::size_t kMaximumPreconditions = 100;
constexpr std::size_t kMaximumNodeName = 253; // of a host in the domain name system
constexpr std::size_t kMaximumWord = 32;
constexpr std::size_t kMaximumKinds = 16;
constexpr std::size_t kMaximumFeatures = 64;
constexpr std::size_t kMaximumPools = 256;
constexpr std::size_t kMaximumConditions = 64;
constexpr std::size_t kMaximumPath = 4096;
constexpr std::size_t kMaximumDigest = 128;
constexpr std::size_t kMaximumPageKey = 512;
constexpr std::size_t kPublicKeyLength = 40;
constexpr Epoch kMaximumEpoch = 1ULL << 62; // so that there is always a next one

bool isWord(std::string_view text)
{
    return !text.empty() && text.size() <= kMaximumWord &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
           });
}

bool isHexadecimal(std::string_view text)
{
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool isPublicKey(std::string_view text)
{
    static constexpr std::string_view kZ85 =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
    return text.size() == kPublicKeyLength &&
           text.find_first_not_of(kZ85) == std::string_view::npos;
}

// Keeps the first broken rule.
class Rules
{
public:
    [[nodiscard]] const Result<void>& result() const { return m_result; }

    void check(Result<void> checked)
    {
        if (m_result && !checked)
            m_result = std::move(checked);
    }
    // Messages are put together only when they are needed: a report has thousands of parts.
    void require(bool holds, const char* message, const char* hint = "")
    {
        if (!holds)
            refuse(message, hint);
    }
    // Without a hint of its own, the one of the whole request stands.
    void refuse(std::string message, const char* hint = "",
                ErrorCode code = ErrorCode::InvalidArgument)
    {
        if (m_result)
            m_result = Error{code, std::move(message), "", hint};
    }
    void atMost(std::size_t count, std::size_t maximum, const char* what)
    {
        if (count > maximum)
            refuse("there are " + std::to_string(count) + " " + what + "; at most " +
                       std::to_string(maximum) + " are allowed",
                   "leave some out, or send them in several requests", ErrorCode::TooLarge);
    }

    // ---- parts of verbs

    template <class AnyId>
    void reference(const Ref<AnyId>& ref, const char* kind)
    {
        if (!ref.id && ref.name.empty())
            refuse(std::string("no ") + kind + " is named", "give its name or its id");
        optionalReference(ref, kind);
    }
    template <class AnyId>
    void optionalReference(const Ref<AnyId>& ref, const char* kind)
    {
        if (!ref.name.empty())
            check(checkText(std::string("the name of the ") + kind, ref.name, kMaximumNodeName));
    }
    template <class AnyId>
    void id(const AnyId& given, const char* what)
    {
        if (given.isNil())
            refuse(std::string("the id of the ") + what + " is missing",
                   "give it as a UUID; the nil UUID is none");
    }
    template <class AnyId>
    void optionalId(const std::optional<AnyId>& given, const char* what)
    {
        if (given)
            id(*given, what);
    }
    void optionalName(std::string_view kind, const std::string& name)
    {
        if (!name.empty())
            check(checkName(kind, name));
    }
    void nodeName(const std::string& name)
    {
        require(!name.empty(), "the node's name is empty");
        check(checkText("the node's name", name, kMaximumNodeName));
        if (name.find_first_of(" /") != std::string::npos)
            refuse("the node's name '" + name + "' has a space or '/' in it");
    }
    void words(const std::vector<std::string>& all, const char* what)
    {
        atMost(all.size(), kMaximumKinds, what);
        for (const std::string& word : all)
            if (!isWord(word))
                refuse(std::string("one of the ") + what +
                       " is not a word of a-z, 0-9, '-' and '_'");
    }
    void filesystem(const std::string& name)
    {
        require(name.empty() || isWord(name),
                "the filesystem is not a word of a-z, 0-9, '-' and '_'",
                "name it alone, such as ext4; options of mkfs are not taken");
    }
    void features(const std::vector<std::string>& all)
    {
        atMost(all.size(), kMaximumFeatures, "features");
        for (const std::string& feature : all)
            check(checkText("a feature", feature, kMaximumNameLength));
    }
    // What datasets are made of, in a verb or in a file.
    template <class Dataset>
    void wish(const Dataset& dataset)
    {
        check(checkName("dataset", dataset.name));
        check(checkLabels(dataset.labels));
        if (dataset.size)
            check(checkDatasetSize(*dataset.size));
        filesystem(dataset.filesystem);
        check(checkMetadata(dataset.metadata));
        optionalName("pool", dataset.pool);
        check(checkLabels(dataset.requiredLabels));
        words(dataset.poolKinds, "pool kinds");
    }

    // ---- writes

    void operator()(const DatasetCreate& v)
    {
        optionalId(v.id, "dataset");
        wish(v);
        optionalReference(v.node, "node");
    }
    void operator()(const DatasetMove& v)
    {
        reference(v.dataset, "dataset");
        reference(v.to, "node");
        optionalName("pool", v.pool);
    }
    void operator()(const DatasetResize& v)
    {
        reference(v.dataset, "dataset");
        check(checkDatasetSize(v.size));
    }
    void operator()(const DatasetSetMetadata& v)
    {
        reference(v.dataset, "dataset");
        check(checkMetadata(v.metadata));
    }
    void operator()(const DatasetRename& v)
    {
        reference(v.dataset, "dataset");
        check(checkName("dataset", v.name));
    }
    void operator()(const DatasetDelete& v) { reference(v.dataset, "dataset"); }
    void operator()(const DatasetUndelete& v)
    {
        reference(v.dataset, "dataset");
        optionalName("dataset", v.name);
    }
    void operator()(const DatasetPurge& v) { reference(v.dataset, "dataset"); }
    void operator()(const NodeLabel& v)
    {
        reference(v.node, "node");
        check(checkLabels(v.labels));
    }
    void operator()(const NodeCordon& v) { reference(v.node, "node"); }
    void operator()(const NodeDeclareLost& v)
    {
        reference(v.node, "node");
        check(checkText("the statement", v.statement, kMaximumTextLength));
    }
    void operator()(const NodeForget& v) { reference(v.node, "node"); }
    void operator()(const LeaseAcquire& v)
    {
        reference(v.dataset, "dataset");
        reference(v.node, "node");
        require(!v.holder.empty(), "the holder of the lease is missing",
                "say who holds it, such as jenkins-7");
        check(checkText("the holder", v.holder, kMaximumHolderLength));
        require(!v.ttl || v.ttl->count() > 0, "the lease's time to live must be more than 0",
                "leave it out for a lease without end");
    }
    void operator()(const LeaseRenew& v) { id(v.token, "lease"); }
    void operator()(const LeaseRelease& v) { id(v.token, "lease"); }
    void operator()(const ClusterSet& v) { optionalName("cluster", v.name); }
    void operator()(const Rollback& v)
    {
        require(v.to > 0, "the revision to roll back to is missing, or 0",
                "the revisions stand in `drover history`");
    }
    void operator()(const KeyAdd& v)
    {
        require(isPublicKey(v.publicKey), "the public key is not one of 40 characters of z85",
                "it is the value `public-key` of the key's file");
        check(checkName("key", v.name));
        if (v.role == KeyRole::Node)
            require(v.node && !v.node->isNil(), "a key of role node needs the id of its node",
                    "give the node's id; `drover node show NAME` has it");
        else
            require(!v.node, "only a key of role node is bound to a node",
                    "leave the node out, or take the role node");
    }
    void operator()(const KeyRemove& v) { check(checkName("key", v.name)); }
    void operator()(const Apply& v)
    {
        atMost(v.datasets.size() + v.nodes.size(), kMaximumBatchOperations,
               "objects in the configuration");
        std::set<std::string_view> names;
        for (const DesiredDataset& dataset : v.datasets) {
            wish(dataset);
            check(checkText("the node of dataset " + dataset.name, dataset.node, kMaximumNodeName));
            if (!names.insert(dataset.name).second)
                refuse("the configuration has dataset " + dataset.name + " twice",
                       "remove one of the two");
        }
        names.clear();
        for (const DesiredNode& node : v.nodes) {
            nodeName(node.name);
            check(checkLabels(node.labels));
            if (!names.insert(node.name).second)
                refuse("the configuration has node " + node.name + " twice",
                       "remove one of the two");
        }
    }
    void operator()(const Recover& v)
    {
        atMost(v.choices.size() + v.lost.size(), kMaximumBatchOperations, "choices and nodes");
        for (const RecoverChoice& choice : v.choices) {
            reference(choice.dataset, "dataset");
            id(choice.copy, "copy");
        }
        for (const NodeRef& node : v.lost)
            reference(node, "node");
        check(checkText("the statement", v.statement, kMaximumTextLength));
    }
    void operator()(const Precondition& p)
    {
        const bool hasName = !p.name.empty();
        const bool hasId = !p.key.id.empty();
        if (p.key.kind == RecordKind::Cluster)
            require(!hasName && !hasId, "a precondition on the cluster takes no id and no name");
        else if (p.key.kind == RecordKind::Dataset || p.key.kind == RecordKind::Node)
            require(hasName != hasId, "a precondition needs an id or a name, and not both");
        else
            require(false, "preconditions are possible on the cluster, datasets and nodes only");
        check(checkText("the name in a precondition", p.name, kMaximumNodeName));
    }

    // ---- reads

    void page(const Page& p)
    {
        require(p.after.size() <= kMaximumPageKey, "the page's key is not one of ours");
    }
    void operator()(const ClientHello& v)
    {
        require(v.minimumVersion <= v.maximumVersion, "the lowest version is above the highest");
        check(checkText("the program", v.program, kMaximumHolderLength));
        features(v.features);
    }
    void operator()(const StatusGet&) {}
    void operator()(const NodeList& v) { page(v.page); }
    void operator()(const NodeGet& v) { reference(v.node, "node"); }
    void operator()(const DatasetList& v) { page(v.page); }
    void operator()(const DatasetGet& v) { reference(v.dataset, "dataset"); }
    void operator()(const LeaseList& v) { optionalReference(v.dataset, "dataset"); }
    void operator()(const KeyList&) {}
    void operator()(const HistoryList& v) { optionalId(v.dataset, "dataset"); }
    void operator()(const DiffGet& v)
    {
        require(v.from > 0, "the revision to compare from is missing",
                "the revisions stand in `drover history`");
    }
    void operator()(const ExportGet&) {}
    void operator()(const SnapshotGet& v)
    {
        require(v.stream != Stream::Log,
                "there are snapshots of the streams config and state only");
        require(v.at == 0 || v.stream == Stream::Config,
                "only the stream config has snapshots of the past");
        page(v.page);
    }
    void operator()(const ChangesGet& v) { id(v.streamId, "stream"); }
    void operator()(const SubscriptionStatusGet& v)
    {
        check(checkText("the topic", v.topic, kMaximumNameLength));
    }

    // ---- agents

    void pools(const std::vector<PoolState>& all)
    {
        atMost(all.size(), kMaximumPools, "pools");
        for (const PoolState& pool : all) {
            id(pool.id, "pool");
            check(checkName("pool", pool.name));
            if (!isWord(pool.kind))
                refuse("the kind of pool " + pool.name + " is not a word");
            words(pool.capabilities.filesystems, "filesystems of a pool");
            filesystem(pool.capabilities.defaultFilesystem);
            atMost(pool.conditions.size(), kMaximumConditions, "conditions of a pool");
        }
    }
    void copy(const CopyState& c)
    {
        id(c.dataset, "dataset");
        id(c.copy, "copy");
        id(c.pool, "pool");
        require(c.epoch <= kMaximumEpoch, "an epoch is too large");
        if (c.path.size() > kMaximumPath || c.datasetName.size() > kMaximumNameLength)
            refuse("a path or name is too long", "", ErrorCode::TooLarge);
        filesystem(c.filesystem);
        atMost(c.conditions.size(), kMaximumConditions, "conditions of a copy");
        if (!c.transfer)
            return;
        id(c.transfer->id, "transfer");
        require(c.transfer->digest.size() <= kMaximumDigest && isHexadecimal(c.transfer->digest),
                "a digest is not hexadecimal");
    }
    // What lies on a disk is told as it is; whether a dataset can be made of it is decided where it is recovered.
    void identity(const FoundCopy& f)
    {
        id(f.identity.dataset, "dataset");
        id(f.identity.copy, "copy");
        id(f.pool, "pool");
        require(f.identity.epoch <= kMaximumEpoch, "an epoch is too large");
        if (f.identity.name.size() > kMaximumNameLength)
            refuse("a name is too long", "", ErrorCode::TooLarge);
        filesystem(f.filesystem);
    }
    void operator()(const Hello& v)
    {
        id(v.node, "node");
        id(v.machine, "machine");
        id(v.boot, "boot");
        require(!v.incarnation.isNil(), "the incarnation is missing");
        nodeName(v.hostname);
        check(checkText("the address", v.address, kMaximumNodeName));
        check(checkText("the bulk endpoint", v.bulkEndpoint, kMaximumHolderLength));
        check(checkText("the version", v.version, kMaximumNameLength));
        check(checkLabels(v.labels));
        pools(v.pools);
        features(v.features);
    }
    void operator()(const Report& v)
    {
        id(v.session, "session");
        require(v.n > 0, "the report has no number");
        pools(v.pools);
        for (const CopyState& c : v.copies)
            copy(c);
        for (const CopyId& gone : v.gone)
            id(gone, "copy");
        for (const FoundCopy& found : v.found)
            identity(found);
    }
    void operator()(const AssignmentAck& v)
    {
        id(v.session, "session");
        require(v.n > 0, "the acknowledgement has no number");
    }

private:
    Result<void> m_result;
};

// Which object a verb is about, for the error.
struct Subject
{
    template <class AnyId>
    static std::string of(const char* kind, const Ref<AnyId>& ref)
    {
        if (ref.id)
            return std::string(kind) + " " + ref.id->toString();
        return checkText("", ref.name, kMaximumNodeName) && !ref.name.empty()
                   ? std::string(kind) + " " + ref.name
                   : "";
    }
    template <class Verb>
    std::string operator()(const Verb& verb) const
    {
        if constexpr (requires { verb.dataset.id; })
            return of("dataset", verb.dataset);
        else if constexpr (
            requires {
                verb.node.id;
                verb.node.name;
            } &&
            !requires { verb.metadata; })
            return of("node", verb.node);
        else
            return {};
    }
    std::string operator()(const DatasetCreate& verb) const
    {
        return of("dataset", DatasetRef{{}, verb.name});
    }
};

Result<void> checkOperation(const Operation& operation)
{
    Rules rules;
    rules.atMost(operation.preconditions.size(), kMaximumPreconditions, "preconditions");
    for (const Precondition& precondition : operation.preconditions)
        rules(precondition);
    std::visit(rules, operation.verb);
    if (rules.result())
        return {};
    Error error = rules.result().error();
    error.subject = std::visit(Subject{}, operation.verb);
    return error;
}

Result<void> checkBody(const Write& write)
{
    Rules rules;
    rules.require(!write.operations.empty(), "the write has no operations",
                  "put at least one into it");
    rules.atMost(write.operations.size(), kMaximumBatchOperations, "operations");
    rules.check(checkText("the reason", write.reason, kMaximumTextLength));
    rules.require(write.expectPlan.size() <= kMaximumDigest && isHexadecimal(write.expectPlan),
                  "expect_plan is not the digest of a plan", "take the digest that a dry run gave");
    if (!rules.result())
        return rules.result();
    for (std::size_t i = 0; i < write.operations.size(); ++i) {
        const auto checked = checkOperation(write.operations[i]);
        if (checked)
            continue;
        Error error = checked.error();
        if (write.operations.size() > 1)
            error.message = "operation " + std::to_string(i + 1) + " (" +
                            verbName(write.operations[i].verb) + "): " + error.message;
        return error;
    }
    return {};
}

template <class Verb>
Result<void> checkBody(const Verb& verb)
{
    Rules rules;
    std::visit(rules, verb);
    return rules.result();
}

} // namespace

Result<void> checkRequest(const Request& request)
{
    Rules rules;
    const char* const kRequestId = "choose one of up to 64 bytes, a new one for every request";
    rules.require(!request.requestId.empty(), "the request has no request_id", kRequestId);
    rules.require(request.requestId.size() <= kMaximumRequestId,
                  "the request_id has more than 64 bytes", kRequestId);
    rules.require(!std::holds_alternative<Write>(request.body) || request.deadline,
                  "a write needs deadline_ms, on control's clock",
                  "add how long you would wait to controlTimeMs of statusGet");
    if (!rules.result())
        return rules.result();
    return std::visit([](const auto& body) { return checkBody(body); }, request.body);
}

} // namespace drover::codec
