// The program `drover`: its surroundings, and nothing else.

#include "cli/app.h"
#include "cli/bus_cluster.h"

#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    try {
        auto terminal = drover::cli::processTerminal();
        return drover::cli::run({argv + 1, argv + argc}, terminal, drover::cli::openCluster);
    } catch (const std::exception& e) {
        std::cerr << "error: " << e.what() << '\n';
        return static_cast<int>(drover::model::ExitClass::Refused);
    }
}
