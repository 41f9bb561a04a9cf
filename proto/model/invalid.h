#pragma once

// Errors about texts from outside. Internal to proto/model.

#include "proto/model/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace drover::model {

// How such a text is shown in a message: short and printable.
inline std::string quoted(std::string_view text, std::size_t most)
{
    std::string shown = "'";
    for (const char c : text.substr(0, most))
        shown += c >= ' ' && c <= '~' ? c : '?';
    return shown + (text.size() > most ? "...'" : "'");
}

inline Error invalid(std::string message, std::string hint = {})
{
    return {ErrorCode::InvalidArgument, std::move(message), "", std::move(hint)};
}

} // namespace drover::model
