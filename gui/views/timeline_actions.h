#pragma once

namespace drover::gui {

class Workbench;

// From an object to what happened to it.
void addTimelineActions(Workbench& bench);

} // namespace drover::gui
