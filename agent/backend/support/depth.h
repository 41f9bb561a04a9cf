#pragma once

#include <cstddef>

namespace drover::agent::backend {

// Folders within folders, as deep as the agent follows them. Each level costs a descriptor and a
// piece of the stack, and whoever may write to a dataset can make as many as he likes.
inline constexpr std::size_t kMaximumDepth = 1024;

} // namespace drover::agent::backend
