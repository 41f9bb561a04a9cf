#pragma once

// Safety rules that can be broken on purpose, one at a time, so that the simulation can be asked whether it notices.
//
// `if (!released && !DROVER_MUTATION("grant-before-release"))` means what it means without the second half, in every build but those
// with DROVER_MUTATIONS (a CMake option, preset `mutations`). There it can be switched off at run time, by the rule's name. The names
// are listed in tests/sim/mutations.cpp.

#ifdef DROVER_MUTATIONS

#include <string>
#include <string_view>

namespace drover::model {

// The rule that is broken; empty = none. Set while one thread runs.
inline std::string& brokenRule()
{
    static std::string name;
    return name;
}

} // namespace drover::model

#define DROVER_MUTATION(rule) (::drover::model::brokenRule() == ::std::string_view(rule))

#else

#define DROVER_MUTATION(rule) false

#endif
