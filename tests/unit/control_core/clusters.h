#pragma once

// Small clusters to start from, and ways to bring them into a situation.

#include "tests/unit/control_core/driver.h"

#include <QtTest/QtTest>

namespace drover::control::core::test {

using namespace model;
using namespace std::chrono_literals;

inline DatasetCreate web(std::uint8_t number = 1)
{
    DatasetCreate verb;
    verb.name = "web";
    verb.size = ByteCount{1ULL << 30};
    verb.node = node(number);
    return verb;
}

// Three nodes with a local pool each.
struct LocalCluster : Driver
{
    LocalCluster()
    {
        for (std::uint8_t n = 1; n <= 3; ++n)
            join(n, {localPool(n, "default")});
    }
};

struct SharedCluster : Driver
{
    explicit SharedCluster(Fence fence = Fence::None)
    {
        for (std::uint8_t n = 1; n <= 3; ++n)
            join(n, {sharedPool(9, "san", fence)});
    }
};

inline QString brokenIn(const Driver& driver)
{
    QStringList lines;
    for (const auto& line : driver.broken)
        lines << QString::fromStdString(line);
    return lines.join(QLatin1String("\n"));
}

inline CopyState primaryOf(const Driver& driver, const DatasetId& id, CopyPhase phase)
{
    const auto& ledger = driver.ledger(id);
    CopyState copy;
    copy.dataset = id;
    copy.copy = ledger.copy;
    copy.pool = ledger.pool;
    copy.role = CopyRole::Primary;
    copy.epoch = ledger.epoch;
    copy.phase = phase;
    return copy;
}

// Time in which one node is silent and the others go on.
inline void passWithout(Driver& c, std::uint8_t number, Duration time)
{
    for (Duration done{0}; done < time; done += 1s) {
        for (std::uint8_t n = 1; n <= 3; ++n)
            if (n != number)
                c.report(n, {});
        c.pass(1s, /*heartbeats=*/false);
    }
}

// Lets one node fall silent until it is unreachable.
inline void silence(Driver& c, std::uint8_t number) { passWithout(c, number, 25s); }

// Reports step by step, so that a hand-over from n1 to n2 stands in a phase.
inline void driveTo(Driver& c, const DatasetId& id, HandoverPhase phase)
{
    const auto handover = *c.ledger(id).handover;
    if (phase == HandoverPhase::Copying)
        return;
    CopyState target;
    target.dataset = id;
    target.copy = handover.targetCopy;
    target.pool = handover.targetPool;
    target.role = CopyRole::Receiving;
    target.epoch = 1;
    TransferProgress progress;
    progress.id = handover.transfer;
    progress.pass = 1;
    progress.passDone = true;
    target.transfer = progress;
    c.report(2, {target});
    auto source = primaryOf(c, id, CopyPhase::Mounted);
    source.transfer = progress;
    c.report(1, {source});
    QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Frozen);
    if (phase == HandoverPhase::Frozen)
        return;
    progress.finalDone = true;
    progress.digest = "d";
    source.transfer = target.transfer = progress;
    source.phase = CopyPhase::Created;
    source.frozen = true;
    c.report(1, {source});
    c.report(2, {target});
    QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Verified);
    if (phase == HandoverPhase::Verified)
        return;
    source.role = CopyRole::Released;
    c.report(1, {source});
    QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Granted);
}

} // namespace drover::control::core::test

#define NOTHING_BROKEN(driver) QVERIFY2((driver).broken.empty(), qPrintable(brokenIn(driver)))
