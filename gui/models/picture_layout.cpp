#include "gui/models/picture_layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace drover::gui::models {

namespace {

// So many blocks beside each other, so many columns of cards in each.
struct Plan
{
    std::size_t abreast = 1;
    std::size_t columns = 1;
    double height = 0;
};

double heightOf(const Block& block, std::size_t columns, double gap)
{
    double height = 0;
    for (std::size_t first = 0; first < block.heights.size(); first += columns) {
        const std::size_t end = std::min(block.heights.size(), first + columns);
        height += *std::max_element(block.heights.begin() + static_cast<std::ptrdiff_t>(first),
                                    block.heights.begin() + static_cast<std::ptrdiff_t>(end)) +
                  gap;
    }
    return height;
}

double titleOf(const Block& block, const Room& room)
{
    return block.hasTitle ? room.titleHeight : 0;
}

Plan planOf(const std::vector<Block>& blocks, const CardMeasure& card, const Room& room,
            std::size_t abreast, std::size_t columns)
{
    Plan plan{abreast, columns, card.gap};
    for (std::size_t first = 0; first < blocks.size(); first += abreast) {
        double shelf = 0;
        for (std::size_t i = first; i < std::min(blocks.size(), first + abreast); ++i)
            shelf =
                std::max(shelf, titleOf(blocks[i], room) + heightOf(blocks[i], columns, card.gap));
        plan.height += shelf;
    }
    return plan;
}

Plan lowest(const std::vector<Block>& blocks, const CardMeasure& card, const Room& room)
{
    const double pitch = card.width + card.gap;
    const auto all = static_cast<std::size_t>(std::max(1.0, (room.width - card.gap) / pitch));
    Plan best = planOf(blocks, card, room, 1, all);
    for (std::size_t abreast = 2; abreast <= std::min(blocks.size(), all); ++abreast) {
        const std::size_t columns = all / abreast;
        if (static_cast<double>(columns) * pitch - card.gap < room.leastTitle)
            break;
        if (const Plan plan = planOf(blocks, card, room, abreast, columns);
            plan.height < best.height)
            best = plan;
    }
    return best;
}

} // namespace

CardMeasure cardMeasure(double zoom, double lineHeight)
{
    constexpr double kSummaryLines = 7; // how wide, in heights of a line
    constexpr double kNameLines = 2.8;
    CardMeasure measure;
    if (zoom >= kCompactBelow)
        return measure;
    measure.width = std::max(1.4 * lineHeight, std::floor(kCardWidth * zoom));
    if (measure.width >= kSummaryLines * lineHeight) {
        measure.detail = CardDetail::Summary;
        measure.height = std::ceil(2 * lineHeight + 20);
        measure.gap = 8;
    } else if (measure.width >= kNameLines * lineHeight) {
        measure.detail = CardDetail::Name;
        measure.height = std::ceil(lineHeight + 12);
        measure.gap = 4;
    } else {
        measure.detail = CardDetail::Mark;
        measure.height = std::ceil(lineHeight + 9);
        measure.gap = 3;
    }
    return measure;
}

Arrangement arrange(const std::vector<Block>& blocks, const CardMeasure& card, const Room& room)
{
    const Plan plan = lowest(blocks, card, room);
    // Compact cards fill the width; those with chips are as wide as the chips were laid out for.
    const auto columns = static_cast<double>(plan.abreast * plan.columns);
    const double width =
        card.detail == CardDetail::Chips
            ? card.width
            : std::max(card.width, std::floor((room.width - card.gap) / columns) - card.gap);
    const double pitch = width + card.gap;
    Arrangement made;
    double top = card.gap;
    double rightmost = 0;
    for (std::size_t first = 0; first < blocks.size(); first += plan.abreast) {
        double shelf = 0;
        for (std::size_t i = first; i < std::min(blocks.size(), first + plan.abreast); ++i) {
            const Block& block = blocks[i];
            const double left = card.gap + static_cast<double>((i - first) * plan.columns) * pitch;
            double y = top;
            Arrangement::Placed placed;
            if (block.hasTitle) {
                const double span = plan.abreast == 1
                                        ? room.width - 2 * card.gap
                                        : static_cast<double>(plan.columns) * pitch - card.gap;
                placed.title = QRectF(left, y, span, room.titleHeight);
                y += room.titleHeight;
            }
            for (std::size_t row = 0; row < block.heights.size(); row += plan.columns) {
                const std::size_t end = std::min(block.heights.size(), row + plan.columns);
                double height = 0;
                for (std::size_t c = row; c < end; ++c)
                    height = std::max(height, block.heights[c]);
                for (std::size_t c = row; c < end; ++c) {
                    placed.cards.emplace_back(left + static_cast<double>(c - row) * pitch, y, width,
                                              height);
                    rightmost = std::max(rightmost, placed.cards.back().right());
                }
                y += height + card.gap;
            }
            shelf = std::max(shelf, y - top);
            made.blocks.push_back(std::move(placed));
        }
        top += shelf;
    }
    made.size = QSizeF(rightmost + card.gap, top);
    return made;
}

} // namespace drover::gui::models
