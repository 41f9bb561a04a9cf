#pragma once

// Where the cards of a picture stand: in blocks, one for each group, that stand beside each other as
// far as that makes the whole less high. Plain arithmetic; knows nothing of what is on the cards.

#include <QRectF>
#include <QSizeF>

#include <vector>

namespace drover::gui::models {

constexpr double kCardWidth = 280; // of a card with chips, in the picture's measure
constexpr double kCardInside = 10; // between its edge and what is in it
// Below this zoom no chip could be read: cards are compact, and written in the widget's measure.
constexpr double kCompactBelow = 0.7;
constexpr double kArrowBow = 40; // how far aside an arrow over compact cards aims at most
constexpr double kLeastZoom = 0.1;
constexpr double kMostZoom = 3;

// How much a compact card tells.
enum class CardDetail {
    Chips,   // everything
    Summary, // name, bar, how many of what
    Name,    // name, bar
    Mark,    // the sign, bar
};

struct CardMeasure
{
    CardDetail detail = CardDetail::Chips;
    double width = kCardWidth;
    double height = 0; // 0: as its chips need
    double gap = 12;
};
[[nodiscard]] CardMeasure cardMeasure(double zoom, double lineHeight);

struct Block
{
    bool hasTitle = false;
    std::vector<double> heights; // of its cards, in order
};

struct Arrangement
{
    struct Placed
    {
        QRectF title;
        std::vector<QRectF> cards; // those of one row are of one height
    };
    std::vector<Placed> blocks;
    QSizeF size;
};

struct Room
{
    double width = 1000;
    double titleHeight = 22;
    double leastTitle = 90; // a block with a title is not narrower, if it can be helped
};

[[nodiscard]] Arrangement arrange(const std::vector<Block>& blocks, const CardMeasure& card,
                                  const Room& room);

} // namespace drover::gui::models
