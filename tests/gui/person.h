#pragma once

// What a person does with a window: types, ticks, presses buttons, answers dialogs, reads tables.

#include <QString>
#include <QStringList>
#include <QWidget>

#include <functional>
#include <string>

class QAbstractItemView;
class QAction;
class QTableView;

namespace drover::contexts {
struct Context;
}
namespace drover::gui {
class MainWindow;
}

namespace drover::test {

// Shows the window with this cluster. Whether it is live at last, and has the dataset, if one is named.
[[nodiscard]] bool openCluster(gui::MainWindow& window, const contexts::Context& context,
                               const std::string& dataset = {});
[[nodiscard]] QTableView& tableIn(const gui::MainWindow& window, const char* name);
[[nodiscard]] QAction& actionOf(gui::MainWindow& window, const char* id);

// Does `act`, which opens a modal dialog of this object name, and lets `answer` deal with it.
// Whether the dialog came and was dealt with.
[[nodiscard]] bool inDialog(const QString& name, const std::function<void()>& act,
                            const std::function<void(QWidget&)>& answer);

void type(QWidget& inside, const char* name, const QString& text);   // into a line edit
void choose(QWidget& inside, const char* name, const QString& word); // the entry that begins so
void tick(QWidget& inside, const char* name);
// Waits until the button can be pressed; false if it never can.
[[nodiscard]] bool press(QWidget& inside, const char* name);

// The text of the cell in the row whose first column is `name`, in the column with this title;
// null where there is none.
[[nodiscard]] QString cell(const QTableView& table, const QString& name, const QString& column);
// Selects that row, as by a click.
[[nodiscard]] bool clickRow(QTableView& table, const QString& name);

} // namespace drover::test
