// Copies of a pool that several agents share: what one is making, no other takes for a leftover.

#include "agent/backend/support/copy_store.h"
#include "tests/support/backend/folder_stage.h"

#include <QtTest/QtTest>

#include <filesystem>
#include <fstream>

using namespace drover;
using namespace drover::agent::backend;
using drover::tests::FolderStage;
using model::ErrorCode;
namespace fs = std::filesystem;

class TestCopyStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aDraftInTheMakingIsNotSwept();
    void twoMakersOfOneCopyDoNotMix();
    void whatADeathLeftIsSwept();

private:
    [[nodiscard]] model::CopyIdentity identity() const;

    std::unique_ptr<FolderStage> m_stage;
};

void TestCopyStore::init() { m_stage = std::make_unique<FolderStage>("loopback", /*shared=*/true); }

model::CopyIdentity TestCopyStore::identity() const
{
    model::CopyIdentity identity;
    identity.cluster = readPoolMarker(m_stage->config().path)->cluster;
    identity.dataset.value.bytes[0] = 1;
    identity.copy.value.bytes[0] = 2;
    identity.epoch = 1;
    identity.name = "web";
    return identity;
}

void TestCopyStore::aDraftInTheMakingIsNotSwept()
{
    CopyStore maker(m_stage->config());
    const auto wanted = identity();
    const auto made = maker.create(wanted, [&](const Fd& folder) -> model::Result<void> {
        if (auto file = replaceFile(folder.get(), "content", "all of it"); !file)
            return file;
        // Another agent starts, and looks into the pool for the first time.
        CopyStore newcomer(m_stage->config());
        const auto pool = newcomer.open();
        if (!pool)
            return pool.error();
        return {};
    });
    QVERIFY2(made.ok(), made ? "" : made.error().message.c_str());
    QVERIFY(fs::exists(maker.folderOf(wanted.copy) / "content"));
    QVERIFY(maker.find(wanted.copy).ok());
}

void TestCopyStore::twoMakersOfOneCopyDoNotMix()
{
    CopyStore first(m_stage->config());
    CopyStore second(m_stage->config());
    const auto wanted = identity();
    const auto nothing = [](const Fd&) -> model::Result<void> { return {}; };
    const auto made = first.create(wanted, [&](const Fd& folder) -> model::Result<void> {
        const auto refused = second.create(wanted, nothing);
        if (refused)
            return model::Error{ErrorCode::FailedState, "two made it", {}, {}};
        if (refused.error().code != ErrorCode::Unavailable)
            return refused.error();
        return replaceFile(folder.get(), "content", "all of it");
    });
    QVERIFY2(made.ok(), made ? "" : made.error().message.c_str());
    QVERIFY(second.create(wanted, nothing).ok()); // made already
    QVERIFY(fs::exists(first.folderOf(wanted.copy) / "content"));
}

void TestCopyStore::whatADeathLeftIsSwept()
{
    const auto wanted = identity();
    const fs::path content = CopyStore(m_stage->config()).folderOf(wanted.copy).parent_path();
    for (const char* name : {".new-", ".gone-"}) {
        const fs::path left = content / (name + wanted.copy.toString());
        fs::create_directory(left);
        std::ofstream(left / "image") << "half";
        std::ofstream(left / "lock.flock");
    }
    CopyStore store(m_stage->config());
    QVERIFY(store.open().ok());
    QVERIFY(fs::is_empty(content));
    const auto made = store.create(wanted, [](const Fd&) -> model::Result<void> { return {}; });
    QVERIFY2(made.ok(), made ? "" : made.error().message.c_str());
}

QTEST_GUILESS_MAIN(TestCopyStore)

#include "tst_copy_store.moc"
