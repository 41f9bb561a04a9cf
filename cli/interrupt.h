#pragma once

// Signals of the person at the keyboard, noted instead of obeyed, so that a long command can end in
// order: tidy the screen, and say what goes on without it.

#include <array>
#include <csignal>

namespace drover::cli {

// While it lives, SIGINT, SIGTERM and SIGHUP are noted; the same one once more ends the program at
// once, as ever. Those that the program was started to ignore (nohup, a background job of a script)
// stay ignored. One at a time.
class Interrupt
{
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    // The one that came, or 0.
    [[nodiscard]] int signal() const;
    // Becomes readable when one comes; -1 if there is none to be had. To be emptied by drain().
    [[nodiscard]] int descriptor() const { return m_descriptor; }
    void drain() const;

private:
    static constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};
    int m_descriptor = -1;
    std::array<struct sigaction, kSignals.size()> m_before{};
};

// Ends the program by this signal, as if it had never been caught: shells look at how a program
// ended to know whether to go on.
[[noreturn]] void dieOf(int signal);

} // namespace drover::cli
