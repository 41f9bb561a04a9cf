#include "bus/contexts/context_token.h"

#include "bus/contexts/key_files.h"
#include "proto/model/names.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

namespace drover::contexts {

using model::Error;
using model::ErrorCode;

namespace {

constexpr std::string_view kFamily = "drover-context-"; // of all versions
constexpr std::string_view kPrefix = "drover-context-1.";
constexpr std::size_t kCheckLength = 8;
constexpr std::size_t kLongest = 8'192;

Error bad(std::string message)
{
    return {ErrorCode::InvalidArgument, std::move(message), "the token",
            "copy the whole line again; `drover context export` prints it"};
}

constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string encode(std::string_view text)
{
    std::string out(sodium_base64_encoded_len(text.size(), kBase64), '\0'); // with a NUL
    sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()),
                      text.size(), kBase64);
    out.pop_back();
    return out;
}

std::optional<std::string> decode(std::string_view text)
{
    std::string out(text.size(), '\0'); // more than it needs
    std::size_t length = 0;
    const char* end = nullptr;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                          text.size(), nullptr, &length, &end, kBase64) != 0 ||
        end != text.data() + text.size())
        return std::nullopt;
    out.resize(length);
    return out;
}

// The first digits of its BLAKE2b.
std::string checkOf(std::string_view text)
{
    std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr,
                       0);
    std::array<char, kCheckLength + 1> digits{};
    sodium_bin2hex(digits.data(), digits.size(), hash.data(), kCheckLength / 2);
    return digits.data();
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlanks = " \t\r\n";
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// A text that is whole: what stands between the prefix and the check.
model::Result<std::string> bodyOf(std::string_view text)
{
    if (!text.starts_with(kPrefix))
        return text.starts_with(kFamily)
                   ? bad("this token is of another version than this program knows; update it")
                   : bad("this is no token; one begins with " + std::string(kPrefix));
    if (text.size() > kLongest)
        return bad("it is too long");
    const auto dot = text.rfind('.');
    if (dot < kPrefix.size() || checkOf(text.substr(0, dot)) != text.substr(dot + 1))
        return bad("it is cut off or mistyped");
    auto body = decode(text.substr(kPrefix.size(), dot - kPrefix.size()));
    if (!body || !model::isValidUtf8(*body))
        return bad("it is damaged");
    return std::move(*body);
}

bool isEndpoint(std::string_view address)
{
    return address.starts_with("tcp://") || address.starts_with("ipc://");
}

} // namespace

bool looksLikeToken(std::string_view text)
{
    constexpr std::size_t kShortest = 64; // a file may well be called drover-context-1.txt
    text = trimmed(text);
    return text.starts_with(kFamily) && text.size() >= kShortest;
}

std::string encodeToken(const ContextToken& token)
{
    std::string body;
    const auto add = [&body](std::string_view field, std::string_view value) {
        if (!value.empty() && value.find('\n') == std::string_view::npos)
            body.append(field).append("=").append(value).append("\n");
    };
    add("name", token.context.name);
    add("control", token.context.control);
    add("events", token.context.events);
    add("key", token.context.key);
    add("user", token.user);
    if (token.identity)
        add("secret", token.identity->secretKey);
    else
        add("identity", token.context.identity);
    const std::string text = std::string(kPrefix) + encode(body);
    return text + '.' + checkOf(text);
}

model::Result<ContextToken> decodeToken(std::string_view text)
{
    const auto body = bodyOf(trimmed(text));
    if (!body)
        return body.error();
    ContextToken token;
    std::string secret;
    std::string_view rest = *body;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        const auto equals = line.find('=');
        if (equals == std::string_view::npos)
            return bad("it is damaged");
        const std::string_view field = line.substr(0, equals);
        const std::string value(line.substr(equals + 1));
        if (field == "name")
            token.context.name = value;
        else if (field == "control")
            token.context.control = value;
        else if (field == "events")
            token.context.events = value;
        else if (field == "key")
            token.context.key = value;
        else if (field == "user")
            token.user = value;
        else if (field == "identity")
            token.context.identity = value;
        else if (field == "secret")
            secret = value;
    }
    if (!isEndpoint(token.context.control) ||
        (!token.context.events.empty() && !isEndpoint(token.context.events)))
        return bad("its address of control is none");
    if (!bus::isKey(token.context.key))
        return bad("its key of control is none");
    if (secret.empty())
        return token;
    const auto publicKey = bus::publicKeyOf(secret);
    if (!publicKey)
        return bad("its own key is none");
    token.identity = bus::KeyPair{*publicKey, secret};
    token.context.identity.clear();
    return token;
}

model::Result<ContextToken> tokenOf(const Context& context, WithKey withKey,
                                    const std::string& ownKey)
{
    ContextToken token{context, {}, {}};
    const auto control = publicKeyFrom(context.key);
    if (!control)
        return control.error();
    token.context.key = *control;
    if (!ownKey.empty())
        token.context.identity = ownKey;
    if (withKey == WithKey::No)
        return token;
    const auto path = expandHome(token.context.identity);
    auto identity = readIdentity(path);
    if (!identity)
        return identity.error();
    token.identity = std::move(*identity);
    token.context.identity.clear();
    if (const auto file = readKey(path))
        token.user = file->name;
    return token;
}

model::Result<Context> importToken(const std::filesystem::path& config, ContextToken token,
                                   const std::string& name, const std::string& ownKey)
{
    Context context = std::move(token.context);
    if (!name.empty())
        context.name = name;
    if (const auto good = model::checkName("context", context.name); !good) // it names a file
        return good.error();
    auto known = loadConfig(config);
    if (!known)
        return known.error();
    const auto taken = [&](const std::string& subject) {
        return Error{ErrorCode::AlreadyExists,
                     "another cluster or key has this name; it is left as it is", subject,
                     "give another name, or remove that context first"};
    };
    const auto keyFile = config.parent_path() / "keys" / (context.name + ".key_secret");
    if (token.identity && ownKey.empty()) {
        context.identity = keyFile.string();
    } else {
        if (!ownKey.empty())
            context.identity = ownKey;
        if (context.identity.empty())
            return Error{ErrorCode::InvalidArgument, "the token carries no key",
                         "context " + context.name, "name your own key file"};
        if (const auto good = readIdentity(expandHome(context.identity)); !good)
            return good.error();
    }
    if (const Context* old = known->find(context.name); old && !(*old == context))
        return taken("context " + context.name);
    if (token.identity && ownKey.empty()) {
        std::error_code failed;
        std::filesystem::create_directories(keyFile.parent_path(), failed);
        if (failed)
            return Error{ErrorCode::Io, "cannot make the folder: " + failed.message(),
                         keyFile.parent_path().string(), ""};
        std::filesystem::permissions(keyFile.parent_path(), std::filesystem::perms::owner_all,
                                     failed);
        bus::Certificate certificate{*token.identity, {}};
        if (!token.user.empty())
            certificate.metadata.emplace("name", token.user);
        if (std::filesystem::exists(keyFile, failed)) {
            const auto present = readIdentity(keyFile);
            if (!present || !(*present == *token.identity))
                return taken(keyFile.string());
        } else if (const auto written =
                       bus::writeCertificate(keyFile, certificate, bus::WhenPresent::Refuse);
                   !written) {
            return Error{ErrorCode::Io, written.reason(), keyFile.string(), ""};
        }
    }
    known->set(context);
    if (known->current.empty())
        known->current = context.name;
    if (const auto saved = saveConfig(config, *known); !saved)
        return saved.error();
    return context;
}

} // namespace drover::contexts
