#pragma once

// What the decoding of one message keeps in mind: where the message came from, and so how strictly
// it is read; where in it we are; and the first thing that was wrong. The decode functions go on
// after a mistake with a harmless value, so that they need no checks of their own; whoever started
// asks the reader at the end.
//
// Internal to the codec.

#include "proto/model/id.h"
#include "proto/model/names.h"
#include "proto/model/quantity.h"

#include <google/protobuf/map.h>
#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace drover::codec {

// Request: from a client or agent to control; everything must be known. Disk: written by this
// program or an older one; everything must be known, but no value is too large, since it was
// accepted once. Peer: from control to a client or agent, which may be older; enumerators, records
// and facts that they do not know do not hurt them.
enum class Source { Request, Disk, Peer };

class Reader
{
public:
    explicit Reader(Source source) : m_source(source) {}

    [[nodiscard]] Source source() const { return m_source; }
    [[nodiscard]] bool ok() const { return !m_error.has_value(); }
    [[nodiscard]] const std::optional<model::Error>& error() const { return m_error; }

    // Notes what is wrong with a field of the current message; only the first note is kept. `field`
    // may be empty.
    void fail(model::ErrorCode code, std::string_view field, std::string_view message);
    void fail(std::string_view field, const model::Error& error)
    {
        fail(error.code, field, error.message);
    }

    // Nil for empty text: whether there must be one is a rule about values, not of the encoding.
    template <class AnyId>
    [[nodiscard]] AnyId id(const std::string& text, std::string_view field)
    {
        return AnyId{uuid(text, field)};
    }
    [[nodiscard]] model::Uuid uuid(const std::string& text, std::string_view field);

    template <class AnyId>
    [[nodiscard]] std::vector<AnyId>
    ids(const google::protobuf::RepeatedPtrField<std::string>& texts, std::string_view field)
    {
        std::vector<AnyId> all;
        all.reserve(static_cast<std::size_t>(texts.size()));
        for (const std::string& text : texts)
            all.push_back(id<AnyId>(text, field));
        return all;
    }

    // `isKnown` is the generated check of the schema's enumeration, whose numbers are the model's.
    template <class Enum>
    [[nodiscard]] Enum enumerator(int value, bool (*isKnown)(int), std::string_view field)
    {
        if (m_source != Source::Peer && (value == 0 || !isKnown(value)))
            fail(m_source == Source::Disk ? model::ErrorCode::Unsupported
                                          : model::ErrorCode::InvalidArgument,
                 field,
                 value == 0 ? "is missing" : "has the unknown value " + std::to_string(value));
        return static_cast<Enum>(value);
    }

    // Years 1 to 9999, durations up to 100 years, so that no sum overflows: others are refused in
    // requests (and negative durations), and moved to the nearest such value from a peer.
    [[nodiscard]] model::TimePoint time(std::int64_t milliseconds, std::string_view field);
    [[nodiscard]] model::Duration duration(std::int64_t milliseconds, std::string_view field);

    // What an agent says in words, or how large a disk it believes to see, must not keep its report
    // from being read: in requests, control characters become U+FFFD, text is cut after 2 KiB, and
    // a space is at most 1 EiB. Else unchanged.
    [[nodiscard]] std::string words(const std::string& text) const;
    [[nodiscard]] model::ByteCount space(std::uint64_t bytes) const;

    // A message inside this one, and a list of such.
    template <class Message>
    [[nodiscard]] auto one(const Message& message, std::string_view field)
    {
        const Step step(*this, field, -1);
        return decode(message, *this);
    }
    template <class Message>
    [[nodiscard]] auto list(const google::protobuf::RepeatedPtrField<Message>& messages,
                            std::string_view field)
    {
        std::vector<decltype(decode(std::declval<const Message&>(), std::declval<Reader&>()))> all;
        all.reserve(static_cast<std::size_t>(messages.size()));
        for (int i = 0; i < messages.size(); ++i) {
            const Step step(*this, field, i);
            all.push_back(decode(messages[i], *this));
        }
        return all;
    }
    // The same for what may be of a kind that this program does not know (its decode returns an
    // optional): those are left out.
    template <class Message>
    [[nodiscard]] auto known(const google::protobuf::RepeatedPtrField<Message>& messages,
                             std::string_view field)
    {
        std::vector<typename decltype(decode(std::declval<const Message&>(),
                                             std::declval<Reader&>()))::value_type>
            all;
        all.reserve(static_cast<std::size_t>(messages.size()));
        for (int i = 0; i < messages.size(); ++i) {
            const Step step(*this, field, i);
            if (auto one = decode(messages[i], *this))
                all.push_back(*std::move(one));
        }
        return all;
    }

    // Puts a field on the path for as long as it lives.
    class Step
    {
    public:
        Step(Reader& reader, std::string_view field, int index) : m_reader(reader)
        {
            m_reader.m_path.emplace_back(field, index);
        }
        ~Step() { m_reader.m_path.pop_back(); }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

    private:
        Reader& m_reader;
    };

private:
    Source m_source;
    std::vector<std::pair<std::string_view, int>> m_path; // field, and index in a list or -1
    std::optional<model::Error> m_error;
};

[[nodiscard]] model::Labels labelsOf(const google::protobuf::Map<std::string, std::string>& map);
[[nodiscard]] std::vector<std::string>
textsOf(const google::protobuf::RepeatedPtrField<std::string>& texts);

} // namespace drover::codec
