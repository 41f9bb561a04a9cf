// The contract, kept by kind `directory`, and what is its own. Run as root it runs once more as a plain user.

#include "agent/backend/directory/directory_backend.h"
#include "tests/unit/backend/folder_stage.h"

#include <filesystem>
#include <fstream>

namespace drover::tests {

using namespace agent::backend;
namespace fs = std::filesystem;

class DirectoryContract : public BackendContract
{
    Q_OBJECT
protected:
    std::unique_ptr<PoolStage> newPool() override { return std::make_unique<FolderStage>("directory"); }
private Q_SLOTS:
    void aPoolIsMadeOnceAndOnlyOfAnEmptyFolder();
    void anUnreadableIdentityIsShownNotHidden();
    void aForeignEntryInTheMountRootStays();
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

} // namespace drover::tests

int main(int argc, char** argv)
{
    return drover::tests::runAsPlainUserToo([&] {
        drover::tests::DirectoryContract contract;
        return QTest::qExec(&contract, argc, argv);
    });
}

#include "tst_backend_directory.moc"
