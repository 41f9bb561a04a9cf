#pragma once

// One condition for people: what blocks, since when, how often it was tried, when the next try is,
// and what to do about it, to be copied.

#include "proto/model/condition.h"

#include <QFrame>

namespace drover::gui {

class ConditionCard final : public QFrame
{
    Q_OBJECT
public:
    // `now` is control's clock.
    ConditionCard(const model::Condition& condition, model::TimePoint now,
                  QWidget* parent = nullptr);
};

} // namespace drover::gui
