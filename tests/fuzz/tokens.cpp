// Contexts as tokens, which people paste from anywhere.

#include "bus/contexts/context_token.h"
#include "tests/fuzz/target.h"

#include <sodium.h>

#include <array>

namespace drover::tests {

namespace {

// A search would end at the check: so the bytes may also be a body that is given a right one.
std::string whole(std::string_view body)
{
    constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    constexpr std::size_t kCheckBytes = 4;
    std::string text(sodium_base64_encoded_len(body.size(), kBase64), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(body.data()),
                      body.size(), kBase64);
    text.pop_back();
    text.insert(0, "drover-context-1.");
    std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr,
                       0);
    std::array<char, 2 * kCheckBytes + 1> check{};
    sodium_bin2hex(check.data(), check.size(), hash.data(), kCheckBytes);
    return text + '.' + check.data();
}

} // namespace

FUZZ_TARGET(tokens, Bytes bytes)
{
    const bool isBody = bytes.byte() % 2 == 1;
    const std::string text = isBody ? whole(bytes.rest()) : std::string(bytes.rest());
    const auto token = contexts::decodeToken(text);
    if (!token) {
        require(!token.error().message.empty() && !token.error().hint.empty(),
                "a refusal has a reason, and says what to do");
        return;
    }
    require(contexts::looksLikeToken(text), "what is a token looks like one", text);
    const auto again = contexts::decodeToken(contexts::encodeToken(*token));
    require(again && again->context == token->context && again->user == token->user &&
                again->identity == token->identity,
            "read, write, read is the same token");
}

} // namespace drover::tests
