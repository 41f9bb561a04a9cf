// What kind `loopback` keeps beside its growing: devices, formatting, shared pools.

#include "agent/backend/loopback/filesystem.h"
#include "agent/backend/loopback/loopback_backend.h"
#include "agent/backend/support/pool_marker.h"
#include "tests/functional/loopback/loopback_contract.h"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

namespace drover::tests {

using namespace agent::backend;
namespace fs = std::filesystem;
using model::ByteCount;
using model::CopyPhase;
using model::CopyRole;
using model::ErrorCode;

void LoopbackContract::anImageIsAttachedOnce()
{
    FolderStage stage("loopback");
    const auto wanted = identity("once");
    DROVER_OK(stage.start()->create(wanted));
    for (int i = 0; i < 3; ++i)
        DROVER_OK(stage.start()->attach(wanted.copy));
    const auto loops = listLoops();
    DROVER_OK(loops);
    const std::string image = fs::canonical(imageOf(stage, wanted.copy)).string();
    QCOMPARE(std::count_if(loops->begin(), loops->end(),
                           [&](const LoopDevice& loop) { return loop.backingPath == image; }),
             std::ptrdiff_t{1});
    DROVER_OK(stage.start()->detach(wanted.copy));
}

void LoopbackContract::formattingRefusesWhatHoldsAnything()
{
    for (const bool known : {true, false}) {
        FolderStage stage("loopback");
        const auto backend = stage.start();
        const auto wanted = identity("precious");
        DROVER_OK(backend->create(wanted));
        if (known) {
            const std::string other = filesystem() == "ext4" ? "xfs" : "ext4";
            DROVER_OK(makeFilesystem(stage.runner(), other, imageOf(stage, wanted.copy).string(),
                                     nextUuid()));
        } else {
            std::fstream image(imageOf(stage, wanted.copy),
                               std::ios::in | std::ios::out | std::ios::binary);
            image.seekp(100'000'000);
            image << "a database that no tool knows";
        }
        DROVER_OK(backend->attach(wanted.copy));
        DROVER_REFUSED(backend->format(wanted.copy), ErrorCode::FailedState);
        DROVER_REFUSED(backend->mount(wanted.copy, 1), ErrorCode::FailedState);
        DROVER_OK(backend->detach(wanted.copy));
        if (!known) {
            std::ifstream image(imageOf(stage, wanted.copy), std::ios::binary);
            image.seekg(100'000'000);
            std::string word;
            image >> word;
            QCOMPARE(word, std::string("a"));
        }
    }
}

void LoopbackContract::aFreshVolumeIsEmptyAndOpen()
{
    FolderStage stage("loopback");
    const auto backend = stage.start();
    const auto wanted = identity("fresh");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QCOMPARE(up->filesystem, filesystem());
    QVERIFY(fs::is_empty(up->path));
    struct stat st = {};
    QCOMPARE(::stat(up->path.c_str(), &st), 0);
    QCOMPARE(st.st_mode & 07777U, mode_t{0777});
    // Only once: what its users then set stays.
    QCOMPARE(::chmod(up->path.c_str(), 0750), 0);
    DROVER_OK(bringDown(*backend, wanted.copy));
    const auto again = bringUp(*backend, wanted);
    DROVER_OK(again);
    QCOMPARE(::stat(again->path.c_str(), &st), 0);
    QCOMPARE(st.st_mode & 07777U, mode_t{0750});
    DROVER_OK(bringDown(*backend, wanted.copy));
}

void LoopbackContract::theVolumeHasItsSize()
{
    FolderStage stage("loopback");
    const auto backend = stage.start();
    const auto wanted = identity("sized");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(up->size == wanted.spec.size);
    QVERIFY(up->used->value < wanted.spec.size->value / 2); // sparse
    struct statvfs space = {};
    QCOMPARE(::statvfs(up->path.c_str(), &space), 0);
    const std::uint64_t total = space.f_blocks * space.f_frsize;
    QVERIFY(total <= wanted.spec.size->value && total > wanted.spec.size->value / 2);
    DROVER_OK(bringDown(*backend, wanted.copy));
}

void LoopbackContract::aMountInAnotherNamespaceKeepsIt()
{
    FolderStage stage("loopback");
    const auto backend = stage.start();
    const auto wanted = identity("elsewhere");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    int ready[2];
    QCOMPARE(::pipe2(ready, O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) { // a container that has the volume in a mount namespace of its own
        const char answer = ::unshare(CLONE_NEWNS) == 0 ? 'y' : 'n';
        if (::write(ready[1], &answer, 1) == 1)
            for (;;)
                ::pause();
        ::_exit(1);
    }
    char answer = 'n';
    const bool heard = ::read(ready[0], &answer, 1) == 1 && answer == 'y';
    const auto unmounted = backend->unmount(wanted.copy);
    const auto detached = backend->detach(wanted.copy);
    const auto still = backend->inspect(wanted.copy);
    const auto proven = backend->proveReleased(wanted.copy);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    QVERIFY(heard);
    DROVER_REFUSED(unmounted, ErrorCode::FailedState);
    QVERIFY2(unmounted.error().message.find(std::to_string(child)) != std::string::npos,
             unmounted.error().message.c_str());
    DROVER_OK(still);
    QVERIFY(still->phase == CopyPhase::Mounted &&
            still->publishedName == "elsewhere"); // nothing was changed
    DROVER_REFUSED(detached, ErrorCode::FailedState);
    DROVER_REFUSED(proven, ErrorCode::FailedState);
    // The namespace goes with its only process; the kernel lets go of it in its own time.
    DROVER_OK(backend->unmount(wanted.copy));
    QTRY_VERIFY(backend->detach(wanted.copy).ok());
    DROVER_OK(backend->proveReleased(wanted.copy));
}

void LoopbackContract::aFilesystemThatBecameReadOnlyIsSaid()
{
    FolderStage stage("loopback");
    const auto backend = stage.start();
    const auto wanted = identity("readonly");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(up->conditions.empty());
    const std::string point = fs::canonical(up->path).string();
    QCOMPARE(::mount(nullptr, point.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    const auto seen = backend->inspect(wanted.copy)->conditions;
    QVERIFY(seen.size() == 1 && seen.front().type == model::ConditionType::ReadOnly);
    QCOMPARE(::mount(nullptr, point.c_str(), nullptr, MS_REMOUNT, nullptr), 0);
    QVERIFY(backend->inspect(wanted.copy)->conditions.empty());
    DROVER_OK(bringDown(*backend, wanted.copy));
}

void LoopbackContract::filesUnderTheMountPointAreNotHidden()
{
    FolderStage stage("loopback");
    const auto backend = stage.start();
    const auto wanted = identity("covered");
    const fs::path point = stage.config().mountRoot / "by-id" / wanted.dataset.toString();
    fs::create_directories(point);
    std::ofstream(point / "somebody's") << "file";
    DROVER_REFUSED(bringUp(*backend, wanted), ErrorCode::FailedState);
    QVERIFY(fs::exists(point / "somebody's"));
    DROVER_OK(backend->detach(wanted.copy));
}

void LoopbackContract::destroyGivesTheSpaceBack()
{
    FolderStage stage("loopback");
    const auto backend = stage.start();
    const auto wanted = identity("big");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(stage.write(*up, "bulk", std::string(30'000'000, 'b')));
    DROVER_OK(backend->unmount(wanted.copy)); // still attached
    DROVER_OK(backend->destroy(wanted.copy));
    QVERIFY(fs::is_empty(stage.config().path / "images"));
    const auto loops = listLoops();
    DROVER_OK(loops);
    for (const LoopDevice& loop : *loops)
        QVERIFY(loop.backingPath.find(wanted.copy.toString()) == std::string::npos);
}

void LoopbackContract::sizesAreChecked()
{
    FolderStage stage("loopback");
    const auto backend = stage.start();
    auto wanted = identity("odd");
    wanted.spec.size.reset();
    DROVER_REFUSED(backend->create(wanted), ErrorCode::InvalidArgument);
    wanted.spec.size = ByteCount{1 << 20};
    DROVER_REFUSED(backend->create(wanted), ErrorCode::InvalidArgument);
    wanted.spec.size = ByteCount{1ULL << 30};
    wanted.spec.filesystem = "fat";
    DROVER_REFUSED(backend->create(wanted), ErrorCode::Unsupported);
    QVERIFY(backend->list(false)->empty());
}

void LoopbackContract::aSharedImageMovesByDetachAndAttach()
{
    FolderStage here("loopback", /*shared=*/true);
    FolderStage there(here, "there");
    const auto source = here.start();
    const auto target = there.start();
    QVERIFY(!source->probe().capabilities.transfer);
    auto wanted = identity("shared");
    const auto up = bringUp(*source, wanted);
    DROVER_OK(up);
    QVERIFY(here.write(*up, "file", "shared content"));
    DROVER_REFUSED(target->attach(wanted.copy), ErrorCode::FailedState);
    DROVER_OK(bringDown(*source, wanted.copy));
    auto released = wanted;
    released.role = CopyRole::Released;
    DROVER_OK(source->setIdentity(released));
    DROVER_OK(source->proveReleased(wanted.copy));
    DROVER_REFUSED(source->attach(wanted.copy), ErrorCode::FailedState); // one-way
    auto granted = wanted;
    granted.epoch = 2;
    DROVER_OK(target->setIdentity(granted));
    const auto arrived = bringUp(*target, granted);
    DROVER_OK(arrived);
    QVERIFY(there.read(*arrived, "file") == "shared content");
    DROVER_REFUSED(source->attach(wanted.copy), ErrorCode::FailedState);
    DROVER_REFUSED(source->setIdentity(released), ErrorCode::FailedState);
    DROVER_REFUSED(source->destroy(wanted.copy), ErrorCode::FailedState);
    DROVER_OK(bringDown(*target, wanted.copy));
}

// Several agents of one machine see each other's devices; a restarted one must not take its
// neighbour's for its own.
void LoopbackContract::aNeighboursDeviceIsNotOurs()
{
    FolderStage here("loopback", /*shared=*/true);
    FolderStage there(here, "there");
    const auto wanted = identity("neighbour");
    const auto holder = here.start();
    DROVER_OK(holder->create(wanted));
    // not mounted yet: nothing but the lock would keep the other from detaching it
    DROVER_OK(holder->attach(wanted.copy));
    const auto other = there.start();
    const auto listed = other->list(/*mineOnly=*/true);
    DROVER_OK(listed);
    QVERIFY(listed->empty());
    const auto seen = other->inspect(wanted.copy);
    DROVER_OK(seen);
    QVERIFY(seen->phase == CopyPhase::Created);
    DROVER_OK(other->detach(wanted.copy));
    const auto mine = holder->inspect(wanted.copy);
    DROVER_OK(mine);
    QVERIFY(mine->phase == CopyPhase::Attached);
    DROVER_OK(bringDown(*holder, wanted.copy));
}

void LoopbackContract::aHeldImageIsNotTaken()
{
    FolderStage here("loopback", /*shared=*/true);
    FolderStage there(here, "there");
    const auto wanted = identity("held");
    DROVER_OK(bringUp(*here.start(), wanted));
    const auto refused = there.start()->attach(wanted.copy);
    DROVER_REFUSED(refused, ErrorCode::FailedState);
    QVERIFY(refused.error().message.find(here.config().node.toString()) != std::string::npos);
    // The holder itself may, also after a restart of its machine.
    DROVER_OK(bringDown(*here.start(), wanted.copy));
    DROVER_OK(here.start()->attach(wanted.copy));
    DROVER_OK(here.start()->detach(wanted.copy));
    here.reboot();
    DROVER_OK(bringUp(*here.start(), wanted));
    DROVER_REFUSED(there.start()->attach(wanted.copy), ErrorCode::FailedState);
}

void LoopbackContract::aHigherGrantTakesALostNodesImage()
{
    FolderStage here("loopback", /*shared=*/true);
    FolderStage there(here, "there");
    const auto wanted = identity("lost");
    DROVER_OK(here.start()->create(wanted));
    DROVER_OK(here.start()->attach(wanted.copy));
    DROVER_OK(here.start()->format(wanted.copy));
    DROVER_REFUSED(there.start()->attach(wanted.copy), ErrorCode::FailedState);
    DROVER_REFUSED(there.start()->setIdentity(wanted),
                   ErrorCode::FailedState); // at the holder's epoch
    loseDevice(here, wanted.copy);
    // Control declares the node lost and grants anew.
    auto granted = wanted;
    granted.epoch = 2;
    DROVER_OK(there.start()->setIdentity(granted));
    DROVER_OK(bringUp(*there.start(), granted));
    // It comes back with what it knew.
    DROVER_REFUSED(here.start()->setIdentity(wanted), ErrorCode::FailedState);
    DROVER_REFUSED(here.start()->attach(wanted.copy), ErrorCode::FailedState);
    DROVER_REFUSED(here.start()->mount(wanted.copy, 1), ErrorCode::FailedState);
    DROVER_OK(bringDown(*there.start(), wanted.copy));
}

void LoopbackContract::aHigherGrantDestroysALostNodesImage()
{
    FolderStage here("loopback", /*shared=*/true);
    FolderStage there(here, "there");
    const auto wanted = identity("lost");
    DROVER_OK(here.start()->create(wanted));
    DROVER_OK(here.start()->attach(wanted.copy));
    loseDevice(here, wanted.copy);
    DROVER_REFUSED(there.start()->destroy(wanted.copy), ErrorCode::FailedState);
    auto granted = wanted;
    granted.epoch = 2;
    DROVER_OK(there.start()->setIdentity(granted));
    DROVER_OK(there.start()->destroy(wanted.copy));
    DROVER_REFUSED(here.start()->inspect(wanted.copy), ErrorCode::NotFound);
}

// The agent died after the device was gone and before the lock was let go, or between lock and
// device on the way up.
void LoopbackContract::aLockThatADeathLeftIsLetGo()
{
    FolderStage here("loopback", /*shared=*/true);
    FolderStage there(here, "there");
    const auto wanted = identity("left");
    const auto attach = [&] { return here.start()->attach(wanted.copy).ok(); };
    const auto detach = [&] { return here.start()->detach(wanted.copy).ok(); };
    int locked = 0;
    // What inspect() calls down is really free for the others, and what is not, comes down.
    const auto letGo = [&] {
        const auto left = here.start()->inspect(wanted.copy);
        DROVER_OK(left);
        locked += left->phase == CopyPhase::Locked ? 1 : 0;
        if (left->phase != CopyPhase::Created) {
            DROVER_REFUSED(there.start()->destroy(wanted.copy), ErrorCode::FailedState);
            QVERIFY(detach());
        }
        DROVER_OK(there.start()->destroy(wanted.copy));
    };
    for (const bool up : {true, false}) {
        bool died = true;
        for (int point = 1; died; ++point) {
            DROVER_OK(here.start()->create(wanted));
            QVERIFY(up || attach());
            died = diesAt(point, [&] { return up ? attach() : detach(); });
            letGo();
        }
    }
    QVERIFY2(locked >= 2, "no death between lock and device");
}

void LoopbackContract::mineOnlyListsWhatConcernsTheNode()
{
    FolderStage here("loopback", /*shared=*/true);
    FolderStage there(here, "there");
    const auto unclaimed = identity("unclaimed");
    const auto held = identity("held");
    auto placed = identity("placed");
    placed.spec.placement.node = there.config().node;
    for (const auto& each : {unclaimed, held, placed})
        DROVER_OK(here.start()->create(each));
    DROVER_OK(here.start()->attach(held.copy));
    const auto all = there.start()->list(false);
    DROVER_OK(all);
    QCOMPARE(all->size(), std::size_t{3});
    const auto ours = here.start()->list(true);
    DROVER_OK(ours);
    QCOMPARE(ours->size(), std::size_t{1});
    QVERIFY(ours->front().identity.copy == held.copy);
    DROVER_OK(here.start()->detach(held.copy));
    const auto theirs = there.start()->list(true);
    DROVER_OK(theirs);
    QCOMPARE(theirs->size(), std::size_t{1});
    QVERIFY(theirs->front().identity.copy == placed.copy);
}

} // namespace drover::tests

int main(int argc, char** argv)
{
    if (::geteuid() != 0 || ::access("/dev/loop-control", R_OK | W_OK) != 0) {
        std::printf("SKIPPED: loop devices need root; NOTHING of kind loopback was tested\n");
        return 0;
    }
    const auto makeable = drover::agent::backend::makeableFilesystems();
    if (std::find(makeable.begin(), makeable.end(), DROVER_TEST_FILESYSTEM) == makeable.end()) {
        std::printf("SKIPPED: this machine has no mkfs for " DROVER_TEST_FILESYSTEM
                    "; NOTHING of it was tested\n");
        return 0;
    }
    drover::tests::LoopbackContract contract;
    return QTest::qExec(&contract, argc, argv);
}
