#include "bus/transport/keys.h"

#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::bus {

namespace {

constexpr std::size_t kKeyLength = 40;
constexpr std::size_t kKeyBytes = 32;
constexpr std::string_view kZ85 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

Failure systemFailure(const std::string& what)
{
    return Failure{what + ": " + std::generic_category().message(errno)};
}

std::string trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    const auto last = text.find_last_not_of(" \t\r");
    return std::string(text.substr(first, last - first + 1));
}

// Removes ZPL's quotes; a '#' inside them is text (Z85 has it), outside it begins a comment.
std::string unquoted(std::string_view text)
{
    if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'')) {
        const auto end = text.find(text.front(), 1);
        if (end != std::string_view::npos)
            return std::string(text.substr(1, end - 1));
    }
    return trimmed(text.substr(0, text.find('#')));
}

struct Parsed
{
    std::map<std::string, std::string> metadata;
    std::map<std::string, std::string> curve;
};

Expected<Parsed> parse(const std::string& text, const std::string& file)
{
    Parsed parsed;
    std::map<std::string, std::string>* section = nullptr;
    std::istringstream lines(text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        const bool indented = !line.empty() && (line.front() == ' ' || line.front() == '\t');
        const std::string content = trimmed(line);
        if (content.empty() || content.front() == '#')
            continue;
        if (!indented) {
            const std::string name = unquoted(content);
            // Sections of other tools are theirs; what is in them is none of our business.
            section = name == "metadata" ? &parsed.metadata
                      : name == "curve"  ? &parsed.curve
                                         : nullptr;
            continue;
        }
        const auto equals = content.find('=');
        if (equals == std::string::npos)
            return Failure{file + " is not a certificate: line " + std::to_string(number) +
                           " has no '='"};
        if (section)
            (*section)[trimmed(content.substr(0, equals))] =
                unquoted(trimmed(content.substr(equals + 1)));
    }
    return parsed;
}

std::string formatted(const Certificate& certificate)
{
    std::string text =
        certificate.keys.secretKey.empty()
            ? "#   ZeroMQ CURVE Public Certificate\n"
              "#   Exchange securely, or use a secure mechanism to verify the contents\n"
              "#   of this file after exchange.\n\n"
            : "#   ZeroMQ CURVE **Secret** Certificate\n"
              "#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.\n\n";
    text += "metadata\n";
    for (const auto& [name, value] : certificate.metadata)
        text.append("    ").append(name).append(" = \"").append(value).append("\"\n");
    text += "curve\n    public-key = \"" + certificate.keys.publicKey + "\"\n";
    if (!certificate.keys.secretKey.empty())
        text += "    secret-key = \"" + certificate.keys.secretKey + "\"\n";
    return text;
}

bool isMetadata(const std::string& name, const std::string& value)
{
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), letter) &&
           value.find_first_of("\"\r\n") == std::string::npos;
}

// A descriptor that is closed at the end of its scope.
class Descriptor
{
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    [[nodiscard]] int get() const { return m_fd; }

private:
    int m_fd;
};

bool writeAll(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// Writes, syncs and publishes `temporary` as `path`; leaves no temporary file behind unless the
// process dies.
Expected<void> publish(const std::string& temporary, const std::filesystem::path& path,
                       const std::string& text, mode_t mode, WhenPresent whenPresent)
{
    {
        const Descriptor file(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
        if (file.get() < 0)
            return systemFailure("cannot create " + temporary);
        // The umask may have taken bits away, never added some; the mode is part of the format, so
        // it is set in full.
        if (::fchmod(file.get(), mode) != 0 || !writeAll(file.get(), text) ||
            ::fsync(file.get()) != 0)
            return systemFailure("cannot write " + temporary);
    }
    if (whenPresent == WhenPresent::Replace) {
        if (::rename(temporary.c_str(), path.c_str()) != 0)
            return systemFailure("cannot replace " + path.string());
    } else if (::link(temporary.c_str(), path.c_str()) != 0) { // unlike rename, link never replaces
        if (errno == EEXIST)
            return Failure{path.string() +
                           " exists already and is kept; move it away or choose another name"};
        return systemFailure("cannot create " + path.string());
    }
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0)
        return systemFailure("cannot sync the folder " + folder.string());
    return {};
}

} // namespace

Expected<KeyPair> generateKeyPair()
{
    std::array<char, kKeyLength + 1> publicKey{};
    std::array<char, kKeyLength + 1> secretKey{};
    if (zmq_curve_keypair(publicKey.data(), secretKey.data()) != 0)
        return Failure{std::string("cannot make a key pair: ") + zmq_strerror(zmq_errno())};
    return KeyPair{publicKey.data(), secretKey.data()};
}

Expected<std::string> publicKeyOf(std::string_view secretKey)
{
    if (!isKey(secretKey))
        return Failure{"the secret key is malformed: 40 characters of Z85 are expected"};
    std::array<char, kKeyLength + 1> publicKey{};
    if (zmq_curve_public(publicKey.data(), std::string(secretKey).c_str()) != 0)
        return Failure{std::string("cannot derive the public key: ") + zmq_strerror(zmq_errno())};
    return std::string(publicKey.data());
}

bool isKey(std::string_view key) { return toBinaryKey(key).hasValue(); }

Expected<std::string> toBinaryKey(std::string_view key)
{
    if (key.size() != kKeyLength || key.find_first_not_of(kZ85) != std::string_view::npos)
        return Failure{"a key has 40 characters of Z85"};
    std::array<std::uint8_t, kKeyBytes> bytes{};
    if (!zmq_z85_decode(bytes.data(), std::string(key).c_str()))
        return Failure{"the key is not valid Z85"};
    return std::string(bytes.begin(), bytes.end());
}

Expected<std::string> fromBinaryKey(std::string_view bytes)
{
    if (bytes.size() != kKeyBytes)
        return Failure{"a binary key has 32 bytes"};
    std::array<std::uint8_t, kKeyBytes> input{};
    std::memcpy(input.data(), bytes.data(), kKeyBytes);
    std::array<char, kKeyLength + 1> key{};
    if (!zmq_z85_encode(key.data(), input.data(), kKeyBytes))
        return Failure{"the key cannot be encoded"};
    return std::string(key.data());
}

std::string fingerprint(std::string_view publicKey)
{
    const auto bytes = toBinaryKey(publicKey);
    if (!bytes)
        return "(malformed key)";
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < kKeyBytes / 2; ++i) {
        if (i != 0 && i % 2 == 0)
            text += '-';
        const auto byte = static_cast<unsigned char>((*bytes)[i]);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

Expected<Certificate> readCertificate(const std::filesystem::path& path)
{
    const std::string file = path.string();
    struct stat info
    {};
    std::string text;
    {
        const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (descriptor.get() < 0)
            return systemFailure("cannot read the key file " + file);
        if (::fstat(descriptor.get(), &info) != 0)
            return systemFailure("cannot look at the key file " + file);
        std::array<char, 4096> buffer{};
        for (;;) {
            const ssize_t count = ::read(descriptor.get(), buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return systemFailure("cannot read the key file " + file);
            if (count == 0)
                break;
            text.append(buffer.data(), static_cast<std::size_t>(count));
            if (text.size() > 65536)
                return Failure{file + " is not a certificate: it is too long"};
        }
    }
    auto parsed = parse(text, file);
    if (!parsed)
        return Failure{parsed.reason()};
    Certificate certificate;
    certificate.metadata = std::move(parsed->metadata);
    for (const auto& [name, value] : parsed->curve) {
        if (name == "public-key")
            certificate.keys.publicKey = value;
        if (name == "secret-key")
            certificate.keys.secretKey = value;
    }
    if (!isKey(certificate.keys.publicKey))
        return Failure{file +
                       " is not a certificate: it has no valid public-key in its section 'curve'"};
    if (certificate.keys.secretKey.empty())
        return certificate;
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return Failure{file + " holds a secret key that others can read; run: chmod 600 " + file};
    const auto derived = publicKeyOf(certificate.keys.secretKey);
    if (!derived)
        return Failure{file + ": " + derived.reason()};
    if (*derived != certificate.keys.publicKey)
        return Failure{file + ": its public key and its secret key do not belong together"};
    return certificate;
}

Expected<void> writeCertificate(const std::filesystem::path& path, const Certificate& certificate,
                                WhenPresent whenPresent)
{
    if (!isKey(certificate.keys.publicKey))
        return Failure{path.string() + " not written: the public key is malformed"};
    if (!certificate.keys.secretKey.empty() && !isKey(certificate.keys.secretKey))
        return Failure{path.string() + " not written: the secret key is malformed"};
    for (const auto& [name, value] : certificate.metadata)
        if (!isMetadata(name, value))
            return Failure{path.string() + " not written: metadata '" + name +
                           "' has characters the format cannot hold"};
    const mode_t mode = certificate.keys.secretKey.empty() ? 0644 : 0600;
    const std::string temporary = path.string() + ".new." + std::to_string(::getpid());
    ::unlink(temporary.c_str()); // left by a process of the same number that died here
    auto result = publish(temporary, path, formatted(certificate), mode, whenPresent);
    ::unlink(temporary.c_str());
    return result;
}

} // namespace drover::bus
