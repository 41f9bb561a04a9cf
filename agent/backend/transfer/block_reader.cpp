#include "agent/backend/transfer/block_reader.h"

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace drover::agent::backend {

using model::Result;

struct BlockReader::Batch
{
    std::vector<Block> blocks;
    std::string bytes;                // of all of them, kBlockSize for each
    std::future<Result<void>> isRead; // its end waits for the thread

    Result<void> read(int file, std::uint64_t size)
    {
        bytes.resize(kBatch * kBlockSize);
        char* at = bytes.data();
        for (Block& block : blocks) {
            const auto got = readBlockInto(file, block.index, size, at);
            if (!got)
                return got.error();
            block.bytes = *got;
            block.digest = digestOfBlock(block.bytes);
            at += kBlockSize;
        }
        return {};
    }
};

BlockReader::BlockReader(int file, std::uint64_t size)
    : m_file(file), m_size(size),
      m_threads(std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads))
{}

BlockReader::~BlockReader() = default;

Result<void> BlockReader::readAhead()
{
    while (!m_atEnd && m_ahead.size() < m_threads) {
        // One that was used up has its memory already.
        auto batch = m_spare ? std::move(m_spare) : std::make_unique<Batch>();
        batch->blocks.clear();
        while (batch->blocks.size() < kBatch) {
            const auto index = nextDataBlock(m_file, m_from, m_size);
            if (!index)
                return index.error();
            m_atEnd = !index->has_value();
            if (m_atEnd)
                break;
            batch->blocks.push_back({**index, {}, {}});
            m_from = **index + 1;
        }
        if (batch->blocks.empty())
            return {};
        // Where no thread can be had, it is read when it is asked for.
        batch->isRead = std::async(
            std::launch::async | std::launch::deferred,
            [work = batch.get(), file = m_file, size = m_size] { return work->read(file, size); });
        m_ahead.push_back(std::move(batch));
    }
    return {};
}

Result<std::optional<BlockReader::Block>> BlockReader::next()
{
    if (m_current == nullptr || m_next == m_current->blocks.size()) {
        if (m_current != nullptr)
            m_spare = std::move(m_current);
        if (auto ready = readAhead(); !ready)
            return ready.error();
        if (m_ahead.empty())
            return std::optional<Block>{};
        m_current = std::move(m_ahead.front());
        m_ahead.pop_front();
        m_next = 0;
        if (auto read = m_current->isRead.get(); !read)
            return read.error();
        if (auto ready = readAhead(); !ready)
            return ready.error();
    }
    return std::optional<Block>(m_current->blocks[m_next++]);
}

} // namespace drover::agent::backend
