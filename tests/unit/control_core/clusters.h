#pragma once

// Small clusters to start from, and ways to bring them into a situation.

#include "tests/unit/control_core/driver.h"

#include <QtTest/QtTest>

namespace drover::control::core::test {

inline model::DatasetCreate web(std::uint8_t number = 1)
{
    model::DatasetCreate verb;
    verb.name = "web";
    verb.size = model::ByteCount{1ULL << 30};
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
    explicit SharedCluster(model::Fence fence = model::Fence::None)
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

inline model::CopyState primaryOf(const Driver& driver, const model::DatasetId& id,
                                  model::CopyPhase phase)
{
    const auto& ledger = driver.ledger(id);
    model::CopyState copy;
    copy.dataset = id;
    copy.copy = ledger.copy;
    copy.pool = ledger.pool;
    copy.role = model::CopyRole::Primary;
    copy.epoch = ledger.epoch;
    copy.phase = phase;
    return copy;
}

// Time in which one node is silent and the others go on.
inline void passWithout(Driver& c, std::uint8_t number, model::Duration time)
{
    for (model::Duration done{0}; done < time; done += std::chrono::seconds{1}) {
        for (std::uint8_t n = 1; n <= 3; ++n)
            if (n != number)
                c.report(n, {});
        c.pass(std::chrono::seconds{1}, /*heartbeats=*/false);
    }
}

// Lets one node fall silent until it is unreachable.
inline void silence(Driver& c, std::uint8_t number)
{
    passWithout(c, number, std::chrono::seconds{25});
}

// Reports step by step, so that a hand-over from n1 to n2 stands in a phase.
inline void driveTo(Driver& c, const model::DatasetId& id, model::HandoverPhase phase)
{
    const auto handover = *c.ledger(id).handover;
    if (phase == model::HandoverPhase::Copying)
        return;
    model::CopyState target;
    target.dataset = id;
    target.copy = handover.targetCopy;
    target.pool = handover.targetPool;
    target.role = model::CopyRole::Receiving;
    target.epoch = 1;
    model::TransferProgress progress;
    progress.id = handover.transfer;
    progress.pass = 1;
    progress.passDone = true;
    target.transfer = progress;
    c.report(2, {target});
    auto source = primaryOf(c, id, model::CopyPhase::Mounted);
    source.transfer = progress;
    c.report(1, {source});
    QVERIFY(c.ledger(id).handover->phase == model::HandoverPhase::Frozen);
    if (phase == model::HandoverPhase::Frozen)
        return;
    progress.finalDone = true;
    progress.digest = "d";
    source.transfer = target.transfer = progress;
    source.phase = model::CopyPhase::Created;
    source.frozen = true;
    c.report(1, {source});
    c.report(2, {target});
    target.transfer->sealed = true; // by the order that names the digest
    c.report(2, {target});
    QVERIFY(c.ledger(id).handover->phase == model::HandoverPhase::Verified);
    if (phase == model::HandoverPhase::Verified)
        return;
    source.role = model::CopyRole::Released;
    c.report(1, {source});
    QVERIFY(c.ledger(id).handover->phase == model::HandoverPhase::Granted);
}

} // namespace drover::control::core::test

#define NOTHING_BROKEN(driver) QVERIFY2((driver).broken.empty(), qPrintable(brokenIn(driver)))
