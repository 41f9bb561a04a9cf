#pragma once

class QWidget;

namespace drover::gui {

class Workbench;

// `window` is the parent of dialogs.
void addKeyActions(Workbench& bench, QWidget& window);

} // namespace drover::gui
