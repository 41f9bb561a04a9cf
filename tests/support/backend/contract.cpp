#include "tests/support/backend/contract.h"

#include "proto/model/names.h"

#include <algorithm>
#include <atomic>

#include <unistd.h>

namespace drover::tests {

using agent::backend::StorageBackend;
using model::CopyPhase;
using model::CopyRole;
using model::ErrorCode;

model::Uuid nextUuid()
{
    static std::atomic<std::uint32_t> counter{0};
    const std::uint32_t n = ++counter;
    model::Uuid id;
    id.bytes[0] = 0xd0;
    // filesystems of two test programs must not have one id
    const auto process = static_cast<std::uint32_t>(::getpid());
    for (std::size_t i = 0; i < 4; ++i)
        id.bytes[1 + i] = static_cast<std::uint8_t>(process >> (8 * i));
    id.bytes[6] = 0x40;
    id.bytes[8] = 0x80;
    for (std::size_t i = 0; i < 4; ++i)
        id.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
    return id;
}

model::CopyIdentity BackendContract::identity(const std::string& name) const
{
    model::CopyIdentity made;
    made.cluster = model::ClusterId{}; // every stage's pools belong to this one
    made.cluster.value.bytes[0] = 0xc1;
    made.dataset = {nextUuid()};
    made.copy = {nextUuid()};
    made.epoch = 1;
    made.generation = 1;
    made.name = name;
    made.spec.metadata = {{"owner", "tests"}, {"schl\xc3\xbcssel", "wert"}};
    if (isBlockKind()) {
        made.spec.size = model::ByteCount{320ULL << 20};
        made.spec.filesystem = filesystem();
    }
    return made;
}

model::Result<model::LocalCopy> BackendContract::bringUp(StorageBackend& backend,
                                                         const model::CopyIdentity& identity)
{
    if (auto done = backend.create(identity); !done)
        return done.error();
    if (auto done = backend.attach(identity.copy); !done)
        return done.error();
    if (auto done = backend.format(identity.copy); !done)
        return done.error();
    if (auto done = backend.mount(identity.copy, identity.epoch); !done)
        return done.error();
    return backend.inspect(identity.copy);
}

model::Result<void> BackendContract::bringDown(StorageBackend& backend, const model::CopyId& copy)
{
    if (auto done = backend.unmount(copy); !done)
        return done;
    return backend.detach(copy);
}

void BackendContract::aFreshPoolIsAvailableAndEmpty()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    const model::PoolState state = backend->probe();
    QVERIFY(state.available);
    QVERIFY(!state.id.isNil());
    QVERIFY(state.conditions.empty());
    QVERIFY(state.capacity.value > 0);
    QVERIFY(state.free <= state.capacity);
    QCOMPARE(state.capabilities.sizes, isBlockKind());
    const auto copies = backend->list(false);
    DROVER_OK(copies);
    QVERIFY(copies->empty());
}

void BackendContract::aMountedDatasetKeepsWhatIsWritten()
{
    const auto pool = newPool();
    const auto wanted = identity("web");
    {
        const auto backend = pool->start();
        const auto up = bringUp(*backend, wanted);
        DROVER_OK(up);
        QCOMPARE(up->identity, wanted);
        QVERIFY(up->phase == CopyPhase::Mounted);
        QCOMPARE(up->publishedName, std::string("web"));
        QVERIFY(up->createdWhole);
        QVERIFY(pool->write(*up, "hello", "world"));
    }
    const auto backend = pool->start();
    const auto still = backend->inspect(wanted.copy);
    DROVER_OK(still);
    QVERIFY(still->phase == CopyPhase::Mounted); // a restart of the agent disturbs nobody
    DROVER_OK(bringDown(*backend, wanted.copy));
    const auto down = backend->inspect(wanted.copy);
    DROVER_OK(down);
    QVERIFY(down->phase == CopyPhase::Created);
    QVERIFY(down->path.empty());
    QVERIFY(!pool->read(*down, "hello"));
    const auto again = bringUp(*backend, wanted);
    DROVER_OK(again);
    QVERIFY(pool->read(*again, "hello") == "world");
    DROVER_OK(bringDown(*backend, wanted.copy));
}

void BackendContract::everyStepMayBeRepeated()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    const auto wanted = identity("twice");
    for (int round = 0; round < 2; ++round)
        DROVER_OK(backend->create(wanted));
    for (int round = 0; round < 2; ++round)
        DROVER_OK(backend->attach(wanted.copy));
    for (int round = 0; round < 2; ++round)
        DROVER_OK(backend->format(wanted.copy));
    for (int round = 0; round < 2; ++round)
        DROVER_OK(backend->mount(wanted.copy, 1));
    for (int round = 0; round < 2; ++round)
        DROVER_OK(backend->setIdentity(wanted));
    const auto copies = backend->list(false);
    DROVER_OK(copies);
    QCOMPARE(copies->size(), std::size_t{1});
    for (int round = 0; round < 2; ++round)
        DROVER_OK(backend->unmount(wanted.copy));
    for (int round = 0; round < 2; ++round)
        DROVER_OK(backend->detach(wanted.copy));
    for (int round = 0; round < 2; ++round)
        DROVER_OK(backend->proveReleased(wanted.copy));
    for (int round = 0; round < 2; ++round)
        DROVER_OK(backend->destroy(wanted.copy));
    DROVER_REFUSED(backend->inspect(wanted.copy), ErrorCode::NotFound);
}

void BackendContract::creationIsRefusedForAnotherDataset()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    const auto first = identity("first");
    DROVER_OK(backend->create(first));
    auto other = identity("other");
    other.copy = first.copy;
    DROVER_REFUSED(backend->create(other), ErrorCode::AlreadyExists);
    auto stranger = identity("stranger");
    stranger.cluster.value.bytes[0] = 0xff;
    DROVER_REFUSED(backend->create(stranger), ErrorCode::Conflict);
    const auto copies = backend->list(false);
    DROVER_OK(copies);
    QCOMPARE(copies->size(), std::size_t{1});
    QCOMPARE(copies->front().identity, first);
    DROVER_OK(backend->destroy(first.copy));
}

void BackendContract::aCopyThatIsNotThereIsNotFound()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    const model::CopyId nobody{nextUuid()};
    DROVER_REFUSED(backend->inspect(nobody), ErrorCode::NotFound);
    DROVER_REFUSED(backend->attach(nobody), ErrorCode::NotFound);
    DROVER_REFUSED(backend->format(nobody), ErrorCode::NotFound);
    DROVER_REFUSED(backend->mount(nobody, 1), ErrorCode::NotFound);
    DROVER_REFUSED(backend->unmount(nobody), ErrorCode::NotFound);
    DROVER_REFUSED(backend->detach(nobody), ErrorCode::NotFound);
    DROVER_REFUSED(backend->proveReleased(nobody), ErrorCode::NotFound);
    DROVER_OK(backend->destroy(nobody)); // it is gone already
}

void BackendContract::onlyThePrimaryAtItsEpochIsMounted()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    auto wanted = identity("epochs");
    wanted.epoch = 5;
    DROVER_OK(backend->create(wanted));
    DROVER_OK(backend->attach(wanted.copy));
    DROVER_OK(backend->format(wanted.copy));
    DROVER_REFUSED(backend->mount(wanted.copy, 4), ErrorCode::FailedState);
    DROVER_REFUSED(backend->mount(wanted.copy, 6), ErrorCode::FailedState);
    for (const CopyRole role : {CopyRole::Trash, CopyRole::Orphan}) {
        auto retired = wanted;
        retired.role = role;
        DROVER_OK(backend->setIdentity(retired));
        DROVER_REFUSED(backend->mount(wanted.copy, 5), ErrorCode::FailedState);
        DROVER_OK(backend->setIdentity(wanted)); // undelete
    }
    DROVER_OK(backend->mount(wanted.copy, 5));
    auto released = wanted;
    released.role = CopyRole::Released;
    DROVER_REFUSED(backend->setIdentity(released), ErrorCode::FailedState); // while it is mounted
    DROVER_OK(bringDown(*backend, wanted.copy));
}

void BackendContract::identitiesNeverGoBack()
{
    const auto pool = newPool();
    auto backend = pool->start();
    auto primary = identity("oneway");
    primary.epoch = 7;
    DROVER_OK(backend->create(primary));
    auto lower = primary;
    lower.epoch = 6;
    DROVER_REFUSED(backend->setIdentity(lower), ErrorCode::FailedState);
    auto foreign = primary;
    foreign.dataset = {nextUuid()};
    DROVER_REFUSED(backend->setIdentity(foreign), ErrorCode::Conflict);
    auto receiving = primary;
    receiving.role = CopyRole::Receiving;
    DROVER_REFUSED(backend->setIdentity(receiving), ErrorCode::FailedState);

    auto released = primary;
    released.role = CopyRole::Released;
    DROVER_OK(backend->setIdentity(released));
    backend = pool->start();
    DROVER_REFUSED(backend->setIdentity(primary), ErrorCode::FailedState);
    auto stale = released;
    stale.role = CopyRole::Stale;
    DROVER_OK(backend->setIdentity(stale));
    DROVER_REFUSED(backend->setIdentity(primary), ErrorCode::FailedState); // not by a detour either
    primary.epoch = 8;
    primary.name = "oneway-again";
    DROVER_OK(backend->setIdentity(primary));
    const auto now = backend->inspect(primary.copy);
    DROVER_OK(now);
    QCOMPARE(now->identity, primary);
    DROVER_OK(backend->destroy(primary.copy));
}

void BackendContract::aReceivingCopyIsNotWhole()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    auto wanted = identity("target");
    wanted.role = CopyRole::Receiving;
    DROVER_OK(backend->create(wanted));
    const auto found = backend->inspect(wanted.copy);
    DROVER_OK(found);
    QVERIFY(!found->createdWhole);
    auto primary = wanted;
    primary.role = CopyRole::Primary;
    primary.epoch = 2;
    DROVER_REFUSED(backend->setIdentity(primary), ErrorCode::FailedState);
    DROVER_REFUSED(backend->mount(wanted.copy, 1), ErrorCode::FailedState);
    DROVER_OK(backend->destroy(wanted.copy));
}

void BackendContract::aRenameMovesThePublishedName()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    auto wanted = identity("before");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(pool->write(*up, "file", "kept"));
    wanted.name = "after";
    DROVER_OK(backend->setIdentity(wanted));
    const auto path = backend->mount(wanted.copy, 1);
    DROVER_OK(path);
    const auto renamed = backend->inspect(wanted.copy);
    DROVER_OK(renamed);
    QCOMPARE(renamed->publishedName, std::string("after"));
    QCOMPARE(renamed->path, *path);
    QVERIFY(pool->read(*renamed, "file") == "kept");
    QVERIFY(!pool->read(*up, "file")); // the old name is gone
    DROVER_OK(bringDown(*backend, wanted.copy));
}

void BackendContract::aNameIsNeverTakenFromAnother()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    const auto first = identity("same");
    const auto second = identity("same");
    const auto up = bringUp(*backend, first);
    DROVER_OK(up);
    QVERIFY(pool->write(*up, "whose", "first"));
    // That one is somebody's data: waited for, and never told to be removed.
    const auto refused = bringUp(*backend, second);
    DROVER_REFUSED(refused, ErrorCode::InUse);
    QVERIFY2(refused.error().message.find(first.dataset.toString()) != std::string::npos,
             refused.error().message.c_str());
    QVERIFY2(refused.error().hint.find("remove") == std::string::npos,
             refused.error().hint.c_str());
    const auto other = backend->inspect(second.copy);
    DROVER_OK(other);
    QVERIFY(other->phase != CopyPhase::Mounted);
    QVERIFY(pool->read(*up, "whose") == "first");
    DROVER_OK(bringDown(*backend, first.copy));
    const auto then = bringUp(*backend, second);
    DROVER_OK(then);
    QVERIFY(!pool->read(*then, "whose"));
    DROVER_OK(bringDown(*backend, second.copy));
}

void BackendContract::aBusyMountStaysAndNamesItsUsers()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    const auto wanted = identity("busy");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(pool->write(*up, "log", "line"));
    auto holder = pool->holdOpen(*up, "log");
    QVERIFY(holder != nullptr);
    const auto refused = backend->unmount(wanted.copy);
    DROVER_REFUSED(refused, ErrorCode::FailedState);
    const bool namesSomebody =
        std::any_of(refused.error().message.begin(), refused.error().message.end(),
                    [](unsigned char c) { return std::isdigit(c) != 0; });
    QVERIFY2(namesSomebody, refused.error().message.c_str());
    const auto still = backend->inspect(wanted.copy);
    DROVER_OK(still);
    QVERIFY(still->phase == CopyPhase::Mounted);
    QVERIFY(pool->read(*still, "log") == "line");
    DROVER_REFUSED(backend->proveReleased(wanted.copy), ErrorCode::FailedState);
    holder.reset();
    DROVER_OK(bringDown(*backend, wanted.copy));
    DROVER_OK(backend->proveReleased(wanted.copy));
}

void BackendContract::aPoolWithoutMarkerDoesNothing()
{
    const auto pool = newPool();
    const auto wanted = identity("kept");
    const auto fresh = identity("never");
    {
        const auto backend = pool->start();
        DROVER_OK(backend->create(wanted));
    }
    pool->setMarker(false);
    const auto backend = pool->start();
    const model::PoolState state = backend->probe();
    QVERIFY(!state.available);
    QVERIFY(!state.conditions.empty());
    DROVER_REFUSED(backend->list(false), ErrorCode::Unavailable); // not: an empty list
    DROVER_REFUSED(backend->inspect(wanted.copy), ErrorCode::Unavailable);
    DROVER_REFUSED(backend->create(fresh), ErrorCode::Unavailable);
    DROVER_REFUSED(backend->setIdentity(wanted), ErrorCode::Unavailable);
    DROVER_REFUSED(backend->attach(wanted.copy), ErrorCode::Unavailable);
    DROVER_REFUSED(backend->mount(wanted.copy, 1), ErrorCode::Unavailable);
    DROVER_REFUSED(backend->unmount(wanted.copy), ErrorCode::Unavailable);
    DROVER_REFUSED(backend->proveReleased(wanted.copy), ErrorCode::Unavailable);
    DROVER_REFUSED(backend->destroy(wanted.copy), ErrorCode::Unavailable);
    pool->setMarker(true);
    const auto copies = backend->list(false);
    DROVER_OK(copies);
    QCOMPARE(copies->size(), std::size_t{1});
    DROVER_OK(backend->destroy(wanted.copy));
}

void BackendContract::destroyTakesExactlyOneCopy()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    const auto doomed = identity("doomed");
    const auto spared = identity("spared");
    const auto a = bringUp(*backend, doomed);
    const auto b = bringUp(*backend, spared);
    DROVER_OK(a);
    DROVER_OK(b);
    QVERIFY(pool->write(*a, "f", "1"));
    QVERIFY(pool->write(*b, "f", "2"));
    DROVER_OK(bringDown(*backend, doomed.copy));
    DROVER_OK(backend->destroy(doomed.copy));
    const auto copies = pool->start()->list(false);
    DROVER_OK(copies);
    QCOMPARE(copies->size(), std::size_t{1});
    QCOMPARE(copies->front().identity, spared);
    QVERIFY(pool->read(*b, "f") == "2");
    DROVER_OK(bringDown(*backend, spared.copy));
}

void BackendContract::destroyRefusesWhatIsMounted()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    const auto wanted = identity("alive");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(pool->write(*up, "f", "1"));
    DROVER_REFUSED(backend->destroy(wanted.copy), ErrorCode::FailedState);
    QVERIFY(pool->read(*up, "f") == "1");
    DROVER_OK(bringDown(*backend, wanted.copy));
}

void BackendContract::releaseIsProvenOnlyWhenItIsDown()
{
    const auto pool = newPool();
    const auto backend = pool->start();
    const auto wanted = identity("leaving");
    DROVER_OK(bringUp(*backend, wanted));
    DROVER_REFUSED(backend->proveReleased(wanted.copy), ErrorCode::FailedState);
    DROVER_OK(bringDown(*backend, wanted.copy));
    auto released = wanted;
    released.role = CopyRole::Released;
    DROVER_OK(backend->setIdentity(released));
    DROVER_OK(backend->proveReleased(wanted.copy));
    DROVER_REFUSED(backend->mount(wanted.copy, 1), ErrorCode::FailedState);
}

} // namespace drover::tests
