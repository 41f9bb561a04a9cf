#include "bus/contexts/key_files.h"

#include <random>

namespace drover::contexts {

using model::Error;
using model::ErrorCode;

namespace {

Error failure(const std::string& reason, const std::filesystem::path& path)
{
    return {ErrorCode::Io, reason, path.string(), ""};
}

// A random UUID, version 4 (RFC 4122), from the kernel's source.
model::NodeId randomNodeId()
{
    std::random_device random;
    model::NodeId id;
    for (std::size_t i = 0; i < id.value.bytes.size(); i += 4) {
        const unsigned word = random();
        for (unsigned j = 0; j < 4; ++j)
            id.value.bytes[i + j] = static_cast<std::uint8_t>(word >> (8U * j));
    }
    id.value.bytes[6] = static_cast<std::uint8_t>((id.value.bytes[6] & 0x0FU) | 0x40U);
    id.value.bytes[8] = static_cast<std::uint8_t>((id.value.bytes[8] & 0x3FU) | 0x80U);
    return id;
}

std::string metadataOf(const bus::Certificate& certificate, const std::string& name)
{
    const auto it = certificate.metadata.find(name);
    return it == certificate.metadata.end() ? std::string() : it->second;
}

} // namespace

model::Result<KeyFile> makeKey(const std::filesystem::path& stem, const std::string& name,
                               const std::string& role, std::optional<model::NodeId> node)
{
    auto pair = bus::generateKeyPair();
    if (!pair)
        return failure(pair.reason(), stem);
    bus::Certificate certificate{*pair, {{"name", name}}};
    if (!role.empty())
        certificate.metadata.emplace("role", role);
    if (node)
        certificate.metadata.emplace("node", node->toString());
    KeyFile file{name, role, node, pair->publicKey, stem.string() + ".key_secret"};
    // The secret first: where a public half is, its secret half is too.
    if (const auto written =
            bus::writeCertificate(file.secretPath, certificate, bus::WhenPresent::Refuse);
        !written)
        return failure(written.reason(), file.secretPath);
    certificate.keys.secretKey.clear();
    const std::filesystem::path publicPath = stem.string() + ".key";
    if (const auto written =
            bus::writeCertificate(publicPath, certificate, bus::WhenPresent::Refuse);
        !written)
        return failure(written.reason(), publicPath);
    return file;
}

model::Result<std::vector<KeyFile>> makeClusterKeys(const std::filesystem::path& folder,
                                                    const std::vector<std::string>& nodes)
{
    std::vector<std::string> stems{"control", "admin"};
    stems.insert(stems.end(), nodes.begin(), nodes.end());
    for (std::size_t i = 0; i < stems.size(); ++i) {
        if (i >= 2)
            if (const auto good = model::checkName("node", stems[i]); !good)
                return good.error();
        for (std::size_t j = 0; j < i; ++j)
            if (stems[i] == stems[j])
                return Error{ErrorCode::InvalidArgument, "two keys would have this name", stems[i],
                             "give each node a name of its own"};
        std::error_code ignored;
        for (const char* ending : {".key_secret", ".key"})
            if (std::filesystem::exists(folder / (stems[i] + ending), ignored))
                return Error{ErrorCode::AlreadyExists,
                             "there is a key already; it is left as it is",
                             (folder / (stems[i] + ending)).string(),
                             "name a new folder, or `drover keys new` for one more key"};
    }
    std::error_code failed;
    const bool made = std::filesystem::create_directories(folder, failed);
    if (failed)
        return failure("cannot make the folder: " + failed.message(), folder);
    if (made)
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);

    std::vector<KeyFile> files;
    for (std::size_t i = 0; i < stems.size(); ++i) {
        const std::string role = i == 0 ? "control" : i == 1 ? "admin" : "node";
        auto file = makeKey(folder / stems[i], stems[i], role,
                            i >= 2 ? std::optional(randomNodeId()) : std::nullopt);
        if (!file)
            return file.error();
        files.push_back(std::move(*file));
    }
    return files;
}

model::Result<KeyFile> readKey(const std::filesystem::path& path)
{
    const auto certificate = bus::readCertificate(path);
    if (!certificate)
        return failure(certificate.reason(), path);
    KeyFile file;
    file.name = metadataOf(*certificate, "name");
    file.role = metadataOf(*certificate, "role");
    if (const std::string node = metadataOf(*certificate, "node"); !node.empty()) {
        const auto id = model::NodeId::parse(node);
        if (!id)
            return failure("its node id is none: " + id.error().message, path);
        file.node = *id;
    }
    file.publicKey = certificate->keys.publicKey;
    if (!certificate->keys.secretKey.empty())
        file.secretPath = path;
    return file;
}

model::Result<std::string> publicKeyFrom(const std::string& keyOrFile)
{
    if (bus::isKey(keyOrFile))
        return keyOrFile;
    std::error_code ignored;
    if (!std::filesystem::exists(keyOrFile, ignored))
        return Error{ErrorCode::InvalidArgument,
                     "this is neither a key of 40 characters nor a file", keyOrFile,
                     "a key file ends in .key"};
    auto file = readKey(keyOrFile);
    if (!file)
        return file.error();
    return file->publicKey;
}

model::Result<bus::KeyPair> readIdentity(const std::filesystem::path& path)
{
    auto certificate = bus::readCertificate(path);
    if (!certificate)
        return Error{ErrorCode::InvalidArgument, certificate.reason(), path.string(),
                     "name your own key with --identity"};
    if (certificate->keys.secretKey.empty())
        return Error{ErrorCode::InvalidArgument, "this file holds only the public half of a key",
                     path.string(), "your identity is the file that ends in .key_secret"};
    return certificate->keys;
}

} // namespace drover::contexts
