#pragma once

// The pages of nodes, of leases and of keys.

class QWidget;

namespace drover::gui {

class Workbench;

[[nodiscard]] QWidget* makeNodesView(Workbench& bench, QWidget* parent);
[[nodiscard]] QWidget* makeLeasesView(Workbench& bench, QWidget* parent);
[[nodiscard]] QWidget* makeKeysView(Workbench& bench, QWidget* parent);

} // namespace drover::gui
