#pragma once

// How values are put for people: states, ages, rates, conditions.

#include "cli/output/table.h"
#include "cli/resolve.h"
#include "cli/terminal.h"
#include "proto/model/api.h"

#include <optional>
#include <string>
#include <vector>

namespace drover::cli {

[[nodiscard]] const char* word(model::Sync sync);     // "in sync", "converging", "blocked"
[[nodiscard]] const char* word(model::Health health); // "healthy", ...
[[nodiscard]] const char* word(model::Liveness liveness);
[[nodiscard]] Cell cell(model::Sync sync);
[[nodiscard]] Cell cell(model::Health health);
[[nodiscard]] Cell cell(model::Liveness liveness);

// `3 s`, `5 min`, `2 h`, `4 d`: the age of a moment, one unit, never negative.
[[nodiscard]] std::string age(model::TimePoint then, std::optional<model::TimePoint> now);
// `2026-11-23 03:10:35 UTC`, with the age behind it where the present is known: `(5 min ago)`.
[[nodiscard]] std::string moment(model::TimePoint then, std::optional<model::TimePoint> now);
// `45 s`, `3 min 20 s`, `2 h 5 min`: a length of time, at most two units.
[[nodiscard]] std::string span(model::Duration duration);
[[nodiscard]] std::string sizeWord(const std::optional<model::ByteCount>& size); // `1 GiB`, or `-`

// How far a transfer is: `pass 1: 120 MiB of 200 MiB, 60 %, 45 MiB/s, 2 s left`.
[[nodiscard]] std::string progressWord(const model::TransferProgress& progress);

// The conditions that a table's last column has room for: the worst one's message.
[[nodiscard]] std::string briefly(const std::vector<model::Condition>& conditions);
// All of a condition, several lines, for `show` and for what blocks a wait.
[[nodiscard]] std::vector<std::string> fully(const model::Condition& condition,
                                             std::optional<model::TimePoint> now);
// `k=v, k=v`
[[nodiscard]] std::string labelsWord(const model::Labels& labels);

// Where a dataset is, or is going: `n1`, `n1 -> n2`, or the placement's node while it has no owner.
[[nodiscard]] std::string whereabouts(const model::DatasetView& view, const NodeNames& names);
// The remark that a list has room for: a deletion, a hand-over with its progress, or what is wrong.
[[nodiscard]] std::string remark(const model::DatasetView& view,
                                 std::optional<model::TimePoint> now);

// `Label:          value` lines of a `show`, aligned.
class Sheet
{
public:
    explicit Sheet(const Terminal& terminal) : m_terminal(terminal) {}
    // An empty value is left out.
    void line(const std::string& label, const std::string& value);
    void heading(const std::string& text);
    // wrapped at the screen's width, or at 80
    void indented(const std::string& text, std::size_t columns = 2);

private:
    const Terminal& m_terminal;
};

} // namespace drover::cli
