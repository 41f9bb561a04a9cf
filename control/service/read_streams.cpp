#include "control/service/reads.h"

#include "control/service/roles.h"

#include <charconv>

namespace drover::control::service {

using namespace model;

namespace {

// Where a page of records ended: `17:3f...`, the kind and the id in hexadecimal.
std::string pageKey(const RecordKey& key)
{
    constexpr const char* kDigits = "0123456789abcdef";
    std::string text = std::to_string(static_cast<std::uint32_t>(key.kind)) + ':';
    for (const char c : key.id) {
        const auto byte = static_cast<unsigned char>(c);
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

Result<RecordKey> parsePageKey(const std::string& text)
{
    const auto colon = text.find(':');
    if (colon == std::string::npos || (text.size() - colon - 1) % 2 != 0)
        return badPageError(text);
    std::uint32_t kind = 0;
    const char* const begin = text.data();
    if (const auto [end, error] = std::from_chars(begin, begin + colon, kind);
        error != std::errc{} || end != begin + colon)
        return badPageError(text);
    RecordKey key;
    key.kind = static_cast<RecordKind>(kind);
    for (std::size_t i = colon + 1; i < text.size(); i += 2) {
        unsigned byte = 0;
        const auto [end, error] = std::from_chars(begin + i, begin + i + 2, byte, 16);
        if (error != std::errc{} || end != begin + i + 2)
            return badPageError(text);
        key.id += static_cast<char>(byte);
    }
    return key;
}

Answer configurationPage(const View& view, const SnapshotGet& get)
{
    std::optional<RecordKey> after;
    if (!get.page.after.empty()) {
        auto key = parsePageKey(get.page.after);
        if (!key)
            return key.error();
        after = std::move(*key);
    }
    SnapshotResult result;
    result.streamId = view.streams.id(Stream::Config);
    result.n = view.streams.position(Stream::Config);
    const std::size_t limit = view.limit(get.page.limit);
    if (get.at == 0) {
        result.records = view.state.recordsAfter(after, limit + 1);
    } else {
        result.n = get.at;
        auto past =
            view.store.configurationPage(get.at, after, static_cast<std::uint32_t>(limit + 1));
        if (!past)
            return past.error();
        result.records = std::move(*past);
    }
    if (result.records.size() > limit) {
        result.records.pop_back();
        result.next = pageKey(keyOf(result.records.back()));
    }
    return ReplyBody{result};
}

// The facts of the state in three runs: nodes, copies, statuses. A page key names the run and the
// last key: `n:<node>`, `c:<node>:<copy>`, `d:<dataset>`.
struct StateCursor
{
    char run = 'n';
    std::optional<NodeId> node;
    std::optional<CopyKey> copy;
    std::optional<DatasetId> dataset;
};

Result<StateCursor> parseStateCursor(const std::string& text)
{
    constexpr std::size_t kIdLength = 36;
    StateCursor cursor;
    if (text.empty())
        return cursor;
    if (text.size() < 2 + kIdLength || text[1] != ':')
        return badPageError(text);
    cursor.run = text[0];
    const auto first = Uuid::parse(std::string_view{text}.substr(2, kIdLength));
    if (!first)
        return badPageError(text);
    const std::string_view rest = std::string_view{text}.substr(2 + kIdLength);
    if (cursor.run == 'n' && rest.empty()) {
        cursor.node = NodeId{*first};
    } else if (cursor.run == 'd' && rest.empty()) {
        cursor.dataset = DatasetId{*first};
    } else if (cursor.run == 'c' && rest.size() == 1 + kIdLength && rest[0] == ':') {
        const auto second = CopyId::parse(rest.substr(1));
        if (!second)
            return badPageError(text);
        cursor.copy = CopyKey{NodeId{*first}, *second};
    } else {
        return badPageError(text);
    }
    return cursor;
}

// Where to go on in a table: after the cursor's key, or at its start.
template <class Table, class Key>
auto begin(const Table& table, const std::optional<Key>& after)
{
    return after ? table.upper_bound(*after) : table.begin();
}

Answer statePage(const View& view, const Page& page)
{
    const auto cursor = parseStateCursor(page.after);
    if (!cursor)
        return cursor.error();
    SnapshotResult result;
    result.streamId = view.streams.id(Stream::State);
    result.n = view.streams.position(Stream::State);
    const std::size_t limit = view.limit(page.limit);
    const auto full = [&] { return result.facts.size() == limit; };
    if (cursor->run == 'n') {
        const auto& nodes = view.state.nodeStates();
        for (auto it = begin(nodes, cursor->node); it != nodes.end(); ++it) {
            if (full())
                return ReplyBody{result};
            result.facts.emplace_back(NodeStatePut{it->second});
            result.next = "n:" + it->first.toString();
        }
    }
    if (cursor->run == 'n' || cursor->run == 'c') {
        const auto& copies = view.state.copyStates();
        for (auto it = begin(copies, cursor->copy); it != copies.end(); ++it) {
            if (full())
                return ReplyBody{result};
            result.facts.emplace_back(CopyStatePut{it->first.node, it->second});
            result.next = "c:" + it->first.node.toString() + ':' + it->first.copy.toString();
        }
    }
    const auto& statuses = view.state.publishedStatuses();
    for (auto it = begin(statuses, cursor->dataset); it != statuses.end(); ++it) {
        if (full())
            return ReplyBody{result};
        result.facts.emplace_back(DatasetStatusPut{it->second});
        result.next = "d:" + it->first.toString();
    }
    result.next.clear();
    return ReplyBody{result};
}

} // namespace

Answer read(const View& view, const SnapshotGet& get)
{
    switch (get.stream) {
    case Stream::Config:
        return configurationPage(view, get);
    case Stream::State:
        return statePage(view, get.page);
    case Stream::Log:
        break;
    }
    return Error{ErrorCode::InvalidArgument, "there are snapshots of config/ and state/ only",
                 "stream", "read log/ with changes or history"};
}

Answer read(const View& view, const ChangesGet& get)
{
    if (auto known = view.streams.checkPosition(get.stream, get.streamId, get.after); !known)
        return known.error();
    ChangesResult result;
    result.last = view.streams.position(get.stream);
    const std::size_t limit = view.limit(get.limit);
    if (get.stream == Stream::State) {
        auto messages = view.streams.stateAfter(get.after, limit);
        if (!messages)
            return messages.error();
        result.messages = std::move(*messages);
        return ReplyBody{result};
    }
    const auto commits = view.store.commitsAfter(get.after, static_cast<std::uint32_t>(limit));
    if (!commits)
        return commits.error().code == ErrorCode::Compacted
                   ? newSnapshotError(commits.error().message)
                   : commits.error();
    for (const Commit& commit : *commits)
        result.messages.push_back(view.streams.messageOf(get.stream, commit));
    return ReplyBody{result};
}

Answer read(const View& view, const SubscriptionStatusGet& get)
{
    SubscriptionStatusResult result;
    result.allowed = maySubscribe(view.role, get.topic);
    if (!result.allowed)
        result.reason = "role " + std::string{toString(view.role)} + " may not subscribe to `" +
                        get.topic + "`";
    return ReplyBody{result};
}

} // namespace drover::control::service
