#pragma once

// One condition for people: what blocks, since when, how often it was tried, when the next try is,
// and what to do about it: to be copied, or staged.

#include "proto/model/condition.h"
#include "proto/model/id.h"

#include <QFrame>

#include <optional>

namespace drover::gui {

class Workbench;

class ConditionCard final : public QFrame
{
    Q_OBJECT
public:
    // Of this dataset, or of something else. The bench outlives the card.
    ConditionCard(Workbench& bench, const model::Condition& condition,
                  std::optional<model::DatasetId> about, QWidget* parent = nullptr);

private:
    void addSuggestion(Workbench& bench, const std::string& suggestion,
                       std::optional<model::DatasetId> about);
};

} // namespace drover::gui
