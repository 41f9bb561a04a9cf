#include "tests/sim/runner.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace drover::sim {

namespace {

using Clock = std::chrono::steady_clock;

// What this thread runs, ready to be written out by a signal's handler.
thread_local std::array<char, 64> running{};

void sayWhatRan(int signal)
{
    const auto write = [](std::string_view text) {
        static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
    };
    write("drover-sim: ended by a signal in ");
    write(running.data());
    write("\n");
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

class Campaigner
{
public:
    explicit Campaigner(const Campaign& campaign)
        : m_campaign(campaign), m_next(campaign.first), m_begun(Clock::now()), m_said(m_begun)
    {}

    Totals run()
    {
        for (const int signal : {SIGABRT, SIGSEGV, SIGFPE})
            std::signal(signal, sayWhatRan);
        std::vector<std::thread> others;
        for (unsigned i = 1; i < std::max(m_campaign.jobs, 1U); ++i)
            others.emplace_back([this] { work(); });
        work();
        for (std::thread& other : others)
            other.join();
        return std::move(m_totals);
    }

private:
    void work()
    {
        while (!m_stop) {
            const std::uint64_t seed = m_next++;
            const bool over = m_campaign.wall ? Clock::now() - m_begun >= *m_campaign.wall
                                              : seed > m_campaign.last;
            if (over)
                return;
            std::snprintf(running.data(), running.size(), "--seed %" PRIu64, seed);
            Options options = m_campaign.run;
            options.seed = seed;
            RunReport report = simulate(options);
            if (m_campaign.twins != 0 && seed % m_campaign.twins == 0 &&
                simulate(options).trace != report.trace)
                report.violations.emplace_back("the same seed gave another run");
            take(seed, report);
        }
    }

    void take(std::uint64_t seed, const RunReport& report)
    {
        const std::scoped_lock lock(m_mutex);
        m_totals.add(seed, report);
        if (!report.violations.empty()) {
            say(seed, report.violations);
            m_stop = m_stop || m_campaign.stopAtFailure;
        }
        const auto now = Clock::now();
        if (m_campaign.progress.count() == 0 || now - m_said < m_campaign.progress)
            return;
        m_said = now;
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - m_begun);
        std::fprintf(stderr, "%5.1f min: %s\n", static_cast<double>(took.count()) / 60'000,
                     m_totals.line(took).c_str());
    }

    void say(std::uint64_t seed, const std::vector<std::string>& violations) const
    {
        if (m_campaign.quiet)
            return;
        for (const std::string& violation : violations)
            std::printf("seed %" PRIu64 ": %s\n", seed, violation.c_str());
        std::printf("again: drover-sim --seed %" PRIu64 " --trace\n", seed);
        std::fflush(stdout);
    }

    const Campaign m_campaign;
    std::atomic<std::uint64_t> m_next;
    std::atomic<bool> m_stop{false};
    const Clock::time_point m_begun;
    std::mutex m_mutex; // of all below
    Clock::time_point m_said;
    Totals m_totals;
};

} // namespace

Totals runCampaign(const Campaign& campaign) { return Campaigner(campaign).run(); }

} // namespace drover::sim
