// How fast a tree moves between two folders: our pass (manifest, pax stream, digests, sync) beside
// `tar | tar` with a sync, on the same machine in the same run. What counts is the ratio.

#include "agent/backend/support/command_runner.h"
#include "agent/backend/transfer/tree_sync.h"
#include "tests/support/backend/channel_pair.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace drover;
using namespace drover::agent::backend;

namespace {

double secondsOf(const std::function<void()>& act)
{
    const auto start = std::chrono::steady_clock::now();
    act();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

[[noreturn]] void giveUp(const std::string& why)
{
    std::fprintf(stderr, "bench_tree_transfer: %s\n", why.c_str());
    std::exit(1);
}

// Half of the bytes in a few large files, half in many small ones, random content.
void fill(const fs::path& top, int files, std::uint64_t bytes)
{
    std::mt19937_64 random(42); // NOLINT: the same tree each time
    std::vector<char> block(1 << 20);
    for (std::size_t i = 0; i + 8 <= block.size(); i += 8) {
        const std::uint64_t value = random();
        std::copy_n(reinterpret_cast<const char*>(&value), 8,
                    block.begin() + static_cast<std::ptrdiff_t>(i));
    }
    const auto write = [&](const fs::path& path, std::uint64_t size) {
        std::ofstream out(path, std::ios::binary);
        for (std::uint64_t done = 0; done < size; done += block.size()) {
            block[0] = static_cast<char>(random());
            out.write(block.data(), static_cast<std::streamsize>(
                                        std::min<std::uint64_t>(block.size(), size - done)));
        }
    };
    constexpr int kLarge = 5;
    for (int i = 0; i < kLarge; ++i)
        write(top / ("large-" + std::to_string(i)), bytes / 2 / kLarge);
    for (int i = 0; i < files; ++i) {
        const fs::path folder = top / ("folder-" + std::to_string(i % 100));
        fs::create_directories(folder);
        write(folder / std::to_string(i), bytes / 2 / static_cast<std::uint64_t>(files));
    }
}

struct Passes
{
    double full = 0;
    double again = 0;
    double final = 0;
};

Passes ours(const fs::path& source, const fs::path& target)
{
    fs::create_directory(target);
    const Fd from(::open(source.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const Fd to(::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ContentCache fromCache;
    ContentCache toCache;
    const Canceller never;
    const auto pass = [&](bool final) {
        tests::ChannelPair pair;
        model::Result<PassResult> sent = model::Error{};
        std::thread sender([&] {
            sent = sendTree(from.get(), fromCache, final, pair.sender(), {}, never);
            if (!sent)
                pair.cut();
        });
        const auto received = receiveTree(to.get(), toCache, final, {}, pair.receiver(), {}, never);
        if (!received)
            pair.cut();
        sender.join();
        if (!sent)
            giveUp(sent.error().message);
        if (!received)
            giveUp(received.error().message);
    };
    Passes passes;
    passes.full = secondsOf([&] { pass(false); });
    passes.again = secondsOf([&] { pass(false); });
    passes.final = secondsOf([&] { pass(true); });
    return passes;
}

double tars(const fs::path& source, const fs::path& target)
{
    fs::create_directory(target);
    SystemCommandRunner runner;
    const std::string pipe = "tar -C '" + source.string() + "' -cSf - . | tar -C '" +
                             target.string() + "' -xSpf - && sync -f '" + target.string() + "'";
    return secondsOf([&] {
        const auto done = runChecked(runner, {{"sh", "-c", pipe}, std::chrono::minutes(30)});
        if (!done)
            giveUp(done.error().message);
    });
}

} // namespace

int main(int argc, char** argv)
{
    const fs::path base =
        fs::path(argc > 1 ? argv[1] : "/tmp") / ("bench-tree-" + std::to_string(::getpid()));
    const int files = argc > 2 ? std::atoi(argv[2]) : 10'000;
    const std::uint64_t bytes = (argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 200) << 20;
    if (files < 1)
        giveUp("usage: bench_tree_transfer [FOLDER [FILES [MEGABYTES]]]");
    fs::create_directories(base / "source");
    fill(base / "source", files, bytes);
    ::sync();
    double tarBest = 1e9;
    Passes best{1e9, 1e9, 1e9};
    for (int round = 0; round < 3; ++round) {
        tarBest = std::min(tarBest, tars(base / "source", base / "by-tar"));
        fs::remove_all(base / "by-tar");
        const Passes passes = ours(base / "source", base / "by-us");
        fs::remove_all(base / "by-us");
        best = {std::min(best.full, passes.full), std::min(best.again, passes.again),
                std::min(best.final, passes.final)};
    }
    fs::remove_all(base);
    const double megabytes = static_cast<double>(bytes) / 1e6;
    std::printf("%-34s %10s %10s\n", "", "seconds", "MB/s");
    std::printf("%-34s %10.2f %10.0f\n", "tar | tar, sync", tarBest, megabytes / tarBest);
    std::printf("%-34s %10.2f %10.0f\n", "first pass", best.full, megabytes / best.full);
    std::printf("%-34s %10.2f\n", "second pass, nothing changed", best.again);
    std::printf("%-34s %10.2f\n", "final pass, nothing changed", best.final);
    std::printf("first pass = %.2f x tar | tar\n", best.full / tarBest);
    std::ofstream("bench_tree_transfer.json")
        << "{\"files\": " << files << ", \"bytes\": " << bytes << ", \"tar_s\": " << tarBest
        << ", \"first_s\": " << best.full << ", \"second_s\": " << best.again
        << ", \"final_s\": " << best.final << ", \"ratio\": " << best.full / tarBest << "}\n";
    return 0;
}
