#include "tests/sim/disk.h"

#include "proto/model/mutation.h"

#include <algorithm>
#include <cstdio>

namespace drover::sim {

namespace {

// each token stands for so many bytes of a real volume
constexpr model::ByteCount kTokenBytes{4ULL << 20};

} // namespace

bool Disk::usable() const { return markerThere || DROVER_MUTATION("ignore-pool-marker"); }

model::ByteCount Disk::used() const
{
    model::ByteCount sum;
    for (const auto& [id, copy] : copies)
        sum.value += block ? copy.size.value_or(model::ByteCount{}).value
                           : copy.data.size() * kTokenBytes.value;
    return sum;
}

model::PoolState Disk::probe() const
{
    model::PoolState state;
    state.id = marker.pool;
    state.name = name;
    state.kind = marker.kind;
    state.shared = marker.shared;
    state.fence = marker.fence;
    state.capabilities.sizes = block;
    state.capabilities.growOnline = block;
    state.capabilities.growOffline = block;
    state.capabilities.provenRelease = block;
    state.capabilities.transfer = true;
    if (block) {
        state.capabilities.filesystems = {"btrfs", "ext4", "xfs"};
        state.capabilities.defaultFilesystem = "ext4";
    }
    state.available = usable();
    if (!usable()) {
        model::Condition missing;
        missing.type = model::ConditionType::PoolUnavailable;
        missing.severity = model::ConditionSeverity::Error;
        missing.reason = "MarkerMissing";
        missing.message = "the pool's folder has no marker";
        state.conditions.push_back(missing);
        return state;
    }
    state.capacity = capacity;
    const model::ByteCount taken = used();
    state.free = model::ByteCount{capacity.value > taken.value ? capacity.value - taken.value : 0};
    return state;
}

model::LocalCopy look(const Disk& disk, const DiskCopy& copy, const Machine& machine)
{
    model::LocalCopy local;
    local.identity = copy.identity;
    local.createdWhole = copy.whole;
    if (disk.block) {
        local.size = copy.size;
        if (machine.attached.contains(copy.identity.copy))
            local.phase = model::CopyPhase::Attached;
        else if (disk.marker.shared && copy.isLockedBy(machine.node))
            local.phase = model::CopyPhase::Locked;
        if (copy.formatted) {
            local.filesystem =
                copy.identity.spec.filesystem.empty() ? "ext4" : copy.identity.spec.filesystem;
            if (local.phase == model::CopyPhase::Attached)
                local.phase = model::CopyPhase::Formatted;
        }
    }
    if (machine.mounted.contains(copy.identity.copy)) {
        local.phase = model::CopyPhase::Mounted;
        local.publishedName = copy.identity.name;
        local.path = "/mnt/" + copy.identity.name;
    }
    local.used = model::ByteCount{copy.data.size() * kTokenBytes.value};
    return local;
}

std::string digestOf(const std::vector<Token>& data)
{
    std::uint64_t hash = 1469598103934665603ULL;
    for (const Token token : data) {
        hash ^= token;
        hash *= 1099511628211ULL;
    }
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

} // namespace drover::sim
