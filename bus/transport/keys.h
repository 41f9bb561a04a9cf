#pragma once

// CURVE keys and the files they are kept in.
//
// A key is 32 bytes, written as 40 characters of Z85 everywhere outside libzmq. Files are
// certificates of the ZeroMQ world (the format of CZMQ's zcert, which is ZPL), so that other tools
// read them too:
//
//     metadata
//         name = "node-1"
//     curve
//         public-key = "..."
//         secret-key = "..."
//
// A file that holds a secret has mode 0600; one that others can read is refused.

#include "bus/transport/expected.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace drover::bus {

struct KeyPair
{
    std::string publicKey; // Z85, 40 characters
    std::string secretKey; // Z85, 40 characters; empty where only the public half is known
    bool operator==(const KeyPair&) const = default;
};

struct Certificate
{
    KeyPair keys;
    // Free text for people (name, role); names of letters, digits and '-', values without quotes or
    // line ends.
    std::map<std::string, std::string> metadata;
};

enum class WhenPresent {
    Refuse, // a file that is there stays as it is, and the call fails
    Replace
};

// A new random key pair. Fails where libzmq was built without CURVE.
[[nodiscard]] Expected<KeyPair> generateKeyPair();

// The public half of a secret key.
[[nodiscard]] Expected<std::string> publicKeyOf(std::string_view secretKey);

// Whether this is a well-formed Z85 key; says nothing about whose it is.
[[nodiscard]] bool isKey(std::string_view key);

// Reads a certificate; the secret half may be missing. Fails on a malformed file, on halves that do
// not belong together, and on a secret that group or others could read.
[[nodiscard]] Expected<Certificate> readCertificate(const std::filesystem::path& path);

// Writes a certificate so that after a crash the file is either whole or not there (temporary file,
// fsync, link or rename, fsync of the folder). Mode 0600 with a secret, 0644 without one.
[[nodiscard]] Expected<void> writeCertificate(const std::filesystem::path& path,
                                              const Certificate& certificate,
                                              WhenPresent whenPresent);

// What two people compare over the telephone: the first 16 bytes of the public key as hexadecimal
// digits in groups of four.
//
// Rationale: a public key is uniformly distributed, so 128 bits of it bind as strongly as 128 bits
// of a hash of it.
[[nodiscard]] std::string fingerprint(std::string_view publicKey);

// libzmq's binary form (32 bytes) and back. `fromBinaryKey` needs exactly 32 bytes.
[[nodiscard]] Expected<std::string> toBinaryKey(std::string_view key);
[[nodiscard]] Expected<std::string> fromBinaryKey(std::string_view bytes);

} // namespace drover::bus
