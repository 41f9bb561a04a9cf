// Writes the golden file of each message that has none yet: `record_golden DIR`. Never touches one
// that is there: what was once written to a disk or a wire stays readable. Built and run by hand
// when the schema grows.

#include "tests/unit/codec/specimen.h"

#include <filesystem>
#include <fstream>
#include <iostream>

using namespace drover;

namespace {

std::string hexOf(const std::string& bytes)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text += kDigits[byte >> 4];
        text += kDigits[byte & 0x0f];
        if (i % 48 == 47)
            text += '\n';
    }
    return text + '\n';
}

void writeNew(const std::filesystem::path& path, const std::string& content)
{
    if (content.empty() || std::filesystem::exists(path))
        return;
    std::ofstream(path) << content;
    std::cout << path.string() << '\n';
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: record_golden DIR\n";
        return 1;
    }
    const std::filesystem::path folder = argv[1];
    for (const auto& one : tests::specimens()) {
        writeNew(folder / (one.name + ".hex"), hexOf(one.bytes));
        writeNew(folder / (one.name + ".json"), tests::jsonOf(one.form, one.bytes));
    }
    return 0;
}
