#pragma once

// Pools of the kinds that live in real folders, in a folder of their own that goes with them.

#include "agent/backend/make_backend.h"
#include "tests/support/backend/contract.h"

#include <QtCore/QTemporaryDir>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace drover::tests {

class FolderStage : public PoolStage
{
public:
    explicit FolderStage(std::string kind, bool shared = false);
    // Another node on the same pool, with a mount root of its own. `pool` must outlive it.
    FolderStage(const FolderStage& pool, std::string nodeName);
    // Takes down whatever is still mounted or attached; a guest leaves that to its host.
    ~FolderStage() override;
    FolderStage& operator=(const FolderStage&) = delete;

    std::unique_ptr<agent::backend::StorageBackend> start() override;
    bool write(const model::LocalCopy& copy, const std::string& file,
               const std::string& bytes) override;
    std::optional<std::string> read(const model::LocalCopy& copy, const std::string& file) override;
    std::shared_ptr<void> holdOpen(const model::LocalCopy& copy, const std::string& file) override;
    void setMarker(bool present) override;

    [[nodiscard]] const agent::backend::PoolConfig& config() const { return m_config; }
    [[nodiscard]] agent::backend::SystemCommandRunner& runner() { return m_runner; }
    // As after a restart of the machine: another boot id. (What was attached has to be taken down
    // before.)
    void reboot();
    [[nodiscard]] std::filesystem::path base() const { return m_base; }

private:
    QTemporaryDir m_temporary;
    std::filesystem::path m_base;
    agent::backend::PoolConfig m_config;
    bool m_guest = false; // the pool is another stage's
    agent::backend::SystemCommandRunner m_runner;
};

// Runs `tests` as a plain user first if this is root, then as whoever it is; returns the number of
// failures. For main().
int runAsPlainUserToo(const std::function<int()>& tests);

} // namespace drover::tests
