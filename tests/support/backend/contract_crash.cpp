// The contract's cases about dying anywhere and going on.

#include "tests/support/backend/contract.h"

#include <csignal>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

namespace drover::tests {

using model::CopyRole;
using model::ErrorCode;

bool BackendContract::diesAt(int n, const std::function<bool()>& act)
{
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string at = "*:" + std::to_string(n);
        ::setenv("DROVER_CRASH_AT", at.c_str(), 1);
        std::_Exit(act() ? 0 : 3);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return true;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        qFatal("the child failed without having died: %d", status);
    return false;
}

model::Result<model::LocalCopy> BackendContract::repeatAndTakeOver(
    agent::backend::StorageBackend& source, const model::CopyIdentity& from,
    agent::backend::StorageBackend& target, const model::CopyIdentity& to)
{
    const auto again = runPass(source, from.copy, target, to.copy, /*final=*/true);
    if (!again.sent)
        return again.sent.error();
    if (!again.received)
        return again.received.error();
    if (again.sent->digest != again.received->digest)
        return model::Error{ErrorCode::Internal, "the ends have other digests", {}, {}};
    auto granted = to;
    granted.role = CopyRole::Primary;
    granted.epoch = 2;
    if (auto set = target.setIdentity(granted); !set)
        return set.error();
    return bringUp(target, granted);
}

void BackendContract::aCrashOnTheWayUpAndDownIsCompletedByRepeating()
{
    if (!survivesProcess())
        QSKIP("in memory");
    int points = 0;
    for (bool died = true; died; ++points) {
        const auto pool = newPool();
        const auto wanted = identity("crashing");
        auto renamed = wanted;
        renamed.name = "renamed";
        died = diesAt(points + 1, [&] {
            const auto backend = pool->start();
            const auto up = bringUp(*backend, wanted);
            if (!up || !pool->write(*up, "file", "content"))
                return false;
            if (!backend->setIdentity(renamed) || !backend->mount(wanted.copy, 1))
                return false;
            return bringDown(*backend, wanted.copy).ok();
        });
        const auto backend = pool->start();
        const auto copies = backend->list(false);
        DROVER_OK(copies);
        QVERIFY(copies->size() <= 1);
        if (!copies->empty())
            QVERIFY(copies->front().identity == wanted || copies->front().identity == renamed);
        DROVER_OK(backend->create(wanted));
        DROVER_OK(backend->setIdentity(renamed));
        const auto up = bringUp(*backend, renamed);
        DROVER_OK(up);
        QCOMPARE(up->publishedName, std::string("renamed"));
        const auto content = pool->read(*up, "file");
        QVERIFY(
            !content || content == "content" ||
            content->empty()); // it was never synced; what matters is that nothing else is there
        QVERIFY(pool->write(*up, "more", "m"));
        DROVER_OK(bringDown(*backend, wanted.copy));
        DROVER_OK(backend->proveReleased(wanted.copy));
        DROVER_OK(backend->destroy(wanted.copy));
        const auto after = backend->list(false);
        DROVER_OK(after);
        QVERIFY(after->empty());
    }
    QVERIFY2(points > 10, "the crash points are not compiled in");
}

void BackendContract::aCrashInDestroyIsCompletedByRepeating()
{
    if (!survivesProcess())
        QSKIP("in memory");
    int points = 0;
    for (bool died = true; died; ++points) {
        const auto pool = newPool();
        const auto doomed = identity("doomed");
        const auto spared = identity("spared");
        {
            const auto backend = pool->start();
            for (const auto& each : {doomed, spared}) {
                const auto up = bringUp(*backend, each);
                DROVER_OK(up);
                QVERIFY(pool->write(*up, "file", each.name));
                QVERIFY(pool->write(*up, "folder/file", each.name));
                DROVER_OK(bringDown(*backend, each.copy));
            }
        }
        died = diesAt(points + 1, [&] { return pool->start()->destroy(doomed.copy).ok(); });
        const auto backend = pool->start();
        const auto left = backend->inspect(doomed.copy);
        // Half destroyed, it is never offered as the dataset again.
        if (left && (!left->createdWhole || left->identity.role != CopyRole::Primary))
            QVERIFY(!backend->mount(doomed.copy, 1).ok());
        DROVER_OK(backend->destroy(doomed.copy));
        DROVER_REFUSED(backend->inspect(doomed.copy), ErrorCode::NotFound);
        const auto up = bringUp(*backend, spared);
        DROVER_OK(up);
        QVERIFY(pool->read(*up, "folder/file") == "spared");
        DROVER_OK(bringDown(*backend, spared.copy));
    }
    QVERIFY(points > 3);
}

void BackendContract::aCrashInReceptionIsCompletedByRepeating()
{
    if (!survivesProcess() || !transfers())
        QSKIP("in memory, or not sent");
    const auto here = newPool();
    const auto source = here->start();
    const auto from = identity("source");
    const auto up = bringUp(*source, from);
    DROVER_OK(up);
    QVERIFY(here->write(*up, "a", std::string(300'000, 'a')));
    QVERIFY(here->write(*up, "b/c", std::string(1000, 'c')));
    DROVER_OK(bringDown(*source, from.copy));
    // Every point of the tree kind; of the block kind, which passes one for each block, a sample.
    const int stride = isBlockKind() ? 7 : 1;
    int points = 0;
    for (bool died = true; died; points += stride) {
        const auto there = newPool();
        auto to = from;
        to.copy = {nextUuid()};
        to.role = CopyRole::Receiving;
        DROVER_OK(there->start()->create(to));
        died = diesAt(points + 1, [&] {
            const auto reading = here->start();
            const auto target = there->start();
            const auto ends = runPass(*reading, from.copy, *target, to.copy, /*final=*/true);
            return ends.sent.ok() && ends.received.ok();
        });
        const auto target = there->start();
        const auto state = target->inspect(to.copy);
        DROVER_OK(state);
        if (!died)
            QVERIFY(state->createdWhole);
        const auto arrived = repeatAndTakeOver(*source, from, *target, to);
        DROVER_OK(arrived);
        QVERIFY(there->read(*arrived, "a") == std::string(300'000, 'a'));
        QVERIFY(there->read(*arrived, "b/c") == std::string(1000, 'c'));
        DROVER_OK(bringDown(*target, to.copy));
    }
    QVERIFY(points > 3);
}

// What the receiver has of a big file is overwritten where it lies: whoever dies in between has it
// half old and half new, under the times of either.
void BackendContract::aCrashWhileABigFileIsChangedIsCompletedByRepeating()
{
    if (!survivesProcess() || !transfers() || isBlockKind())
        QSKIP("in memory, or not by files");
    const auto here = newPool();
    const auto source = here->start();
    const auto from = identity("source");
    std::string old(9'000'000, 'o');
    std::string now = old;
    now.resize(9'500'000, 'g');
    now.replace(10, 5, "first");
    now.replace(4'000'000, 400'000, std::string(400'000, '\0'));
    now.replace(8'000'000, 5, "last!");
    int points = 0;
    for (bool died = true; died; ++points) {
        const auto there = newPool();
        auto to = from;
        to.copy = {nextUuid()};
        to.role = CopyRole::Receiving;
        const auto up = bringUp(*source, from);
        DROVER_OK(up);
        QVERIFY(here->write(*up, "big", old));
        DROVER_OK(there->start()->create(to));
        died = diesAt(points + 1, [&] {
            const std::string at = ::getenv("DROVER_CRASH_AT");
            ::unsetenv("DROVER_CRASH_AT");
            const auto reading = here->start();
            const auto target = there->start();
            if (!runPass(*reading, from.copy, *target, to.copy, /*final=*/false).sent.ok() ||
                !here->write(*up, "big", now) || !bringDown(*reading, from.copy).ok())
                return false;
            ::setenv("DROVER_CRASH_AT", at.c_str(), 1);
            const auto ends = runPass(*reading, from.copy, *target, to.copy, /*final=*/true);
            return ends.sent.ok() && ends.received.ok() && ends.sent->carried.value < 1'500'000;
        });
        DROVER_OK(bringDown(*source, from.copy));
        const auto target = there->start();
        const auto state = target->inspect(to.copy);
        DROVER_OK(state);
        if (!died)
            QVERIFY(state->createdWhole);
        const auto arrived = repeatAndTakeOver(*source, from, *target, to);
        DROVER_OK(arrived);
        QVERIFY(there->read(*arrived, "big") == now);
        DROVER_OK(bringDown(*target, to.copy));
    }
    QVERIFY(points > 10);
}

} // namespace drover::tests
