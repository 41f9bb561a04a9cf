#include "control/service/streams.h"

#include "proto/codec/stream_codec.h"

#include <algorithm>
#include <iterator>

namespace drover::control::service {

using namespace model;

namespace {

constexpr std::size_t kFactsPerMessage = 64;
constexpr std::size_t kComfortableFrame = kMaximumFrame * 3 / 4;

} // namespace

Error newSnapshotError(const std::string& message)
{
    return Error{ErrorCode::Compacted, message, "stream",
                 "after a random pause of up to 2 s take a new snapshot"};
}

void Streams::start(const HistoryRecord& history, Revision revision, const StreamId& stateStream)
{
    // Of the term, as its revisions may be those of another past: on a copy of the store a term of the
    // same number began. Whoever keeps records takes a new snapshot in each term anyway.
    m_ids[index(Stream::Config)] = StreamId{history.nonce};
    // The timeline is read on over restarts.
    m_ids[index(Stream::Log)] = StreamId{history.history.value};
    m_ids[index(Stream::Log)].value.bytes.back() ^= 1;
    m_ids[index(Stream::State)] = stateStream;
    m_positions = {revision, revision, 0};
    m_recent.clear();
    m_recentFacts = 0;
}

StreamMessage Streams::messageOf(Stream stream, const Commit& commit) const
{
    StreamMessage message;
    message.stream = stream;
    message.streamId = id(stream);
    message.n = commit.revision;
    message.prevN = commit.revision - 1;
    message.revision = commit.revision;
    message.commit = commit;
    if (stream == Stream::Config)
        message.commit->log.clear();
    else
        message.commit->changes.clear();
    return message;
}

void Streams::publish(const Commit& commit)
{
    for (const Stream stream : {Stream::Config, Stream::Log}) {
        m_positions[index(stream)] = commit.revision;
        m_publisher->publish(topicOf(stream),
                             codec::encodeStreamMessage(messageOf(stream, commit)));
    }
}

void Streams::publish(std::vector<StateChange> facts, Revision revision)
{
    for (std::size_t begin = 0; begin < facts.size(); begin += kFactsPerMessage) {
        const auto first = facts.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = facts.begin() + static_cast<std::ptrdiff_t>(
                                              std::min(begin + kFactsPerMessage, facts.size()));
        publishFacts({std::make_move_iterator(first), std::make_move_iterator(last)}, revision);
    }
}

void Streams::publishFacts(std::vector<StateChange> facts, Revision revision)
{
    StreamMessage message;
    message.stream = Stream::State;
    message.streamId = id(Stream::State);
    message.prevN = m_positions[index(Stream::State)];
    message.n = message.prevN + 1;
    message.revision = revision;
    message.facts = std::move(facts);
    std::string frame = codec::encodeStreamMessage(message);
    if (frame.size() > kComfortableFrame && message.facts.size() > 1) {
        const auto middle =
            message.facts.begin() + static_cast<std::ptrdiff_t>(message.facts.size() / 2);
        std::vector<StateChange> rest(std::make_move_iterator(middle),
                                      std::make_move_iterator(message.facts.end()));
        message.facts.erase(middle, message.facts.end());
        publishFacts(std::move(message.facts), revision);
        publishFacts(std::move(rest), revision);
        return;
    }
    m_positions[index(Stream::State)] = message.n;
    m_publisher->publish(topicOf(Stream::State), frame);
    m_recentFacts += message.facts.size();
    m_recent.push_back({message.n, message.facts.size(), std::move(frame)});
    while (m_recentFacts > kRecentStateFacts && m_recent.size() > 1) {
        m_recentFacts -= m_recent.front().facts;
        m_recent.pop_front();
    }
}

void Streams::publish(Tick tick)
{
    tick.positions.clear();
    for (const Stream stream : {Stream::Config, Stream::Log, Stream::State})
        tick.positions.push_back({stream, id(stream), position(stream)});
    m_publisher->publish(kTickTopic, codec::encodeTick(tick));
}

Result<void> Streams::checkPosition(Stream stream, const StreamId& asked, std::uint64_t after) const
{
    if (asked != id(stream))
        return newSnapshotError(std::string{topicOf(stream)} + " is stream " +
                                id(stream).toString() + " now, not " + asked.toString());
    if (after > position(stream))
        return newSnapshotError(std::string{topicOf(stream)} + " has come to " +
                                std::to_string(position(stream)) + " only, not to " +
                                std::to_string(after));
    return {};
}

Result<std::vector<StreamMessage>> Streams::stateAfter(std::uint64_t after, std::size_t limit) const
{
    const std::uint64_t oldest =
        m_recent.empty() ? position(Stream::State) + 1 : m_recent.front().n;
    if (after + 1 < oldest)
        return newSnapshotError("state/ is kept from " + std::to_string(oldest) + " on, " +
                                std::to_string(after + 1) + " is gone");
    const auto skip = static_cast<std::size_t>(after + 1 - oldest);
    std::vector<StreamMessage> messages;
    for (std::size_t i = skip; i < m_recent.size() && messages.size() < limit; ++i) {
        auto message = codec::decodeStreamMessage(m_recent[i].frame);
        if (!message)
            return message.error();
        messages.push_back(std::move(*message));
    }
    return messages;
}

} // namespace drover::control::service
