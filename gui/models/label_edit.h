#pragma once

// A change of labels or metadata that fits many objects: `key=value` sets one, `key-` takes it away,
// all others stay.

#include "proto/model/names.h"
#include "proto/model/result.h"

#include <QString>

#include <set>
#include <string>

namespace drover::gui::models {

class LabelEdit
{
public:
    // Parts are separated by commas. InvalidArgument says which one is no good.
    [[nodiscard]] static model::Result<LabelEdit> parse(const QString& text);
    [[nodiscard]] bool isEmpty() const { return m_set.empty() && m_gone.empty(); }
    [[nodiscard]] model::Labels applied(model::Labels labels) const;

private:
    model::Labels m_set;
    std::set<std::string> m_gone;
};

} // namespace drover::gui::models
