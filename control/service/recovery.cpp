#include "control/service/recovery.h"

#include <algorithm>

namespace drover::control::service {

using namespace model;

const Recover* Recovery::in(const Write& write)
{
    return write.operations.size() == 1 ? std::get_if<Recover>(&write.operations.front().verb)
                                        : nullptr;
}

bool Recovery::mayPass(const Write& write)
{
    return in(write) != nullptr ||
           std::all_of(write.operations.begin(), write.operations.end(), [](const Operation& one) {
               return std::holds_alternative<KeyAdd>(one.verb) ||
                      std::holds_alternative<KeyRemove>(one.verb);
           });
}

Result<core::RecoveryPlan> Recovery::plan(const Recover& request, const core::Actor& actor) const
{
    if (m_loop.safeMode().empty())
        return Error{ErrorCode::FailedState,
                     "control is not in safe mode; there is nothing to recover", "control",
                     "if the store is older than the cluster all the same, start control with "
                     "--recover"};
    const Now now = m_loop.beginTurn();
    return core::planRecovery(m_loop.state(), m_agents.witnesses(), request, actor, now,
                              m_loop.safeModeFor(), m_environment.ids);
}

} // namespace drover::control::service
