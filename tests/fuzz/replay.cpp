// Gives a fuzz target every file below the folders that are named: what was once searched for by
// libFuzzer stays tested without it, by any compiler.
//
// usage: fuzz_replay TARGET FILE|FOLDER...

#include "tests/fuzz/target.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <vector>

#include <unistd.h>

namespace drover::tests {

namespace {

constexpr unsigned kSecondsPerInput = 20; // under sanitizers, on a busy machine
std::string current;                      // the file that is being given

std::map<std::string_view, FuzzFunction>& targets()
{
    static std::map<std::string_view, FuzzFunction> all;
    return all;
}

void tooSlow(int /*signal*/)
{
    const auto say = [](std::string_view text) {
        if (::write(STDERR_FILENO, text.data(), text.size()) < 0)
            ::_exit(2);
    };
    say("broken property: an input takes bounded time: ");
    say(current);
    say("\n");
    ::_exit(1);
}

void give(FuzzFunction target, const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    current = file.string();
    ::alarm(kSecondsPerInput);
    // A copy of exactly that size, so that the sanitizers see a read behind its end.
    const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
    target(Bytes(exact.data(), exact.size()));
    ::alarm(0);
}

std::vector<std::filesystem::path> filesBelow(const std::filesystem::path& place)
{
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_regular_file(place))
        files.push_back(place);
    else if (std::filesystem::is_directory(place))
        for (const auto& entry : std::filesystem::recursive_directory_iterator(place))
            if (entry.is_regular_file())
                files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

int replay(std::string_view name, const std::vector<std::filesystem::path>& places)
{
    const auto target = targets().find(name);
    if (target == targets().end()) {
        std::fprintf(stderr, "there is no target %.*s\n", static_cast<int>(name.size()),
                     name.data());
        return 1;
    }
    std::size_t count = 0;
    for (const auto& place : places)
        for (const auto& file : filesBelow(place)) {
            give(target->second, file);
            ++count;
        }
    std::printf("%zu inputs\n", count);
    if (count == 0)
        std::fputs("a target without a corpus is not tested\n", stderr);
    return count == 0 ? 1 : 0;
}

} // namespace

FuzzTarget::FuzzTarget(const char* name, FuzzFunction function)
{
    targets().emplace(name, function);
}

} // namespace drover::tests

int main(int argc, char** argv)
{
    using namespace drover::tests;
    if (argc < 3) {
        std::fputs("usage: fuzz_replay TARGET FILE|FOLDER...\n", stderr);
        return 1;
    }
    std::signal(SIGALRM, tooSlow);
    std::signal(SIGABRT, [](int) {
        std::fprintf(stderr, "while replaying %s\n", current.c_str());
        std::signal(SIGABRT, SIG_DFL);
        std::raise(SIGABRT);
    });
    return replay(argv[1], {argv + 2, argv + argc});
}
