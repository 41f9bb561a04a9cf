#pragma once

// A cluster in which most verbs find something to be refused for.

#include "tests/unit/control_core/clusters.h"

#include <functional>

namespace drover::control::core::test {

// Three nodes: n1 and n2 with loopback pools, n3 with a directory pool and a second loopback pool.
// `web` lives on n1, `old` is deleted, `db` is leased on n2.
struct Mixed : Driver
{
    model::DatasetId web, old, db;
    model::LeaseToken lease;
    Mixed()
    {
        join(1, {localPool(1, "default")});
        join(2, {localPool(2, "default")});
        join(3, {localPool(3, "files", "directory"), localPool(4, "default")});
        web = make("web", 1);
        old = make("old", 1);
        db = make("db", 2);
        converge();
        static_cast<void>(write(model::DatasetDelete{ref(old), std::nullopt, false}));
        lease = *write(model::LeaseAcquire{ref(db), node(2), "vm-1", std::nullopt})
                     ->results.front()
                     .lease;
        converge();
    }
    model::DatasetId make(const std::string& name, std::uint8_t number)
    {
        model::DatasetCreate verb;
        verb.name = name;
        verb.size = model::ByteCount{1ULL << 30};
        verb.node = node(number);
        return create(verb);
    }
};

inline model::DatasetCreate created(const std::string& name,
                                    std::function<void(model::DatasetCreate&)> change = {})
{
    model::DatasetCreate verb;
    verb.name = name;
    verb.size = model::ByteCount{1ULL << 30};
    verb.node = node(1);
    if (change)
        change(verb);
    return verb;
}

} // namespace drover::control::core::test
