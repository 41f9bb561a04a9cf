// The program `drover`: its surroundings, and nothing else.

#include "cli/app.h"
#include "cli/bus_cluster.h"
#include "cli/interrupt.h"

#include <csignal>
#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    try {
        drover::cli::holdStandardDescriptors();
        (void)std::signal(SIGPIPE, SIG_DFL); // `| head` ends it, silently, whoever started it
        auto terminal = drover::cli::processTerminal();
        const int code =
            drover::cli::run({argv + 1, argv + argc}, terminal, drover::cli::openCluster);
        if (code > 128)
            drover::cli::dieOf(code - 128);
        return code;
    } catch (const std::exception& e) {
        std::cerr << "error: " << e.what() << '\n';
        return static_cast<int>(drover::model::ExitClass::Refused);
    }
}
