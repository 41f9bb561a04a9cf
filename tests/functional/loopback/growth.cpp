// Kind `loopback` grows: in use where the filesystem may, else on its way up.

#include "agent/backend/loopback/filesystem.h"
#include "tests/functional/loopback/loopback_contract.h"

#include <sys/statvfs.h>

namespace drover::tests {

using namespace agent::backend;
namespace fs = std::filesystem;
using model::ByteCount;
using model::ErrorCode;

// Of the filesystem: what its users have, whatever anybody says.
std::uint64_t LoopbackContract::bytesIn(const std::string& path)
{
    struct statvfs space = {};
    return ::statvfs(path.c_str(), &space) == 0 ? space.f_blocks * space.f_frsize : 0;
}

// Each filesystem for itself: that one of them may not says nothing of the others.
void LoopbackContract::itGrowsWhileItIsInUse()
{
    FolderStage stage("loopback");
    const auto backend = stage.start();
    const auto wanted = identity("growing");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(stage.write(*up, "file", "kept"));
    const auto holder = stage.holdOpen(*up, "file");
    QVERIFY(holder != nullptr);
    const std::uint64_t before = bytesIn(up->path);
    const ByteCount larger{640ULL << 20};
    const auto grown = backend->grow(wanted.copy, larger);
    const auto now = backend->inspect(wanted.copy);
    DROVER_OK(now);
    QVERIFY(now->conditions.empty());
    if (!checkGrowsMounted(filesystem())) {
        // Refused before anything was changed.
        QCOMPARE(filesystem(), std::string("ext4"));
        DROVER_REFUSED(grown, ErrorCode::Unsupported);
        QVERIFY(now->size == wanted.spec.size);
        QCOMPARE(bytesIn(up->path), before);
        QCOMPARE(std::uint64_t{fs::file_size(imageOf(stage, wanted.copy))},
                 wanted.spec.size->value);
        return;
    }
    DROVER_OK(grown);
    DROVER_OK(backend->grow(wanted.copy, larger));
    QVERIFY(backend->probe().capabilities.growOnline);
    QVERIFY(now->size == larger);
    QVERIFY2(bytesIn(up->path) > before + (256ULL << 20),
             std::to_string(bytesIn(up->path)).c_str());
    QVERIFY(stage.read(*now, "file") == "kept");
}

void LoopbackContract::itGrowsWhileItIsDown()
{
    FolderStage stage("loopback");
    const auto backend = stage.start();
    const auto wanted = identity("growing");
    auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(stage.write(*up, "file", "kept"));
    const std::uint64_t before = bytesIn(up->path);
    DROVER_OK(bringDown(*backend, wanted.copy));
    // What cannot grow then, grows with the next mount.
    const ByteCount largest{900ULL << 20};
    for (int round = 0; round < 2; ++round)
        DROVER_OK(backend->grow(wanted.copy, largest));
    up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(up->size == largest);
    QVERIFY(up->conditions.empty());
    QVERIFY(bytesIn(up->path) > before + (512ULL << 20));
    // Attached and not mounted.
    const ByteCount more{1200ULL << 20};
    DROVER_OK(backend->unmount(wanted.copy));
    DROVER_OK(backend->grow(wanted.copy, more));
    up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(up->size == more);
    QVERIFY(bytesIn(up->path) > before + (768ULL << 20));
    QVERIFY(stage.read(*up, "file") == "kept");
    DROVER_OK(bringDown(*backend, wanted.copy));
}

// Whoever dies on the way leaves a size that is told as it is, so that the next one goes on.
void LoopbackContract::aCrashWhileItGrowsIsCompletedByRepeating()
{
    FolderStage stage("loopback");
    const auto wanted = identity("growing");
    const auto up = bringUp(*stage.start(), wanted);
    DROVER_OK(up);
    QVERIFY(stage.write(*up, "file", "kept"));
    ByteCount size = *wanted.spec.size;
    int died = 0;
    for (const bool mounted : {true, false}) {
        if (mounted && !checkGrowsMounted(filesystem()))
            continue;
        bool dies = true;
        for (int point = 1; dies; ++point) {
            if (!mounted)
                DROVER_OK(bringDown(*stage.start(), wanted.copy));
            size.value += 64ULL << 20;
            dies = diesAt(point, [&] { return stage.start()->grow(wanted.copy, size).ok(); });
            died += dies ? 1 : 0;
            const auto left = stage.start()->inspect(wanted.copy);
            DROVER_OK(left);
            // what a look finds too small is grown; the rest is the next mount's
            if (*left->size < size)
                DROVER_OK(stage.start()->grow(wanted.copy, size));
            const auto then = bringUp(*stage.start(), wanted);
            DROVER_OK(then);
            QVERIFY(then->size == size);
            QVERIFY2(bytesIn(then->path) > size.value * 8 / 10,
                     std::to_string(bytesIn(then->path)).c_str());
            QVERIFY(stage.read(*then, "file") == "kept");
        }
    }
    QVERIFY(died >= 1);
    DROVER_OK(bringDown(*stage.start(), wanted.copy));
}

} // namespace drover::tests
