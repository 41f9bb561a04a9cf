// The contract, kept by kind `directory`, and what is its own. Run as root it runs once more as a
// plain user.

#include "agent/backend/directory/directory_backend.h"
#include "tests/support/backend/folder_stage.h"

#include <filesystem>
#include <fstream>

namespace drover::tests {

using namespace agent::backend;
namespace fs = std::filesystem;
using model::CopyRole;
using model::ErrorCode;

class DirectoryContract : public BackendContract
{
    Q_OBJECT
protected:
    std::unique_ptr<PoolStage> newPool() override
    {
        return std::make_unique<FolderStage>("directory");
    }
private Q_SLOTS:
    void aPoolIsMadeOnceAndOnlyOfAnEmptyFolder();
    void anUnreadableIdentityIsShownNotHidden();
    void aForeignEntryInTheMountRootStays();
    void aLateWriteMakesAnOrphan_data();
    void aLateWriteMakesAnOrphan();
    void aLateWriteAfterAMoveMakesAnOrphan_data() { aLateWriteMakesAnOrphan_data(); }
    void aLateWriteAfterAMoveMakesAnOrphan();
    void whatUsersHadIsNotChangedInPlace();
    void usedSpaceIsCountedInTheBackground();
};

void DirectoryContract::aPoolIsMadeOnceAndOnlyOfAnEmptyFolder()
{
    FolderStage stage("directory");
    auto marker = readPoolMarker(stage.config().path);
    DROVER_OK(marker);
    DROVER_REFUSED(initPool(stage.config().path, *marker), model::ErrorCode::AlreadyExists);

    const fs::path used = stage.base() / "used";
    fs::create_directory(used);
    std::ofstream(used / "precious") << "data";
    DROVER_REFUSED(initPool(used, *marker), model::ErrorCode::FailedState);
    QVERIFY(fs::exists(used / "precious"));
    QVERIFY(!fs::exists(used / kPoolMarkerName));

    const fs::path half = stage.base() / "half"; // as left by an init that died before its marker
    fs::create_directories(half / "copies");
    std::ofstream(half / (std::string(".") + kPoolMarkerName + ".new")) << "{";
    DROVER_OK(initPool(half, *marker));
    DROVER_OK(readPoolMarker(half));

    marker->shared = true;
    DROVER_REFUSED(initPool(stage.base() / "shared", *marker), model::ErrorCode::Unsupported);
    marker->kind = "floppy";
    DROVER_REFUSED(initPool(stage.base() / "floppy", *marker), model::ErrorCode::Unsupported);
}

void DirectoryContract::anUnreadableIdentityIsShownNotHidden()
{
    FolderStage stage("directory");
    const auto backend = stage.start();
    const auto wanted = identity("torn");
    DROVER_OK(backend->create(wanted));
    const fs::path file = stage.config().path / "copies" / wanted.copy.toString() / "identity.json";
    for (const char* text : {"", "{", "[]", "{\"format\": 1}", "{\"format\": 99}"}) {
        std::ofstream(file, std::ios::trunc) << text;
        const auto copies = backend->list(false);
        DROVER_OK(copies);
        QCOMPARE(copies->size(), std::size_t{1});
        QCOMPARE(copies->front().identity.copy, wanted.copy);
        QVERIFY(!copies->front().createdWhole);
        QVERIFY(!copies->front().conditions.empty());
        QVERIFY(!backend->mount(wanted.copy, 1).ok());
        QVERIFY(!backend->create(wanted).ok()); // it is there, in whatever state
    }
}

void DirectoryContract::aForeignEntryInTheMountRootStays()
{
    FolderStage stage("directory");
    const auto backend = stage.start();
    const auto wanted = identity("taken");
    fs::create_directories(stage.config().mountRoot);
    std::ofstream(stage.config().mountRoot / "taken") << "somebody's file";
    DROVER_REFUSED(bringUp(*backend, wanted), model::ErrorCode::AlreadyExists);
    QVERIFY(fs::is_regular_file(stage.config().mountRoot / "taken"));
}

void DirectoryContract::aLateWriteMakesAnOrphan_data()
{
    QTest::addColumn<bool>("late");
    QTest::newRow("nothing was written") << false;
    QTest::newRow("a file was changed in place") << true;
}

void DirectoryContract::aLateWriteMakesAnOrphan()
{
    QFETCH(bool, late);
    FolderStage stage("directory");
    auto backend = stage.start();
    auto wanted = identity("leaving");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(stage.write(*up, "folder/file", "before"));
    DROVER_OK(bringDown(*backend, wanted.copy));
    wanted.role = CopyRole::Released;
    DROVER_OK(backend->setIdentity(wanted));
    DROVER_OK(backend->proveReleased(wanted.copy));
    if (late) {
        // By the path that it knew all the time.
        const fs::path file =
            stage.config().path / "copies" / wanted.copy.toString() / "data" / "folder" / "file";
        const fs::file_time_type was = fs::last_write_time(file);
        QTRY_VERIFY2((std::ofstream(file) << "after!", fs::last_write_time(file) != was),
                     "file times do not move");
    }
    backend = stage.start();
    DROVER_OK(backend->proveReleased(wanted.copy)); // asked again, it does not forget what it was
    wanted.role = CopyRole::Stale;
    for (int round = 0; round < 2; ++round) {
        const auto retired = backend->setIdentity(wanted);
        if (late)
            DROVER_REFUSED(retired, ErrorCode::Conflict);
        else
            DROVER_OK(retired);
    }
    const auto now = backend->inspect(wanted.copy);
    DROVER_OK(now);
    QVERIFY(now->identity.role == (late ? CopyRole::Orphan : CopyRole::Stale));
    QCOMPARE(now->conditions.size(), late ? std::size_t{1} : std::size_t{0});
    DROVER_OK(backend->destroy(wanted.copy)); // when it is ordered by name
}

// In the order in which an agent moves it: proven quiet, the final pass, released; and no proof
// after that.
void DirectoryContract::aLateWriteAfterAMoveMakesAnOrphan()
{
    QFETCH(bool, late);
    FolderStage stage("directory");
    FolderStage other("directory");
    const auto source = stage.start();
    const auto target = other.start();
    auto wanted = identity("moving");
    auto to = wanted;
    to.copy = {nextUuid()};
    to.role = CopyRole::Receiving;
    const auto up = bringUp(*source, wanted);
    DROVER_OK(up);
    QVERIFY(stage.write(*up, "file", "before"));
    DROVER_OK(target->create(to));
    DROVER_OK(bringDown(*source, wanted.copy));
    DROVER_OK(source->proveReleased(wanted.copy));
    const auto pass = runPass(*source, wanted.copy, *target, to.copy, /*final=*/true);
    DROVER_OK(pass.sent);
    DROVER_OK(pass.received);
    wanted.role = CopyRole::Released;
    DROVER_OK(source->setIdentity(wanted));
    if (late) {
        // A shell that sits in the folder makes a new file.
        const fs::path data = stage.config().path / "copies" / wanted.copy.toString() / "data";
        std::ofstream(data / "late") << "after";
    }
    wanted.role = CopyRole::Stale;
    const auto retired = source->setIdentity(wanted);
    if (late)
        DROVER_REFUSED(retired, ErrorCode::Conflict);
    else
        DROVER_OK(retired);
    const auto now = source->inspect(wanted.copy);
    DROVER_OK(now);
    QVERIFY(now->identity.role == (late ? CopyRole::Orphan : CopyRole::Stale));
}

// A copy that was received, used, and is to receive again: what its users kept of it stays theirs.
void DirectoryContract::whatUsersHadIsNotChangedInPlace()
{
    FolderStage stage("directory");
    FolderStage other("directory");
    const auto source = stage.start();
    const auto target = other.start();
    const auto from = identity("coming-back");
    auto to = from;
    to.copy = {nextUuid()};
    to.role = CopyRole::Receiving;
    std::string content(9'000'000, 'x');
    const auto up = bringUp(*source, from);
    DROVER_OK(up);
    QVERIFY(stage.write(*up, "big", content));
    DROVER_OK(target->create(to));
    DROVER_OK(bringDown(*source, from.copy));
    DROVER_OK(runPass(*source, from.copy, *target, to.copy, /*final=*/true).received);
    to.role = CopyRole::Primary;
    to.epoch = 2;
    DROVER_OK(target->setIdentity(to));
    DROVER_OK(bringUp(*target, to));
    const fs::path kept = other.base() / "kept";
    fs::create_hard_link(other.config().path / "copies" / to.copy.toString() / "data" / "big",
                         kept);
    DROVER_OK(bringDown(*target, to.copy));
    for (const CopyRole role : {CopyRole::Released, CopyRole::Stale, CopyRole::Receiving}) {
        to.role = role;
        DROVER_OK(target->setIdentity(to));
    }
    content.replace(5'000'000, 5, "other");
    const auto again = bringUp(*source, from);
    DROVER_OK(again);
    QVERIFY(stage.write(*again, "big", content));
    DROVER_OK(runPass(*source, from.copy, *target, to.copy, /*final=*/false).received);
    std::ifstream file(kept, std::ios::binary);
    const std::string there((std::istreambuf_iterator<char>(file)), {});
    QVERIFY(there == std::string(9'000'000, 'x'));
    DROVER_OK(bringDown(*source, from.copy));
}

void DirectoryContract::usedSpaceIsCountedInTheBackground()
{
    FolderStage stage("directory");
    const auto backend = stage.start();
    const auto wanted = identity("counted");
    const auto up = bringUp(*backend, wanted);
    DROVER_OK(up);
    QVERIFY(stage.write(*up, "bulk", std::string(2'000'000, 'b')));
    const auto fresh = stage.start();
    QTRY_VERIFY(fresh->inspect(wanted.copy)->used.has_value());
    QVERIFY(fresh->inspect(wanted.copy)->used->value > 1'900'000);
}

} // namespace drover::tests

int main(int argc, char** argv)
{
    return drover::tests::runAsPlainUserToo([&] {
        drover::tests::DirectoryContract contract;
        return QTest::qExec(&contract, argc, argv);
    });
}

#include "tst_backend_directory.moc"
