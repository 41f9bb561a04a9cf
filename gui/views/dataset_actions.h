#pragma once

// What can be done with datasets: each act opens its dialog and stages what the person decides.

class QWidget;

namespace drover::gui {

class Workbench;

// Adds them to the registry. `window` is whom the dialogs belong to.
void addDatasetActions(Workbench& bench, QWidget& window);

} // namespace drover::gui
