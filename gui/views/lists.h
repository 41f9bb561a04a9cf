#pragma once

// The pages of nodes and of leases.

class QWidget;

namespace drover::gui {

class Workbench;

[[nodiscard]] QWidget* makeNodesView(Workbench& bench, QWidget* parent);
[[nodiscard]] QWidget* makeLeasesView(Workbench& bench, QWidget* parent);

} // namespace drover::gui
