#pragma once

// The contract, kept by kind `loopback` on one filesystem, and what is its own: devices,
// formatting, growing, shared pools.

#include "agent/backend/loopback/loop_device.h"
#include "tests/support/backend/folder_stage.h"

#include <filesystem>

#include <fcntl.h>

namespace drover::tests {

class LoopbackContract : public BackendContract
{
    Q_OBJECT
protected:
    std::unique_ptr<PoolStage> newPool() override
    {
        return std::make_unique<FolderStage>("loopback");
    }
    [[nodiscard]] bool isBlockKind() const override { return true; }
    [[nodiscard]] std::string filesystem() const override { return DROVER_TEST_FILESYSTEM; }

private:
    static std::filesystem::path imageOf(const FolderStage& stage, const model::CopyId& copy)
    {
        return stage.config().path / "images" / copy.toString() / "image";
    }
    static std::uint64_t bytesIn(const std::string& path);
    // As when the holder's machine is gone, and with it its device: its record stays.
    static void loseDevice(const FolderStage& stage, const model::CopyId& copy)
    {
        const agent::backend::Fd image(::open(imageOf(stage, copy).c_str(), O_RDWR | O_CLOEXEC));
        DROVER_OK(agent::backend::detachLoop(image.get()));
    }

private Q_SLOTS:
    void anImageIsAttachedOnce();
    void formattingRefusesWhatHoldsAnything();
    void aFreshVolumeIsEmptyAndOpen();
    void theVolumeHasItsSize();
    void itGrowsWhileItIsInUse();
    void itGrowsWhileItIsDown();
    void aCrashWhileItGrowsIsCompletedByRepeating();
    void aMountInAnotherNamespaceKeepsIt();
    void aFilesystemThatBecameReadOnlyIsSaid();
    void filesUnderTheMountPointAreNotHidden();
    void destroyGivesTheSpaceBack();
    void sizesAreChecked();
    void aSharedImageMovesByDetachAndAttach();
    void aNeighboursDeviceIsNotOurs();
    void aHeldImageIsNotTaken();
    void aHigherGrantTakesALostNodesImage();
    void aHigherGrantDestroysALostNodesImage();
    void aLockThatADeathLeftIsLetGo();
    void mineOnlyListsWhatConcernsTheNode();
};

} // namespace drover::tests
