#pragma once

// A random but repeatable life of a cluster: records and facts that come, change and go.

#include "tests/support/fake_control.h"

namespace drover::test {

class Workload
{
public:
    explicit Workload(FakeControl& control) : m_control(control)
    {
        for (int i = 0; i < 24; ++i)
            m_ids.push_back(control.freshUuid());
    }

    // One change of the configuration, the ledger or the state.
    void step()
    {
        using namespace model;
        bus::SeededRandom& random = m_control.world.random();
        const Uuid id = m_ids[random.below(m_ids.size())];
        switch (random.below(9)) {
        case 0:
        case 1:
            m_control.commit({RecordPut{dataset(id)}, RecordPut{ledger(id)}});
            break;
        case 2:
            m_control.commit(
                {RecordRemoved{keyOf(Record{dataset(id)})}, RecordPut{Tombstone{{id}}}});
            break;
        case 3:
            m_control.commit(
                {RecordPut{LeaseRecord{{id}, {id}, {id}, "holder", {}, m_control.wall()}}});
            break;
        case 4:
            m_control.commit({RecordRemoved{keyOf(Record{LeaseRecord{{id}, {}, {}, "", {}, {}}})}});
            break;
        case 5:
            m_control.report({NodeStatePut{node(id)}});
            break;
        case 6:
            m_control.report({CopyStatePut{{id}, copy(id)}, DatasetStatusPut{status(id)}});
            break;
        case 7:
            m_control.report({CopyStateRemoved{{{id}, {id}}}, DatasetStatusRemoved{{id}}});
            break;
        default: // a commit and the facts that follow from it
            m_control.commit({RecordPut{dataset(id)}});
            m_control.report({DatasetStatusPut{status(id)}});
        }
    }

    [[nodiscard]] model::DatasetRecord dataset(const model::Uuid& id)
    {
        model::DatasetRecord record;
        record.id = {id};
        record.header.name = "d-" + id.toString().substr(0, 8);
        record.header.generation = ++m_counter;
        record.header.modRevision = m_control.revision + 1;
        return record;
    }
    // Carries the revision it was computed from, so that an observer can check that the mirror has
    // it.
    [[nodiscard]] model::DatasetStatus status(const model::Uuid& id)
    {
        model::DatasetStatus status;
        status.id = {id};
        status.path = "/" + std::to_string(++m_counter);
        model::Condition condition;
        condition.observedGeneration = m_control.revision;
        condition.reason = "Test";
        status.conditions.push_back(condition);
        return status;
    }

private:
    model::DatasetLedger ledger(const model::Uuid& id)
    {
        model::DatasetLedger ledger;
        ledger.id = {id};
        ledger.epoch = ++m_counter;
        return ledger;
    }
    model::NodeState node(const model::Uuid& id)
    {
        model::NodeState node;
        node.id = {id};
        node.version = std::to_string(++m_counter);
        return node;
    }
    model::CopyState copy(const model::Uuid& id)
    {
        model::CopyState copy;
        copy.dataset = {id};
        copy.copy = {id};
        copy.step = std::to_string(++m_counter);
        return copy;
    }

    FakeControl& m_control;
    std::vector<model::Uuid> m_ids;
    std::uint64_t m_counter = 0;
};

} // namespace drover::test
