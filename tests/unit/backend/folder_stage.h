#pragma once

// Pools of the kinds that live in real folders, in a folder of their own that goes with them.

#include "agent/backend/make_backend.h"
#include "tests/unit/backend/contract.h"

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

    std::unique_ptr<agent::backend::StorageBackend> start() override;
    bool write(const model::LocalCopy& copy, const std::string& file, const std::string& bytes) override;
    std::optional<std::string> read(const model::LocalCopy& copy, const std::string& file) override;
    std::shared_ptr<void> holdOpen(const model::LocalCopy& copy, const std::string& file) override;
    void setMarker(bool present) override;

    [[nodiscard]] const agent::backend::PoolConfig& config() const { return m_config; }
    [[nodiscard]] std::filesystem::path base() const { return m_base; }

private:
    QTemporaryDir m_temporary;
    std::filesystem::path m_base;
    agent::backend::PoolConfig m_config;
    agent::backend::SystemCommandRunner m_runner;
};

// Runs `tests` as a plain user first if this is root, then as whoever it is; returns the number of failures. For main().
int runAsPlainUserToo(const std::function<int()>& tests);

} // namespace drover::tests
