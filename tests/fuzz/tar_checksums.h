#pragma once

// A tar header has a checksum, which every change of a byte breaks: with it in the way a search
// sees nothing of what is behind. A hostile sender can count, too.

#include <cstdlib>
#include <string>

namespace drover::tests {

// Makes the checksum of each header right, as far as headers can be followed.
inline void mendChecksums(std::string& tar)
{
    constexpr std::size_t kBlock = 512;
    constexpr std::size_t kSum = 148;
    constexpr std::size_t kSumLength = 8;
    for (std::size_t at = 0; at + kBlock <= tar.size();) {
        if (tar.compare(at, kBlock, std::string(kBlock, '\0')) == 0) {
            at += kBlock;
            continue;
        }
        tar.replace(at + kSum, kSumLength, kSumLength, ' ');
        unsigned sum = 0;
        for (std::size_t i = 0; i < kBlock; ++i)
            sum += static_cast<unsigned char>(tar[at + i]);
        for (std::size_t i = 6; i-- > 0; sum >>= 3)
            tar[at + kSum + i] = static_cast<char>('0' + (sum & 7));
        tar[at + kSum + 6] = '\0';
        const std::uint64_t size = std::strtoull(tar.substr(at + 124, 11).c_str(), nullptr, 8);
        const char type = tar[at + 156];
        const bool hasContent = type < '1' || type > '6';
        at += kBlock;
        if (hasContent && size <= tar.size())
            at += (size + kBlock - 1) / kBlock * kBlock;
    }
}

} // namespace drover::tests
