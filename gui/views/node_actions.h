#pragma once

// What can be done with nodes and with leases.

class QWidget;

namespace drover::gui {

class Workbench;

// Adds them to the registry. `window` is whom the dialogs belong to.
void addNodeActions(Workbench& bench, QWidget& window);
void addLeaseActions(Workbench& bench, QWidget& window);

} // namespace drover::gui
