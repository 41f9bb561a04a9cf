#pragma once

// Trees with everything in them that has ever been lost by a copy program, and a reader that tells
// two trees apart by looking at them with nothing of the code under test.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace drover::tests {

// path -> all that is to be kept of it, as text
using TreePicture = std::map<std::string, std::string>;

// `owners`: also user and group. Content is in it as a hash; hard links as the group of paths that
// share a file.
[[nodiscard]] TreePicture pictureOf(const std::filesystem::path& top, bool owners);

// The first difference, for messages; empty = none.
[[nodiscard]] std::string difference(const TreePicture& a, const TreePicture& b);

// Fills the folder. As root also owners, devices, set-id bits, capabilities.
void makeNastyTree(const std::filesystem::path& top);

void writeFile(const std::filesystem::path& path, const std::string& bytes);
// Removes also what its owner closed to himself.
void removeAll(const std::filesystem::path& top);

} // namespace drover::tests
