#pragma once

// What is in a picture, in words: for tool tips, and for whoever hears it.

#include "gui/models/picture.h"

#include <QCoreApplication>
#include <QString>

namespace drover::gui::models {

class PictureWords
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::PictureWords)
public:
    [[nodiscard]] static QString of(const Chip& chip);       // not its name
    [[nodiscard]] static QString of(const Card& card);       // not its title
    [[nodiscard]] static QString of(const CardTally& tally); // `datasets: 34, in trouble: 3`
};

// The sign that a card has where it has only one: the worse of its node's and its datasets'.
[[nodiscard]] Sign worstSign(const Card& card);

} // namespace drover::gui::models
