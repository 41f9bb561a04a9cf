#pragma once

// What all tables of the console have in common: whole rows, one height, no grid, columns of a width
// that a person chose, and Tab leaves the table.

class QTableView;

namespace drover::gui {

void styleTable(QTableView& table);
// The menu of its head: which columns are shown, the first one in any case.
void offerColumns(QTableView& table);

} // namespace drover::gui
