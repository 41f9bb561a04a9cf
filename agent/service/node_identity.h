#pragma once

// Who this machine, this boot and this agent are; and the folder in which the agent remembers
// things.

#include "proto/model/id.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace drover::agent::service {

// Ids from the kernel's random source.
class RandomIdSource final : public model::IdSource
{
public:
    model::Uuid next() override; // version 4
};

// /etc/machine-id; nil where the machine has none.
[[nodiscard]] model::MachineId machineId();
// /proc/sys/kernel/random/boot_id.
[[nodiscard]] model::Result<model::BootId> bootId();
[[nodiscard]] std::string hostname();
// The address by which this machine reaches `endpoint` (tcp://HOST:PORT): what its peers can most
// likely reach it by.
[[nodiscard]] model::Result<std::string> addressTowards(const std::string& endpoint);

// The agent's folder: made if it is not there, and this process's alone as long as the object
// lives.
class StateFolder
{
public:
    // FailedState: another agent uses it.
    [[nodiscard]] static model::Result<StateFolder> open(const std::filesystem::path& path);
    // Whether an agent uses it now. For --status.
    [[nodiscard]] static bool inUse(const std::filesystem::path& path);
    StateFolder(StateFolder&& other) noexcept;
    StateFolder& operator=(StateFolder&&) = delete;
    ~StateFolder();

    // The node's id: of the key if that names one, else made once and kept here. Conflict: both,
    // and different.
    [[nodiscard]] model::Result<model::NodeId> nodeId(const std::optional<model::NodeId>& ofKey,
                                                      model::IdSource& ids) const;
    // The id of the pool at `path`: `marked` when its marker could be read, else what was
    // remembered. NotFound: never seen. Conflict: another pool lies at the path now.
    [[nodiscard]] model::Result<model::PoolId>
    poolId(const std::filesystem::path& path, const std::optional<model::PoolId>& marked) const;
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    StateFolder(std::filesystem::path path, int lock) : m_path(std::move(path)), m_lock(lock) {}

    std::filesystem::path m_path;
    int m_lock = -1;
};

} // namespace drover::agent::service
