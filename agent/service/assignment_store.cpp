#include "agent/service/assignment_store.h"

#include "agent/backend/support/file_ops.h"
#include "agent/backend/support/json_number.h"
#include "proto/model/crash_point.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace drover::agent::service {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr const char* kTransfers = "transfers.json";
constexpr const char* kContact = "contact.json";
constexpr std::size_t kLimit = std::size_t{256} << 20;
constexpr std::size_t kMaximumDigest = 128; // hexadecimal digits
// 100 years: what is added to it does not overflow
constexpr std::int64_t kLongest = 36'500LL * 24 * 60 * 60 * 1000;

bool isDigest(const std::string& text)
{
    return text.size() <= kMaximumDigest &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Error damaged(const std::filesystem::path& file, const std::string& why)
{
    return {ErrorCode::Malformed, "the file is damaged: " + why, "file " + file.string(),
            "move the file away; control sends it anew"};
}

} // namespace

FileAssignmentStore::FileAssignmentStore(std::filesystem::path folder)
    : m_folder(std::move(folder)), m_assignments(m_folder)
{}

Result<std::optional<std::string>> FileAssignmentStore::read(const char* name) const
{
    const auto folder = backend::openFolder(m_folder.string());
    if (!folder)
        return folder.error();
    auto content = backend::readFile(folder->get(), name, kLimit);
    if (content)
        return std::optional<std::string>(std::move(*content));
    if (content.error().code == ErrorCode::NotFound)
        return std::optional<std::string>();
    return content.error();
}

Result<void> FileAssignmentStore::replace(const char* name, std::string_view content) const
{
    const auto folder = backend::openFolder(m_folder.string());
    if (!folder)
        return folder.error();
    return backend::replaceFile(folder->get(), name, content, 0600);
}

Result<std::optional<codec::SavedAssignments>> FileAssignmentStore::load()
{
    return m_assignments.load();
}

Result<void> FileAssignmentStore::save(const Remembered& remembered,
                                       const core::AssignmentChanges& changes)
{
    return m_assignments.save(remembered, changes);
}

Result<TransferNotes> FileAssignmentStore::loadTransfers()
{
    const auto content = read(kTransfers);
    if (!content)
        return content.error();
    TransferNotes notes;
    if (!*content)
        return notes;
    const auto file = m_folder / kTransfers;
    try {
        const auto list = nlohmann::json::parse(**content);
        if (!list.is_array())
            return damaged(file, "it is not a list");
        for (const auto& entry : list) {
            const auto pool = model::PoolId::parse(entry.at("pool").get<std::string>());
            const auto copy = model::CopyId::parse(entry.at("copy").get<std::string>());
            const auto transfer = model::TransferId::parse(entry.at("transfer").get<std::string>());
            if (!pool || !copy || !transfer || pool->isNil() || copy->isNil() || transfer->isNil())
                return damaged(file, "an id is not one");
            model::TransferProgress progress;
            progress.id = *transfer;
            progress.pass = backend::numberOf<std::uint32_t>(entry, "pass");
            progress.passDone = progress.finalDone = true;
            progress.lastPassBytes.value = backend::numberOf<std::uint64_t>(entry, "lastPassBytes");
            progress.bytesDone = progress.bytesTotal = progress.lastPassBytes;
            progress.digest = entry.at("digest").get<std::string>();
            if (!isDigest(progress.digest))
                return damaged(file, "a digest is not one"); // control would refuse the report
            notes.emplace_back(core::CopyPlace{*pool, *copy}, std::move(progress));
        }
    } catch (const nlohmann::json::exception& e) {
        return damaged(file, e.what());
    }
    return notes;
}

Result<void> FileAssignmentStore::saveTransfers(const TransferNotes& notes)
{
    auto list = nlohmann::json::array();
    for (const auto& [place, progress] : notes) {
        list.push_back({{"pool", place.pool.toString()},
                        {"copy", place.copy.toString()},
                        {"transfer", progress.id.toString()},
                        {"pass", progress.pass},
                        {"lastPassBytes", progress.lastPassBytes.value},
                        {"digest", progress.digest}});
    }
    DROVER_CRASH_POINT("agent.transfers.before");
    auto saved = replace(kTransfers, list.dump(2) + "\n");
    DROVER_CRASH_POINT("agent.transfers.after");
    return saved;
}

std::optional<ContactNote> FileAssignmentStore::loadContact()
{
    const auto content = read(kContact);
    if (!content || !*content)
        return std::nullopt;
    try {
        const auto entry = nlohmann::json::parse(**content);
        const auto boot = model::BootId::parse(entry.at("boot").get<std::string>());
        if (!boot)
            return std::nullopt;
        ContactNote note;
        note.boot = *boot;
        note.lastWord = model::Duration{backend::numberOf(entry, "lastWordMs", kLongest)};
        note.ownershipTerm = model::Duration{backend::numberOf(entry, "ownershipTermMs", kLongest)};
        const auto history = model::HistoryId::parse(entry.value("history", std::string()));
        const auto nonce = model::Uuid::parse(entry.value("nonce", std::string()));
        if (history && nonce) { // an older program did not write them
            note.history = *history;
            note.nonce = *nonce;
            note.term = backend::numberOf<model::Term>(entry, "term");
            note.revision = backend::numberOf<model::Revision>(entry, "revision");
        }
        return note;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

void FileAssignmentStore::saveContact(const ContactNote& note)
{
    const nlohmann::json entry = {{"boot", note.boot.toString()},
                                  {"lastWordMs", note.lastWord.count()},
                                  {"ownershipTermMs", note.ownershipTerm.count()},
                                  {"history", note.history.toString()},
                                  {"term", note.term},
                                  {"nonce", note.nonce.toString()},
                                  {"revision", note.revision}};
    // A note that could not be written only makes the next start more careful.
    static_cast<void>(replace(kContact, entry.dump() + "\n").ok());
}

} // namespace drover::agent::service
