// The contract, kept by the fake in memory as a folder kind and as a block kind, and the faults
// that the faulty one puts before it.

#include "agent/backend/fake/fake_backend.h"
#include "agent/backend/fake/faulty_backend.h"
#include "tests/support/backend/contract.h"

#include <thread>

namespace drover::tests {

using namespace agent::backend;

class FakeStage final : public PoolStage
{
public:
    explicit FakeStage(bool block) : m_disk(marker(block), block) {}

    std::unique_ptr<StorageBackend> start() override
    {
        return std::make_unique<FakeBackend>(m_disk, "fake");
    }
    bool write(const model::LocalCopy& copy, const std::string& file,
               const std::string& bytes) override
    {
        return m_disk.write(copy.identity.copy, file, bytes);
    }
    std::optional<std::string> read(const model::LocalCopy& copy, const std::string& file) override
    {
        const auto now = start()->inspect(copy.identity.copy);
        if (!now || now->phase != model::CopyPhase::Mounted || now->path != copy.path)
            return std::nullopt;
        const FakeContent content = m_disk.content(copy.identity.copy);
        const auto found = content.find(file);
        if (found == content.end())
            return std::nullopt;
        return found->second;
    }
    std::shared_ptr<void> holdOpen(const model::LocalCopy& copy, const std::string&) override
    {
        if (!m_disk.open(copy.identity.copy, 4711))
            return nullptr;
        const model::CopyId id = copy.identity.copy;
        return {this, [this, id](void*) { m_disk.close(id, 4711); }};
    }
    void setMarker(bool present) override { m_disk.setAvailable(present); }

private:
    static model::PoolMarker marker(bool block)
    {
        model::PoolMarker made;
        made.cluster.value.bytes[0] = 0xc1;
        made.pool = {nextUuid()};
        made.kind = block ? "fake-block" : "fake";
        return made;
    }
    FakeDisk m_disk;
};

class FakeFolderContract : public BackendContract
{
    Q_OBJECT
protected:
    std::unique_ptr<PoolStage> newPool() override
    {
        return std::make_unique<FakeStage>(/*block=*/false);
    }
    [[nodiscard]] bool survivesProcess() const override { return false; }
private Q_SLOTS:
    void faultsComeWhereTheyWereOrdered();
    void aHangingCallGoesOnWhenLetGo();
};

void FakeFolderContract::faultsComeWhereTheyWereOrdered()
{
    FakeStage stage(false);
    const auto inner = stage.start();
    FaultyBackend faulty(*inner);
    const auto wanted = identity("faulty");
    faulty.injectAt(1, Fault::FailBefore);
    faulty.injectAt(2, Fault::FailAfter);
    DROVER_REFUSED(faulty.create(wanted), model::ErrorCode::Io);
    DROVER_REFUSED(inner->inspect(wanted.copy), model::ErrorCode::NotFound);
    DROVER_REFUSED(faulty.create(wanted), model::ErrorCode::Io);
    DROVER_OK(inner->inspect(wanted.copy));
    DROVER_OK(faulty.create(wanted));
    QCOMPARE(faulty.calls(), std::uint64_t{3});
}

void FakeFolderContract::aHangingCallGoesOnWhenLetGo()
{
    FakeStage stage(false);
    const auto inner = stage.start();
    FaultyBackend faulty(*inner);
    const auto wanted = identity("hanging");
    faulty.injectAt(1, Fault::Hang);
    std::thread caller([&] { static_cast<void>(faulty.create(wanted).ok()); });
    faulty.waitUntilHanging();
    const auto meanwhile = inner->inspect(wanted.copy);
    faulty.release();
    caller.join();
    DROVER_REFUSED(meanwhile, model::ErrorCode::NotFound);
    DROVER_OK(inner->inspect(wanted.copy));
}

class FakeBlockContract : public BackendContract
{
    Q_OBJECT
protected:
    std::unique_ptr<PoolStage> newPool() override
    {
        return std::make_unique<FakeStage>(/*block=*/true);
    }
    [[nodiscard]] bool isBlockKind() const override { return true; }
    [[nodiscard]] bool survivesProcess() const override { return false; }
};

} // namespace drover::tests

int main(int argc, char** argv)
{
    drover::tests::FakeFolderContract folder;
    drover::tests::FakeBlockContract block;
    return QTest::qExec(&folder, argc, argv) + QTest::qExec(&block, argc, argv);
}

#include "tst_backend_fake.moc"
