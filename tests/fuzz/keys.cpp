// Key files in the format of ZeroMQ's certificates, and keys as text.

#include "bus/transport/keys.h"
#include "tests/fuzz/sandbox.h"
#include "tests/fuzz/target.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::tests {

namespace {

void checkKey(std::string_view text)
{
    const auto binary = bus::toBinaryKey(text);
    require(bus::isKey(text) == binary.hasValue(), "a key is one or is not");
    if (!binary) {
        require(!binary.reason().empty(), "a refusal has a reason");
        require(bus::fingerprint(text) == "(malformed key)", "what is no key has no fingerprint");
        return;
    }
    const auto again = bus::fromBinaryKey(*binary);
    require(again && *again == text, "a key is the same in both forms", text);
}

// A secret half must go with its public one, so that the bytes of a file may change around a pair
// that does: `P` and `S` in quotes stand for such a pair.
std::string withKeys(std::string_view text)
{
    static const bus::KeyPair pair = [] {
        const auto made = bus::publicKeyOf("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6");
        require(made.hasValue(), "a public key can be derived");
        return bus::KeyPair{*made, "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"};
    }();
    std::string all(text);
    const auto put = [&](std::string_view sign, const std::string& key) {
        if (const auto at = all.find(sign); at != std::string::npos)
            all.replace(at, sign.size(), "\"" + key + "\"");
    };
    put("\"P\"", pair.publicKey);
    put("\"S\"", pair.secretKey);
    return all;
}

void checkFile(const std::string& folder, const std::string& text, mode_t mode)
{
    const std::string path = folder + "/key";
    const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    require(fd >= 0 && ::fchmod(fd, mode) == 0 &&
                ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()),
            "a file can be made");
    ::close(fd);
    const auto certificate = bus::readCertificate(path);
    if (!certificate) {
        require(!certificate.reason().empty(), "a refusal has a reason");
        return;
    }
    require(bus::isKey(certificate->keys.publicKey), "a certificate has a public key");
    require(certificate->keys.secretKey.empty() || mode == 0600,
            "a secret that others can read is refused");
    if (bus::writeCertificate(path, *certificate, bus::WhenPresent::Replace)) {
        const auto again = bus::readCertificate(path);
        require(again && again->keys == certificate->keys &&
                    again->metadata == certificate->metadata,
                "read, write, read is the same certificate", again ? "" : again.reason());
    }
}

} // namespace

FUZZ_TARGET(keys, Bytes bytes)
{
    const int kind = bytes.byte() % 8;
    if (kind == 0) {
        checkKey(bytes.rest());
        return;
    }
    const std::string text = withKeys(bytes.rest());
    Sandbox::instance().run(
        [&](const std::string& folder) { checkFile(folder, text, kind == 1 ? 0640 : 0600); });
}

} // namespace drover::tests
