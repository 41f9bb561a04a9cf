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

// Digest of a file's bytes, that does not depend on how its holes lie: of the digests of its blocks
// (kBlockSize, aligned), each with its index; those of zeros count for nothing; then the size. A
// block's digest is of its bytes up to the last that is not zero. So a hole need never be read, a
// small file costs its own bytes, and who knows the blocks need not read the file.
inline constexpr Digest kZeroBlock{};
[[nodiscard]] Digest digestOfBlock(std::string_view bytes); // kZeroBlock: zeros only
// By index; what is behind the end is kZeroBlock.
using BlockDigests = std::vector<Digest>;

// The same from blocks that are known.
class BlockHasher
{
public:
    // Indexes must go up. What is left out is zeros.
    void add(std::uint64_t index, const Digest& block);
    [[nodiscard]] Digest finish(std::uint64_t size);

private:
    Hasher m_hasher;
};

class ContentHasher
{
public:
    // `record`: gets the digests of the blocks, too.
    explicit ContentHasher(BlockDigests* record = nullptr) : m_record(record) {}
    // Offsets must not go back. What is left out is zeros.
    void add(std::uint64_t offset, std::string_view bytes);
    [[nodiscard]] Digest finish(std::uint64_t size);

private:
    void flush();
    void block(std::uint64_t offset, std::string_view bytes);

    BlockHasher m_hasher;
    BlockDigests* m_record;
    std::string m_partial; // of the block at m_start, as far as it is known; empty = none is begun
    std::uint64_t m_start = 0;
};

[[nodiscard]] bool isAllZero(std::string_view bytes);

} // namespace drover::agent::backend
