#include "control/store/integrity.h"

#include <sodium.h>

#include <charconv>
#include <cstring>
#include <span>
#include <vector>

namespace drover::control::store {

using namespace model;

namespace {

constexpr std::size_t kDigestSize = 32;

// A length-prefixed hash of fields, so that no two different lists give the same bytes.
class Hasher
{
public:
    explicit Hasher(std::string_view domain)
    {
        crypto_generichash_init(&m_state, nullptr, 0, kDigestSize);
        add(domain);
    }
    Hasher& add(std::string_view bytes)
    {
        const std::uint64_t size = bytes.size();
        crypto_generichash_update(&m_state, reinterpret_cast<const unsigned char*>(&size),
                                  sizeof size);
        crypto_generichash_update(&m_state, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size());
        return *this;
    }
    Hasher& add(std::uint64_t number)
    {
        std::array<char, 8> bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<char>((number >> (8 * i)) & 0xff);
        return add(std::string_view{bytes.data(), bytes.size()});
    }
    [[nodiscard]] Digest finish()
    {
        Digest digest(kDigestSize, '\0');
        crypto_generichash_final(&m_state, reinterpret_cast<unsigned char*>(digest.data()),
                                 digest.size());
        return digest;
    }

private:
    crypto_generichash_state m_state{};
};

std::array<std::uint64_t, 4> lanesOf(std::string_view digest)
{
    std::array<std::uint64_t, 4> lanes{};
    for (std::size_t i = 0; i < kDigestSize && i < digest.size(); ++i)
        lanes[i / 8] |= static_cast<std::uint64_t>(static_cast<unsigned char>(digest[i]))
                        << (8 * (i % 8));
    return lanes;
}

// Zero-padded to the width of the largest 64-bit number, so that the mark never changes its length.
std::string padded(std::uint64_t number)
{
    std::string digits = std::to_string(number);
    return std::string(20 - digits.size(), '0') + digits;
}

std::optional<std::uint64_t> parseNumber(std::string_view digits)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size())
        return std::nullopt;
    return number;
}

std::string hexadecimal(std::string_view bytes)
{
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                   bytes.size());
    text.pop_back();
    return text;
}

} // namespace

Digest chainAfter(std::string_view before, Revision revision, std::string_view body)
{
    return Hasher{"commit"}.add(before).add(revision).add(body).finish();
}

Digest recordDigest(const RecordKey& key, std::string_view body)
{
    return Hasher{"record"}
        .add(static_cast<std::uint64_t>(key.kind))
        .add(key.id)
        .add(body)
        .finish();
}

Digest versionDigest(const RecordKey& key, Revision revision,
                     const std::optional<std::string_view>& body)
{
    return Hasher{body ? "version" : "removal"}
        .add(static_cast<std::uint64_t>(key.kind))
        .add(key.id)
        .add(revision)
        .add(body.value_or(std::string_view{}))
        .finish();
}

Digest outcomeDigest(std::string_view user, std::string_view requestId, std::string_view bodyDigest,
                     std::string_view reply, std::int64_t at)
{
    return Hasher{"outcome"}
        .add(user)
        .add(requestId)
        .add(bodyDigest)
        .add(reply)
        .add(static_cast<std::uint64_t>(at))
        .finish();
}

Digest fieldsDigest(std::string_view domain, std::initializer_list<std::string_view> fields)
{
    Hasher hasher{domain};
    for (std::string_view field : fields)
        hasher.add(field);
    return hasher.finish();
}

std::optional<RowSum> RowSum::parse(std::int64_t count, std::string_view bytes)
{
    if (bytes.size() != kDigestSize)
        return std::nullopt;
    RowSum sum;
    sum.m_count = count;
    sum.m_lanes = lanesOf(bytes);
    return sum;
}

void RowSum::add(std::string_view digest)
{
    const auto lanes = lanesOf(digest);
    for (std::size_t i = 0; i < lanes.size(); ++i)
        m_lanes[i] += lanes[i];
    ++m_count;
}

void RowSum::remove(std::string_view digest)
{
    const auto lanes = lanesOf(digest);
    for (std::size_t i = 0; i < lanes.size(); ++i)
        m_lanes[i] -= lanes[i];
    --m_count;
}

std::string RowSum::bytes() const
{
    std::string bytes(kDigestSize, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>((m_lanes[i / 8] >> (8 * (i % 8))) & 0xff);
    return bytes;
}

std::string HighestMark::toText() const
{
    const std::string content =
        "drover-highest 1 " + history.toString() + ' ' + padded(term) + ' ' + padded(revision);
    return content + ' ' + hexadecimal(fieldsDigest("highest", {content})) + '\n';
}

std::optional<HighestMark> HighestMark::parse(std::string_view text)
{
    std::vector<std::string_view> words;
    std::string_view rest = text.substr(0, text.find('\n'));
    while (!rest.empty()) {
        const auto space = rest.find(' ');
        words.push_back(rest.substr(0, space));
        rest = space == std::string_view::npos ? std::string_view{} : rest.substr(space + 1);
    }
    if (words.size() != 6 || words[0] != "drover-highest" || words[1] != "1")
        return std::nullopt;
    const auto history = HistoryId::parse(words[2]);
    const auto term = parseNumber(words[3]);
    const auto revision = parseNumber(words[4]);
    if (!history || !term || !revision)
        return std::nullopt;
    const HighestMark mark{*history, *term, *revision};
    if (mark.toText() != text)
        return std::nullopt; // the checksum, and nothing behind it
    return mark;
}

} // namespace drover::control::store
