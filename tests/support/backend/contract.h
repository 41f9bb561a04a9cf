#pragma once

// What every kind of storage must do, whatever it is made of. A kind's test derives from this
// class, says how its pools are made and how a user writes into a mounted dataset, and gets every
// case below.
//
// "Restart": most cases go on with a new backend object on the same pool, as an agent does that was
// started anew.

#include "agent/backend/backend.h"
#include "tests/support/backend/channel_pair.h"

#include <QtTest/QtTest>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace drover::tests {

// A pool on a node; the storage stays until this object goes.
class PoolStage
{
public:
    virtual ~PoolStage() = default;
    // A new backend object on this pool.
    virtual std::unique_ptr<agent::backend::StorageBackend> start() = 0;
    // What a user of the mounted dataset does. False: he could not.
    virtual bool write(const model::LocalCopy& copy, const std::string& file,
                       const std::string& bytes) = 0;
    virtual std::optional<std::string> read(const model::LocalCopy& copy,
                                            const std::string& file) = 0;
    // Somebody holds a file of it open for writing, from outside of this process; let go when the
    // object dies.
    virtual std::shared_ptr<void> holdOpen(const model::LocalCopy& copy,
                                           const std::string& file) = 0;
    // Takes the marker away, or puts it back.
    virtual void setMarker(bool present) = 0;
};

class BackendContract : public QObject
{
    Q_OBJECT

public:
    // Both ends of one pass, each on its own thread.
    struct BothEnds
    {
        model::Result<agent::backend::PassResult> sent = model::Error{};
        model::Result<agent::backend::PassResult> received = model::Error{};
    };
    static BothEnds runPass(agent::backend::StorageBackend& source, const model::CopyId& from,
                            agent::backend::StorageBackend& target, const model::CopyId& to,
                            bool final, std::uint64_t breakAfter = 0);

protected:
    virtual std::unique_ptr<PoolStage> newPool() = 0;
    [[nodiscard]] virtual bool transfers() const { return true; }
    [[nodiscard]] virtual bool isBlockKind() const { return false; }
    // false: in memory, so no crash can be tried
    [[nodiscard]] virtual bool survivesProcess() const { return true; }
    [[nodiscard]] virtual std::string filesystem() const { return {}; }

    [[nodiscard]] model::CopyIdentity identity(const std::string& name) const;
    // The final pass once more, and the grant at epoch 2; brings the target up.
    static model::Result<model::LocalCopy> repeatAndTakeOver(agent::backend::StorageBackend& source,
                                                             const model::CopyIdentity& from,
                                                             agent::backend::StorageBackend& target,
                                                             const model::CopyIdentity& to);
    // create, attach, format, mount; returns what inspect() then says.
    static model::Result<model::LocalCopy> bringUp(agent::backend::StorageBackend& backend,
                                                   const model::CopyIdentity& identity);
    static model::Result<void> bringDown(agent::backend::StorageBackend& backend,
                                         const model::CopyId& copy);

    // Runs `act` in a child that dies at its n-th crash point. False: it came through, there are
    // fewer points.
    static bool diesAt(int n, const std::function<bool()>& act);

private Q_SLOTS:
    void aFreshPoolIsAvailableAndEmpty();
    void aMountedDatasetKeepsWhatIsWritten();
    void everyStepMayBeRepeated();
    void creationIsRefusedForAnotherDataset();
    void aCopyThatIsNotThereIsNotFound();
    void onlyThePrimaryAtItsEpochIsMounted();
    void identitiesNeverGoBack();
    void aReceivingCopyIsNotWhole();
    void aRenameMovesThePublishedName();
    void aNameIsNeverTakenFromAnother();
    void aBusyMountStaysAndNamesItsUsers();
    void aPoolWithoutMarkerDoesNothing();
    void destroyTakesExactlyOneCopy();
    void destroyRefusesWhatIsMounted();
    void releaseIsProvenOnlyWhenItIsDown();
    void aTransferCarriesEverything();
    void aBrokenTransferIsRepeatedToItsEnd();
    void aTransferIsRefusedWhereItWouldOverwrite();
    void aCancelledTransferEnds();
    void aCrashOnTheWayUpAndDownIsCompletedByRepeating();
    void aCrashInDestroyIsCompletedByRepeating();
    void aCrashInReceptionIsCompletedByRepeating();
    void aCrashWhileABigFileIsChangedIsCompletedByRepeating();
};

// For QVERIFY2-like checks of Results: fails the case with the error's text.
#define DROVER_OK(result)                                                                          \
    do {                                                                                           \
        const auto& droverResult = (result);                                                       \
        if (!droverResult.ok())                                                                    \
            QFAIL((droverResult.error().message + " | " + droverResult.error().subject).c_str());  \
    } while (false)
#define DROVER_REFUSED(result, wanted)                                                             \
    do {                                                                                           \
        const auto& droverResult = (result);                                                       \
        QVERIFY2(!droverResult.ok(), "it was not refused");                                        \
        QCOMPARE(std::string(drover::model::toString(droverResult.error().code)),                  \
                 std::string(drover::model::toString(wanted)));                                    \
    } while (false)

// Unique in this process; readable in failures.
[[nodiscard]] model::Uuid nextUuid();

} // namespace drover::tests
