// The files that an agent finds at its start, beside its configuration: identities of copies,
// markers of pools, ids, what it remembers of transfers and of control. A disk may give back
// anything; what is believed of it must be good for everything that follows, first of all for a
// report that control takes.
//
// Input: one byte that says which file, then its content.

#include "agent/backend/support/identity_file.h"
#include "agent/backend/support/pool_marker.h"
#include "agent/service/assignment_store.h"
#include "agent/service/node_identity.h"
#include "proto/codec/request_codec.h"
#include "tests/fuzz/sandbox.h"
#include "tests/fuzz/target.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::tests {

namespace {

using namespace agent;

model::Uuid someId()
{
    model::Uuid id;
    id.bytes.fill(7);
    return id;
}

class OneId final : public model::IdSource
{
public:
    model::Uuid next() override { return someId(); }
};

void requireReport(model::Report report)
{
    report.session = model::SessionId{someId()};
    report.n = 1;
    model::Request request;
    request.requestId = "1";
    request.body = model::AgentVerb{std::move(report)};
    const auto decoded = codec::decodeRequest(codec::encodeRequest(request));
    const auto* failure = std::get_if<codec::DecodeFailure>(&decoded);
    require(failure == nullptr, "control takes a report of what was read",
            failure ? failure->error.message : "");
}

// The numbers of the file are those of the value: nothing is cut, rounded or wrapped around.
void requireNumber(const nlohmann::json& object, const char* key, std::uint64_t value)
{
    require(object.at(key).is_number_unsigned() && object.at(key).get<std::uint64_t>() == value,
            "a number is what the file says", key);
}

void checkIdentity(std::string_view text)
{
    const auto stored = backend::decodeIdentity(text);
    if (!stored)
        return requireRefusal(stored.error());
    const auto again = backend::decodeIdentity(backend::encodeIdentity(*stored));
    require(again.ok(), "what was read is read again", again ? "" : again.error().message);
    require(*again == *stored, "decode, encode, decode is the same identity");
    const auto object = nlohmann::json::parse(text);
    const model::CopyIdentity& identity = stored->identity;
    requireNumber(object, "epoch", identity.epoch);
    requireNumber(object, "generation", identity.generation);
    requireNumber(object, "released_epoch", stored->releasedEpoch);
    require(!identity.cluster.isNil() && !identity.dataset.isNil() && !identity.copy.isNil(),
            "an identity names whose copy it is");

    model::CopyState copy;
    copy.dataset = identity.dataset;
    copy.copy = identity.copy;
    copy.pool = model::PoolId{someId()};
    copy.datasetName = identity.name;
    copy.role = identity.role;
    copy.epoch = identity.epoch;
    copy.observedGeneration = identity.generation;
    copy.filesystem = stored->filesystem;
    model::FoundCopy found;
    found.identity = identity;
    found.pool = copy.pool;
    found.whole = stored->whole;
    found.filesystem = stored->filesystem;
    model::Report report;
    report.copies = {copy};
    report.found = {found};
    requireReport(std::move(report));
    static_cast<void>(backend::checkMountable(*stored, identity.epoch).ok());
    static_cast<void>(backend::changeIdentity(*stored, identity, /*mounted=*/false).ok());
}

void write(const std::string& path, std::string_view content)
{
    const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    require(fd >= 0 &&
                ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()),
            "a file can be made");
    ::close(fd);
}

void checkMarker(const std::string& folder, std::string_view content)
{
    write(folder + "/" + backend::kPoolMarkerName, content);
    const auto marker = backend::readPoolMarker(folder);
    if (!marker)
        return requireRefusal(marker.error());
    require(!marker->pool.isNil() && !marker->cluster.isNil(), "a marker has its ids");
    model::PoolState pool;
    pool.id = marker->pool;
    pool.name = "default";
    pool.kind = "directory"; // its backend's own; another one in the marker makes it unavailable
    pool.shared = marker->shared;
    pool.fence = marker->fence;
    model::Report report;
    report.pools = {pool};
    requireReport(std::move(report));
}

void checkTransfers(const std::string& folder, std::string_view content)
{
    write(folder + "/transfers.json", content);
    service::FileAssignmentStore store(folder);
    const auto notes = store.loadTransfers();
    if (!notes)
        return requireRefusal(notes.error());
    model::Report report;
    for (const auto& [place, progress] : *notes) {
        model::CopyState copy;
        copy.dataset = model::DatasetId{someId()};
        copy.copy = place.copy;
        copy.pool = place.pool;
        copy.role = model::CopyRole::Primary;
        copy.transfer = progress;
        report.copies.push_back(copy);
    }
    requireReport(std::move(report));
    require(store.saveTransfers(*notes).ok(), "notes can be saved");
    const auto again = store.loadTransfers();
    require(again && *again == *notes, "what was read is written and read again");
}

void checkContact(const std::string& folder, std::string_view content)
{
    write(folder + "/contact.json", content);
    service::FileAssignmentStore store(folder);
    const auto contact = store.loadContact();
    if (!contact)
        return;
    constexpr model::Duration kLongest = std::chrono::hours(24 * 36'500);
    require(contact->lastWord.count() >= 0 && contact->ownershipTerm.count() >= 0 &&
                contact->lastWord <= kLongest && contact->ownershipTerm <= kLongest,
            "a contact's times can be added up");
    store.saveContact(*contact);
    require(store.loadContact() == contact, "what was read is written and read again");
}

void checkAssignments(const std::string& folder, std::string_view content)
{
    write(folder + "/assignments", content);
    service::FileAssignmentStore store(folder);
    const auto saved = store.load();
    if (!saved)
        return requireRefusal(saved.error());
    require(saved->has_value(), "a file that is there is not nothing");
}

void checkNodeId(const std::string& folder, std::string_view content)
{
    write(folder + "/node-id", content);
    const auto state = service::StateFolder::open(folder);
    require(state.ok(), "the state folder can be opened");
    OneId ids;
    const auto id = state->nodeId(std::nullopt, ids);
    if (!id)
        return requireRefusal(id.error());
    const std::string form = id->toString();
    std::string said(content);
    for (char& c : said)
        c = c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c;
    require(said == form || said == form + "\n", "a node's id is what the file says", said);
}

void checkPoolIds(const std::string& folder, std::string_view content)
{
    write(folder + "/pools.json", content);
    const auto state = service::StateFolder::open(folder);
    require(state.ok(), "the state folder can be opened");
    for (const char* path : {"/srv/pool", "/srv/\xff"}) {
        const auto remembered = state->poolId(path, std::nullopt);
        if (!remembered)
            requireRefusal(remembered.error());
        const auto marked = state->poolId(path, model::PoolId{someId()});
        if (!marked)
            requireRefusal(marked.error());
        else
            require(marked->value == someId(), "a marker's id is believed");
        if (marked && remembered)
            require(*marked == *remembered, "another pool at a path is a conflict");
    }
}

} // namespace

FUZZ_TARGET(agent_files, Bytes bytes)
{
    const int file = bytes.byte() % 7;
    const auto content = bytes.rest();
    if (file == 0) {
        checkIdentity(content);
        return;
    }
    using Check = void (*)(const std::string&, std::string_view);
    constexpr Check kChecks[] = {checkMarker,      checkTransfers, checkContact,
                                 checkAssignments, checkNodeId,    checkPoolIds};
    Sandbox::instance().run([&](const std::string& folder) {
        kChecks[file - 1](folder, content);
        for (const char* name : {"drover-pool.json", "transfers.json", "contact.json",
                                 "assignments", "node-id", "pools.json", "lock"})
            ::unlink((folder + "/" + name).c_str());
    });
}

} // namespace drover::tests
