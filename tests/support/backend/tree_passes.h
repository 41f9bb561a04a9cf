#pragma once

// Two folders and passes of a tree's transfer from one to the other, with the caches that both ends
// keep between passes.

#include "agent/backend/transfer/tree_sync.h"
#include "tests/support/backend/contract.h"

#include <QtCore/QTemporaryDir>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace drover::tests {

struct Trees
{
    QTemporaryDir base;
    std::filesystem::path source;
    std::filesystem::path target;
    agent::backend::ContentCache sourceCache;
    agent::backend::ContentCache targetCache;

    Trees();
    ~Trees();
    Trees(const Trees&) = delete;
    Trees& operator=(const Trees&) = delete;

    // One pass; `during` is called by the sender's thread at its first progress. After `breakAfter`
    // messages the connection is gone.
    BackendContract::BothEnds pass(bool final, const std::function<void()>& during = {},
                                   std::uint64_t breakAfter = 0);
    // The first difference; empty = none.
    [[nodiscard]] std::string compare() const;
};

#define DROVER_SAME(differing)                                                                     \
    do {                                                                                           \
        const std::string droverDifference = (differing);                                          \
        QVERIFY2(droverDifference.empty(), droverDifference.c_str());                              \
    } while (false)

} // namespace drover::tests
