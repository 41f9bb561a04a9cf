#pragma once

// How values are put for people, in the language of the program. The one place for these words, so
// that a table, a sheet and a message say the same.

#include "proto/model/api.h"

#include <QCoreApplication>
#include <QString>

#include <optional>
#include <vector>

namespace drover::gui::models {

class Words
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::Words)
public:
    [[nodiscard]] static QString of(model::Sync sync);
    [[nodiscard]] static QString of(model::Health health);
    [[nodiscard]] static QString of(model::Liveness liveness);
    [[nodiscard]] static QString of(model::KeyRole role);
    [[nodiscard]] static QString of(model::HandoverPhase phase);
    [[nodiscard]] static QString of(model::CopyRole role);
    [[nodiscard]] static QString of(model::ConditionSeverity severity);

    [[nodiscard]] static QString size(model::ByteCount bytes); // `1.46 GiB`
    // `45 s`, `3 min 20 s`: at most two units, never negative.
    [[nodiscard]] static QString span(model::Duration duration);
    // `2026-11-23 03:10:35 UTC`, and with a present the age behind it.
    [[nodiscard]] static QString moment(model::TimePoint then,
                                        std::optional<model::TimePoint> now = {});
    [[nodiscard]] static QString age(model::TimePoint then, model::TimePoint now);
    [[nodiscard]] static QString labels(const model::Labels& labels); // `k=v, k=v`
    [[nodiscard]] static QString progress(const model::TransferProgress& progress);
    [[nodiscard]] static QString text(const std::string& text); // as it is
    // An error as one line: subject, message.
    [[nodiscard]] static QString of(const model::Error& error);
};

// The condition that matters most, or null.
[[nodiscard]] const model::Condition* worst(const std::vector<model::Condition>& conditions);

} // namespace drover::gui::models
