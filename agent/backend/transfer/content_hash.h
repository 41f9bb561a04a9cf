#pragma once

// Digests (BLAKE2b, 32 bytes, libsodium's generichash).

#include "agent/backend/transfer/wire.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace drover::agent::backend {

class Hasher
{
public:
    Hasher();
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;
    void add(std::string_view bytes);
    void addNumber(std::uint64_t value);
    // with its length, so that neighbours cannot run into each other
    void addText(std::string_view text)
    {
        addNumber(text.size());
        add(text);
    }
    [[nodiscard]] Digest finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

// Digest of a file's bytes that does not depend on how its holes lie: blocks of 64 KiB, aligned;
// those of zeros only count for nothing, the others with their offset and up to their last byte
// that is not zero; then the size. So a hole need never be read, and a small file costs its own
// bytes.
class ContentHasher
{
public:
    // Offsets must not go back. What is left out is zeros.
    void add(std::uint64_t offset, std::string_view bytes);
    [[nodiscard]] Digest finish(std::uint64_t size);

private:
    void flush();
    void block(std::uint64_t offset, std::string_view bytes);

    Hasher m_hasher;
    std::string m_partial; // of the block at m_start, as far as it is known; empty = none is begun
    std::uint64_t m_start = 0;
};

[[nodiscard]] bool isAllZero(std::string_view bytes);

} // namespace drover::agent::backend
