#pragma once

// Identities. A Uuid is 16 opaque bytes; an Id<Tag> is a Uuid that cannot be mistaken for that of
// another kind.

#include "proto/model/result.h"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace drover::model {

struct Uuid
{
    std::array<std::uint8_t, 16> bytes{};

    // The usual text form of 36 characters, either case. InvalidArgument for anything else.
    [[nodiscard]] static Result<Uuid> parse(std::string_view text);
    [[nodiscard]] std::string toString() const; // lower case, 36 characters
    [[nodiscard]] bool isNil() const { return *this == Uuid{}; }
    auto operator<=>(const Uuid&) const = default;
};

template <class Tag>
struct Id
{
    Uuid value;

    [[nodiscard]] static Result<Id> parse(std::string_view text)
    {
        auto uuid = Uuid::parse(text);
        if (!uuid)
            return uuid.error();
        return Id{*uuid};
    }
    [[nodiscard]] std::string toString() const { return value.toString(); }
    [[nodiscard]] bool isNil() const { return value.isNil(); }
    auto operator<=>(const Id&) const = default;
};

using ClusterId = Id<struct ClusterTag>;
using NodeId = Id<struct NodeTag>;
using PoolId = Id<struct PoolTag>;
using DatasetId = Id<struct DatasetTag>;
using CopyId = Id<struct CopyTag>;
using OperationId = Id<struct OperationTag>; // one hand-over
using TransferId = Id<struct TransferTag>;   // one stream of data; random, also its admission token
using HistoryId = Id<struct HistoryTag>;     // one store's past
using StreamId = Id<struct StreamTag>;       // one numbered stream of events
using SessionId = Id<struct SessionTag>;     // one agent process's talk with one control process
using LeaseToken = Id<struct LeaseTag>;
using KeyId = Id<struct KeyTag>;
using BootId = Id<struct BootTag>;       // /proc/sys/kernel/random/boot_id
using MachineId = Id<struct MachineTag>; // /etc/machine-id

// Number of a dataset's ownership. Grows with every grant, for ever; 0 = never granted.
using Epoch = std::uint64_t;
// Number of a committed change, without gaps; 0 = before the first.
using Revision = std::uint64_t;
// Number of a start of control, raised durably.
using Term = std::uint64_t;

// Where new ids come from: random in programs, seeded in simulation. Core code gets it as an
// argument.
class IdSource
{
public:
    virtual ~IdSource() = default;
    virtual Uuid next() = 0;
    template <class AnyId>
    AnyId make()
    {
        return AnyId{next()};
    }
};

} // namespace drover::model

template <>
struct std::hash<drover::model::Uuid>
{
    std::size_t operator()(const drover::model::Uuid& u) const noexcept
    {
        return std::hash<std::string_view>{}(
            {reinterpret_cast<const char*>(u.bytes.data()), u.bytes.size()});
    }
};
template <class Tag>
struct std::hash<drover::model::Id<Tag>>
{
    std::size_t operator()(const drover::model::Id<Tag>& id) const noexcept
    {
        return std::hash<drover::model::Uuid>{}(id.value);
    }
};
