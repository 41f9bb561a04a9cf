#include "agent/backend/transfer/content_hash.h"

#include <algorithm>
#include <cstring>

#include <sodium.h>

namespace drover::agent::backend {

struct Hasher::State
{
    crypto_generichash_state hash;
};

Hasher::Hasher() : m_state(std::make_unique<State>())
{
    static_assert(std::tuple_size_v<Digest> == crypto_generichash_BYTES);
    // Picks the code for this processor; the first call does it, the others are free. Its failure
    // leaves the portable one.
    static const int ready = ::sodium_init();
    static_cast<void>(ready);
    crypto_generichash_init(&m_state->hash, nullptr, 0, std::tuple_size_v<Digest>);
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::add(std::string_view bytes)
{
    crypto_generichash_update(&m_state->hash, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
}

void Hasher::addNumber(std::uint64_t value)
{
    char bytes[8];
    for (int i = 0; i < 8; ++i)
        bytes[i] = static_cast<char>(value >> (8 * i));
    add({bytes, sizeof bytes});
}

Digest Hasher::finish()
{
    Digest digest{};
    crypto_generichash_final(&m_state->hash, digest.data(), digest.size());
    return digest;
}

bool isAllZero(std::string_view bytes)
{
    return bytes.empty() ||
           (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

Digest digestOfBlock(std::string_view bytes)
{
    const auto last = bytes.find_last_not_of('\0');
    if (last == std::string_view::npos)
        return kZeroBlock;
    Hasher hasher;
    hasher.add(bytes.substr(0, last + 1));
    return hasher.finish();
}

void BlockHasher::add(std::uint64_t index, const Digest& block)
{
    if (block == kZeroBlock)
        return;
    m_hasher.addNumber(index);
    m_hasher.add({reinterpret_cast<const char*>(block.data()), block.size()});
}

Digest BlockHasher::finish(std::uint64_t size)
{
    m_hasher.addNumber(size);
    return m_hasher.finish();
}

void ContentHasher::block(std::uint64_t offset, std::string_view bytes)
{
    const std::uint64_t index = offset / kBlockSize;
    const Digest digest = digestOfBlock(bytes);
    m_hasher.add(index, digest);
    if (m_record == nullptr || digest == kZeroBlock)
        return;
    m_record->resize(static_cast<std::size_t>(index) + 1, kZeroBlock);
    m_record->back() = digest;
}

void ContentHasher::flush()
{
    if (m_partial.empty())
        return;
    block(m_start, m_partial);
    m_partial.clear();
}

void ContentHasher::add(std::uint64_t offset, std::string_view bytes)
{
    while (!bytes.empty()) {
        const std::uint64_t start = offset / kBlockSize * kBlockSize;
        if (!m_partial.empty() && start != m_start)
            flush();
        if (start == offset && bytes.size() >= kBlockSize && m_partial.empty()) {
            block(start, bytes.substr(0, kBlockSize));
            bytes.remove_prefix(kBlockSize);
            offset += kBlockSize;
            continue;
        }
        const std::size_t within = static_cast<std::size_t>(offset - start);
        const std::size_t count = std::min(bytes.size(), kBlockSize - within);
        m_partial.resize(within, '\0'); // what was left out is zeros
        m_partial.append(bytes.substr(0, count));
        m_start = start;
        if (m_partial.size() == kBlockSize)
            flush();
        bytes.remove_prefix(count);
        offset += count;
    }
}

Digest ContentHasher::finish(std::uint64_t size)
{
    flush();
    return m_hasher.finish(size);
}

} // namespace drover::agent::backend
