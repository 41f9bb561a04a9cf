#pragma once

// What benchmarks say: rows of the table that tests/bench/run prints, as JSON on standard output. What a person may want to see while
// one runs goes to standard error.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace drover::bench {

using Clock = std::chrono::steady_clock;

[[nodiscard]] inline double secondsBetween(Clock::time_point from, Clock::time_point to)
{
    return std::chrono::duration<double>(to - from).count();
}

// How long many things took, in milliseconds.
struct Latencies
{
    std::size_t count = 0;
    double p50 = 0;
    double p99 = 0;
    double most = 0;
    double perSecond = 0;
};
// `milliseconds` one by one; `seconds`: how long it took in all.
[[nodiscard]] Latencies latenciesOf(std::vector<double> milliseconds, double seconds);

[[nodiscard]] double median(std::vector<double> values);

// A number with so many digits after the point.
[[nodiscard]] std::string fixed(double value, int digits);

struct Row
{
    std::string figure;
    std::string goal;     // empty: none is set, the figure is for comparison
    std::string measured; // with its unit
    std::string baseline; // what it is compared with in the same run; may be empty
    std::optional<bool> met;
    std::map<std::string, double> values; // the raw numbers, for programs
};

// The rows of one program.
class Table
{
public:
    void add(Row row);
    // Writes all of them to standard output, as one JSON array.
    void print() const;

private:
    std::vector<Row> m_rows;
};

// A line on standard error, with the time since the start of the program.
void say(const std::string& text);
// Ends the program: a benchmark that cannot go on has nothing to report.
[[noreturn]] void giveUp(const std::string& why);

} // namespace drover::bench
