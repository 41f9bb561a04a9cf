// The contract's cases about moving a copy to another pool.

#include "tests/support/backend/contract.h"

#include <thread>

namespace drover::tests {

using agent::backend::StorageBackend;
using model::CopyRole;
using model::ErrorCode;

BackendContract::BothEnds BackendContract::runPass(StorageBackend& source,
                                                   const model::CopyId& from,
                                                   StorageBackend& target, const model::CopyId& to,
                                                   bool final, std::uint64_t breakAfter)
{
    ChannelPair pair(breakAfter);
    BothEnds ends;
    const agent::backend::Canceller never;
    std::thread sender([&] {
        ends.sent = source.sendPass(from, final, pair.sender(), {}, never);
        if (!ends.sent)
            pair.cut();
    });
    ends.received = target.receivePass(to, final, pair.receiver(), {}, never);
    if (!ends.received)
        pair.cut();
    sender.join();
    return ends;
}

void BackendContract::aTransferCarriesEverything()
{
    if (!transfers())
        QSKIP("this kind moves by detaching and attaching");
    const auto here = newPool();
    const auto there = newPool();
    const auto source = here->start();
    const auto target = there->start();
    const auto from = identity("travelling");
    auto to = from;
    to.copy = {nextUuid()};
    to.role = CopyRole::Receiving;
    const auto up = bringUp(*source, from);
    DROVER_OK(up);
    const std::string large(3'000'000, 'x');
    QVERIFY(here->write(*up, "large", large));
    QVERIFY(here->write(*up, "small", "1"));
    DROVER_OK(target->create(to));

    auto live = runPass(*source, from.copy, *target, to.copy, /*final=*/false);
    DROVER_OK(live.sent);
    DROVER_OK(live.received);
    QVERIFY(live.sent->carried.value >= large.size());
    const auto between = target->inspect(to.copy);
    DROVER_OK(between);
    QVERIFY(!between->createdWhole);

    QVERIFY(here->write(*up, "small", "2"));
    QVERIFY(here->write(*up, "new", "3"));
    auto second = runPass(*source, from.copy, *target, to.copy, /*final=*/false);
    DROVER_OK(second.sent);
    QVERIFY(second.sent->carried.value < live.sent->carried.value);

    QVERIFY(here->write(*up, "last", "4"));
    // still mounted
    DROVER_REFUSED(runPass(*source, from.copy, *target, to.copy, /*final=*/true).sent,
                   ErrorCode::FailedState);
    DROVER_OK(bringDown(*source, from.copy));
    const auto last = runPass(*source, from.copy, *target, to.copy, /*final=*/true);
    DROVER_OK(last.sent);
    DROVER_OK(last.received);
    QVERIFY(!last.sent->digest.empty());
    QCOMPARE(last.sent->digest, last.received->digest);
    const auto whole = there->start()->inspect(to.copy); // durable: a new agent finds it whole
    DROVER_OK(whole);
    QVERIFY(whole->createdWhole);

    auto granted = to;
    granted.role = CopyRole::Primary;
    granted.epoch = 2;
    DROVER_OK(target->setIdentity(granted));
    const auto arrived = bringUp(*target, granted);
    DROVER_OK(arrived);
    QVERIFY(there->read(*arrived, "large") == large);
    QVERIFY(there->read(*arrived, "small") == "2");
    QVERIFY(there->read(*arrived, "new") == "3");
    QVERIFY(there->read(*arrived, "last") == "4");
    DROVER_OK(bringDown(*target, to.copy));
}

void BackendContract::aBrokenTransferIsRepeatedToItsEnd()
{
    if (!transfers())
        QSKIP("this kind moves by detaching and attaching");
    const auto here = newPool();
    const auto there = newPool();
    const auto source = here->start();
    const auto from = identity("breaking");
    auto to = from;
    to.copy = {nextUuid()};
    to.role = CopyRole::Receiving;
    const auto up = bringUp(*source, from);
    DROVER_OK(up);
    for (int i = 0; i < 5; ++i)
        QVERIFY(here->write(*up, "f" + std::to_string(i),
                            std::string(200'000, static_cast<char>('a' + i))));
    DROVER_OK(bringDown(*source, from.copy));
    DROVER_OK(there->start()->create(to));
    bool through = false;
    for (std::uint64_t breakAfter = 1; breakAfter < 200 && !through; ++breakAfter) {
        const auto target = there->start();
        const auto pass = runPass(*source, from.copy, *target, to.copy, /*final=*/true, breakAfter);
        const auto state = target->inspect(to.copy);
        DROVER_OK(state);
        // Whole if and only if all is there; that the sender was not told of it any more does not
        // change it.
        if (pass.sent.ok())
            QVERIFY(pass.received.ok());
        if (pass.received.ok())
            QVERIFY(state->createdWhole);
        through = pass.sent.ok();
        if (through)
            QCOMPARE(pass.sent->digest, pass.received->digest);
    }
    QVERIFY(through);
    const auto target = there->start();
    auto granted = to;
    granted.role = CopyRole::Primary;
    granted.epoch = 2;
    DROVER_OK(target->setIdentity(granted));
    const auto arrived = bringUp(*target, granted);
    DROVER_OK(arrived);
    for (int i = 0; i < 5; ++i)
        QVERIFY(there->read(*arrived, "f" + std::to_string(i)) ==
                std::string(200'000, static_cast<char>('a' + i)));
    DROVER_OK(bringDown(*target, to.copy));
}

void BackendContract::aTransferIsRefusedWhereItWouldOverwrite()
{
    if (!transfers())
        QSKIP("this kind moves by detaching and attaching");
    const auto pool = newPool();
    const auto backend = pool->start();
    const auto from = identity("source");
    const auto victim = identity("victim");
    DROVER_OK(bringUp(*backend, from));
    const auto up = bringUp(*backend, victim);
    DROVER_OK(up);
    QVERIFY(pool->write(*up, "precious", "data"));
    DROVER_OK(bringDown(*backend, victim.copy));
    const auto pass = runPass(*backend, from.copy, *backend, victim.copy, /*final=*/false);
    DROVER_REFUSED(pass.received, ErrorCode::FailedState);
    QVERIFY(!pass.sent.ok());
    const auto again = bringUp(*backend, victim);
    DROVER_OK(again);
    QVERIFY(pool->read(*again, "precious") == "data");
    DROVER_OK(bringDown(*backend, victim.copy));
    DROVER_OK(bringDown(*backend, from.copy));
}

void BackendContract::aCancelledTransferEnds()
{
    if (!transfers())
        QSKIP("this kind moves by detaching and attaching");
    const auto here = newPool();
    const auto there = newPool();
    const auto source = here->start();
    const auto target = there->start();
    const auto from = identity("cancelled");
    auto to = from;
    to.copy = {nextUuid()};
    to.role = CopyRole::Receiving;
    const auto up = bringUp(*source, from);
    DROVER_OK(up);
    QVERIFY(here->write(*up, "file", std::string(2'000'000, 'z')));
    DROVER_OK(target->create(to));
    ChannelPair pair;
    agent::backend::Canceller cancel;
    const agent::backend::Canceller never;
    model::Result<agent::backend::PassResult> sent = model::Error{};
    std::thread sender([&] {
        // Cancelled by its own first news of progress.
        sent = source->sendPass(
            from.copy, false, pair.sender(),
            [&](const model::TransferProgress&) { cancel.cancel(); }, cancel);
        pair.cut();
    });
    const auto received = target->receivePass(to.copy, false, pair.receiver(), {}, never);
    sender.join();
    DROVER_REFUSED(sent, ErrorCode::Unavailable);
    QVERIFY(!received.ok());
    DROVER_OK(bringDown(*source, from.copy));
}

} // namespace drover::tests
