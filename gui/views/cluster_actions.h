#pragma once

// What can be done about clusters as such: start one here, join one, forget one. Each as an action
// of the menu Cluster.

class QWidget;

namespace drover::gui {

class StartPage;
class Workbench;

// All outlive the actions; dialogs open over the window.
void addClusterActions(Workbench& bench, StartPage& start, QWidget& window);

} // namespace drover::gui
