#pragma once

// A cluster that was there before the benchmark: a store with nodes, their keys, and datasets that live on them.

#include "bus/transport/keys.h"
#include "proto/model/event.h"
#include "proto/model/result.h"
#include "tests/bench/support/figures.h"

#include <filesystem>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace drover::bench {

// The same ids in the same order in each run.
class SeededIds : public model::IdSource
{
public:
    model::Uuid next() override;

private:
    std::mt19937_64 m_random{1}; // NOLINT: meant to be the same
};

// A folder that goes with its owner.
class ScratchFolder
{
public:
    // Below `parent`, or where temporary files go.
    explicit ScratchFolder(const std::string& parent = {});
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

struct SeedNode
{
    model::NodeId id;
    model::MachineId machine;
    model::PoolId pool;
    std::string name;
    bus::KeyPair keys;
    model::Labels labels{}; // that its agent reports
    model::ByteCount capacity{1ULL << 50};
    model::ByteCount free{1ULL << 50};
    bool silent = false; // its agent never comes
};

struct SeedDataset
{
    model::DatasetId id;
    model::CopyId copy;
    std::size_t node = 0; // index
    std::string name;
    model::ByteCount size{1ULL << 30};
    model::ByteCount used{1ULL << 20};
    model::Labels labels{};
};

struct Seed
{
    std::filesystem::path state; // of control
    std::filesystem::path keys;  // holds control.key_secret
    bus::KeyPair control;
    bus::KeyPair admin;
    std::vector<SeedNode> nodes;
    std::vector<SeedDataset> datasets; // those of one node side by side
};

enum class Variety {
    None,    // everything like everything else
    Lifelike // names, sizes, labels, zones as people have them; some nodes full, some silent
};

// Makes the store in `folder`. Ends the program when it cannot.
[[nodiscard]] Seed makeSeed(const std::filesystem::path& folder, std::size_t nodes,
                            std::size_t datasetsPerNode, Variety variety = Variety::None);

// The record of a dataset as the seed has it.
[[nodiscard]] model::DatasetRecord recordOf(const Seed& seed, const SeedDataset& dataset);

// The value, or the end of the program with the reason.
template <class T>
T orGiveUp(model::Result<T> result, const char* what)
{
    if (!result)
        giveUp(std::string(what) + ": " + result.error().message);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace drover::bench
