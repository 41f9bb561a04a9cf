#include "agent/core/view.h"

#include <algorithm>

namespace drover::agent::core {

using model::ConditionSeverity;
using model::ConditionType;

namespace {

model::Condition toCondition(const Refusal& refusal, model::Now now, std::uint64_t generation)
{
    model::Condition c;
    c.type = refusal.type;
    c.severity = refusal.severity;
    c.reason = refusal.reason;
    c.message = refusal.message;
    c.suggestion = refusal.suggestion;
    c.since = now.wall;
    c.observedGeneration = generation;
    return c;
}

// What kind of obstacle a failed step met.
ConditionType typeOf(StepKind kind, const model::Error& error)
{
    if (isInUse(kind, error))
        return ConditionType::Busy;
    if (isTransfer(kind) && error.code == model::ErrorCode::Unavailable)
        return ConditionType::WaitingForPeer;
    return ConditionType::StepFailed;
}

model::Condition failure(const TryFacts& tries, model::Now now, std::uint64_t generation)
{
    model::Condition c;
    c.type = typeOf(tries.kind, *tries.error);
    // Why the other end is not there is its own condition; waiting for it is no fault of ours,
    // however long.
    const bool peer = c.type == ConditionType::WaitingForPeer;
    c.severity = tries.failures < 3 ? (peer ? ConditionSeverity::Info : ConditionSeverity::Warning)
                 : peer             ? ConditionSeverity::Warning
                                    : ConditionSeverity::Error;
    c.reason = std::string(toString(tries.kind)) + "Failed";
    c.message = describe(tries.kind) + ": " + tries.error->message;
    c.suggestion = tries.error->hint;
    c.since = now.wall;
    c.attempts = tries.failures;
    c.nextRetry = tries.nextTryWall;
    c.observedGeneration = generation;
    return c;
}

std::string runningText(const CopyFacts& copy)
{
    if (!copy.running)
        return {};
    std::string text = describe(copy.running->step.kind);
    if (copy.running->step.kind == StepKind::SendPass)
        text += copy.running->step.final ? " the final pass"
                                         : " pass " + std::to_string(copy.running->step.pass);
    return text;
}

} // namespace

model::Condition notListed(model::Now now)
{
    model::Condition c;
    c.type = ConditionType::PoolUnavailable;
    c.severity = ConditionSeverity::Warning;
    c.reason = "NotListed";
    c.message = "the pool is there, but what lies in it was not looked through yet";
    c.suggestion = "wait; if it stays so, look at the pool's disk and the agent's log";
    c.since = now.wall;
    return c;
}

void keepSince(std::vector<model::Condition>& conditions,
               const std::vector<model::Condition>& before)
{
    for (auto& c : conditions) {
        const auto it = std::find_if(before.begin(), before.end(), [&](const model::Condition& b) {
            return b.type == c.type && b.reason == c.reason;
        });
        if (it != before.end())
            c.since = it->since;
    }
}

std::optional<model::CopyState> viewOf(const LocalState& state, const Assignments& assignments,
                                       const CopyPlace& place, const Explanation& explanation,
                                       model::Now now)
{
    const auto* copy = findCopy(state, place.pool, place.copy);
    if (copy == nullptr)
        return std::nullopt;
    const auto* a = assignments.ofCopy(copy->dataset, place.copy);
    if (a != nullptr && a->pool != place.pool)
        a = nullptr;
    const bool there =
        copy->presence == Presence::Present || (copy->presence == Presence::Unknown && copy->found);
    const std::uint64_t generation = a != nullptr ? a->generation : 0;

    model::CopyState view;
    view.dataset = copy->dataset;
    view.copy = place.copy;
    view.pool = place.pool;
    if (explanation.waiting)
        view.conditions.push_back(toCondition(*explanation.waiting, now, generation));
    if (copy->tries.failures > 0 && copy->tries.error)
        view.conditions.push_back(failure(copy->tries, now, generation));
    view.step = runningText(*copy);
    if (there) {
        const auto& found = *copy->found;
        view.role = found.identity.role;
        view.epoch = found.identity.epoch;
        view.phase = found.phase;
        view.datasetName = found.identity.name;
        view.path = found.path;
        view.filesystem = found.filesystem;
        view.size = found.size;
        view.used = found.used;
        view.conditions.insert(view.conditions.end(), found.conditions.begin(),
                               found.conditions.end());
        const auto* pool = findPool(state, place.pool);
        const bool down = pool != nullptr && isDown(*pool, *copy);
        const bool stopped =
            a != nullptr && (a->goal == model::Goal::Frozen || a->goal == model::Goal::Released);
        view.frozen = stopped && down && copy->provenQuiet;
        view.observedGeneration = copy->observedGeneration;
        if (a != nullptr && a->transfer && copy->transfer &&
            copy->transfer->id == a->transfer->id) {
            view.transfer = copy->transfer;
            // A receiver's word that all is durable is taken from the copy itself.
            if (a->goal == model::Goal::Receive && !found.createdWhole) {
                view.transfer->finalDone = false;
                view.transfer->digest.clear();
            }
            view.transfer->sealed = a->goal == model::Goal::Receive && isSealed(*a, *copy);
        }
        return view;
    }
    if (a == nullptr || view.conditions.empty())
        return std::nullopt;
    view.role =
        a->goal == model::Goal::Receive ? model::CopyRole::Receiving : model::CopyRole::Primary;
    view.datasetName = a->name;
    return view;
}

} // namespace drover::agent::core
