#include "tests/bench/support/figures.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace drover::bench {

namespace {

const Clock::time_point kBegin = Clock::now();

} // namespace

Latencies latenciesOf(std::vector<double> milliseconds, double seconds)
{
    if (milliseconds.empty())
        return {};
    std::sort(milliseconds.begin(), milliseconds.end());
    const std::size_t count = milliseconds.size();
    return {count, milliseconds[count / 2], milliseconds[count * 99 / 100], milliseconds.back(),
            static_cast<double>(count) / seconds};
}

double median(std::vector<double> values)
{
    if (values.empty())
        giveUp("nothing was measured");
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::string fixed(double value, int digits)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

void Table::add(Row row)
{
    say(row.figure + ": " + row.measured +
        (row.baseline.empty() ? std::string() : " (" + row.baseline + ")"));
    m_rows.push_back(std::move(row));
}

void Table::print() const
{
    auto rows = nlohmann::json::array();
    for (const Row& row : m_rows) {
        nlohmann::json met;
        if (row.met)
            met = *row.met;
        rows.push_back({{"figure", row.figure},
                        {"goal", row.goal},
                        {"measured", row.measured},
                        {"baseline", row.baseline},
                        {"met", met},
                        {"values", row.values}});
    }
    std::puts(rows.dump(1).c_str());
}

void say(const std::string& text)
{
    std::fprintf(stderr, "%7.2f s  %s\n", secondsBetween(kBegin, Clock::now()), text.c_str());
}

void giveUp(const std::string& why)
{
    say("given up: " + why);
    std::exit(1);
}

} // namespace drover::bench
