#pragma once

// What a PictureCanvas tells of itself to screen readers and the like: a tree of its cards, and below
// them of their chips, each with its name, its state in words, its place, and pressing as its act.
// Compact cards have no chips; what they count is in their words.

namespace drover::gui {

class PictureCanvas;

// Once for the program; more often does no harm.
void installPictureAccessible();
// That another thing is chosen in it.
void tellChosen(PictureCanvas& canvas);

} // namespace drover::gui
