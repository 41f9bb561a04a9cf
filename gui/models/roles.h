#pragma once

// The roles that the models of the console have in common, beside Qt's own; one delegate draws all
// tables by them.

#include <Qt>

namespace drover::gui::models {

enum Role {
    SignRole = Qt::UserRole + 100, // int of Sign: the mark in front of the text
    PercentRole,                   // int, 0 to 100: a bar behind the text
    SparkRole,                     // std::vector<double>: a line beside the text
    StruckRole,                    // bool: what is shown is deleted
};

} // namespace drover::gui::models
