#pragma once

// A context as one line of text, to be carried to another machine: where control listens, its public
// key, and one's own key pair (or where that lies).
//
// Format: `drover-context-1.` BODY `.` CHECK
// - BODY is unpadded base64url of lines `field=value`: name, control, events, key, user, secret or
//   identity. Fields that a reader does not know are ignored; a changed meaning raises the 1.
// - CHECK is the first eight hexadecimal digits of the BLAKE2b (16 bytes, without a key) of what
//   stands before it. It finds what was cut off or mistyped; it proves nothing about who made the
//   text.
//
// Rationale: a token with a key in it is that key. It is a secret, and so it is never an argument of
// a program (arguments can be read by every user of a machine) and lies in files of mode 0600 only.

#include "bus/contexts/config.h"
#include "bus/transport/keys.h"

#include <optional>
#include <string>
#include <string_view>

namespace drover::contexts {

struct ContextToken
{
    Context context; // its identity is empty where the token carries a key
    std::optional<bus::KeyPair> identity;
    std::string user; // whose key it is, for people; may be empty
};

enum class WithKey { Yes, No };

// Whether the text claims to be a token, whole or not; blanks around it do not matter.
[[nodiscard]] bool looksLikeToken(std::string_view text);
// One line without its end.
[[nodiscard]] std::string encodeToken(const ContextToken& token);
// InvalidArgument says what is wrong with it, and never repeats any of it.
[[nodiscard]] model::Result<ContextToken> decodeToken(std::string_view text);

// What a token of this context is made of; reads the key file. `ownKey`: another one than the
// context's.
[[nodiscard]] model::Result<ContextToken> tokenOf(const Context& context, WithKey withKey,
                                                  const std::string& ownKey = {});
// Adds the token's context to the configuration at `config`: writes the key that it carries to
// `keys/NAME.key_secret` (mode 0600) beside it. `name`: another one than the token's. `ownKey`: the
// key file, where the token carries no key. AlreadyExists where another cluster has that name; what
// is there already stays as it is. Answers with the context as it was added.
[[nodiscard]] model::Result<Context> importToken(const std::filesystem::path& config,
                                                 ContextToken token, const std::string& name = {},
                                                 const std::string& ownKey = {});

} // namespace drover::contexts
