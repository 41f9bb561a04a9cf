#pragma once

// Requests that must be refused, each for one reason.

#include "proto/model/result.h"

#include <string>
#include <vector>

namespace drover::tests {

struct BadRequest
{
    const char* title;
    std::string frame;
    model::ErrorCode code;
    const char* says;      // part of the message
    const char* requestId; // as far as it can be read
};

[[nodiscard]] std::vector<BadRequest> badRequests();

// A write in JSON of one operation, and of one dataset.create with these fields.
[[nodiscard]] std::string writing(const std::string& operation);
[[nodiscard]] std::string creating(const std::string& fields);

} // namespace drover::tests
