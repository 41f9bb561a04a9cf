#pragma once

// drover-control as a process of its own, over a seed's store.

#include "tests/bench/support/seed.h"

#include <string>

#include <sys/types.h>

namespace drover::bench {

class ControlProgram
{
public:
    // `binaries`: where drover-control lies. Its log goes beside the store.
    ControlProgram(const Seed& seed, std::filesystem::path binaries);
    // Kills it if it runs.
    ~ControlProgram();
    ControlProgram(const ControlProgram&) = delete;
    ControlProgram& operator=(const ControlProgram&) = delete;

    // Returns when it serves. A second start takes the addresses of the first.
    void start();
    void kill9();
    [[nodiscard]] const std::string& requests() const { return m_requests; }
    [[nodiscard]] const std::string& events() const { return m_events; }
    // Resident memory now, in bytes; and the processor time it has used, in seconds.
    [[nodiscard]] double memory() const;
    [[nodiscard]] double processorSeconds() const;
    [[nodiscard]] pid_t pid() const { return m_pid; }

private:
    void waitUntilReady();

    const Seed& m_seed;
    std::filesystem::path m_program;
    std::filesystem::path m_ready;
    std::string m_requests = "tcp://127.0.0.1:0";
    std::string m_events = "tcp://127.0.0.1:0";
    pid_t m_pid = -1;
};

// The folder that this program's own file lies in has `bin` beside it, with the programs under test.
[[nodiscard]] std::filesystem::path programsUnderTest();

} // namespace drover::bench
