#pragma once

// Inputs that are texts, and are written down rather than made.

#include <string>
#include <vector>

namespace drover::tests {

struct SeedText
{
    const char* target;
    int kind; // the byte before the text that says what it is; -1 = none
    std::string text;
};

[[nodiscard]] const std::vector<SeedText>& seedTexts();

} // namespace drover::tests
