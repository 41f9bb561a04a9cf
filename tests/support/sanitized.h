#pragma once

// Whether this build runs under a sanitizer, which makes it several times slower and its memory another.

namespace drover::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

} // namespace drover::test
