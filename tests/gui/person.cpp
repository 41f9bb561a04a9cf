#include "tests/gui/person.h"

#include "gui/views/main_window.h"

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QLineEdit>
#include <QTableView>
#include <QTest>
#include <QTimer>

namespace drover::test {

namespace {

constexpr int kLook = 10;         // ms between two looks for a dialog
constexpr int kPatience = 20'000; // ms; only a failing test waits so long

template <class Widget>
Widget& find(QWidget& inside, const char* name)
{
    auto* widget = inside.findChild<Widget*>(QString::fromLatin1(name));
    if (!widget)
        qFatal("there is no %s in %s", name, qPrintable(inside.objectName()));
    return *widget;
}

// For a look at the dialogs: DROVER_TEST_PICTURES names a folder that gets one of each.
void keepPicture(QWidget& window)
{
    const QString folder = qEnvironmentVariable("DROVER_TEST_PICTURES");
    if (!folder.isEmpty() && window.isWindow())
        window.grab().save(folder + QLatin1Char('/') + window.objectName() +
                           QStringLiteral(".png"));
}

int rowOf(const QTableView& table, const QString& name)
{
    const QAbstractItemModel& model = *table.model();
    for (int row = 0; row < model.rowCount(); ++row)
        if (model.index(row, 0).data().toString() == name)
            return row;
    return -1;
}

} // namespace

bool openCluster(gui::MainWindow& window, const contexts::Context& context,
                 const std::string& dataset)
{
    constexpr int kLivePatience = 30'000; // ms
    window.resize(1280, 800);
    window.show();
    window.open(context);
    return QTest::qWaitFor(
        [&] {
            const gui::models::ClusterData& data = window.bench().data;
            return window.bench().session.connection().state ==
                       gui::models::ConnectionInfo::State::Live &&
                   data.revision() > 0 && (dataset.empty() || data.datasetNamed(dataset));
        },
        kLivePatience);
}

QTableView& tableIn(const gui::MainWindow& window, const char* name)
{
    auto* table = window.findChild<QTableView*>(QString::fromLatin1(name));
    if (!table)
        qFatal("there is no table %s", name);
    return *table;
}

QAction& actionOf(gui::MainWindow& window, const char* id)
{
    QAction* action = window.bench().actions.find(QString::fromLatin1(id));
    if (!action)
        qFatal("there is no action %s", id);
    return *action;
}

bool inDialog(const QString& name, const std::function<void()>& act,
              const std::function<void(QWidget&)>& answer)
{
    bool came = false;
    QElapsedTimer waited;
    waited.start();
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &look, [&] {
        QWidget* dialog = QApplication::activeModalWidget();
        if (dialog && dialog->objectName() == name && dialog->isVisible()) {
            look.stop();
            came = true;
            answer(*dialog);
        } else if (waited.elapsed() > kPatience) {
            look.stop();
            if (dialog)
                dialog->close();
        }
    });
    look.start(kLook);
    act();
    return came;
}

void type(QWidget& inside, const char* name, const QString& text)
{
    auto& edit = find<QLineEdit>(inside, name);
    edit.setFocus();
    edit.clear();
    QTest::keyClicks(&edit, text);
}

void choose(QWidget& inside, const char* name, const QString& word)
{
    auto& box = find<QComboBox>(inside, name);
    const int entry = box.findText(word, Qt::MatchStartsWith);
    if (entry < 0)
        qFatal("%s has no entry %s", name, qPrintable(word));
    box.setCurrentIndex(entry);
}

void tick(QWidget& inside, const char* name)
{
    find<QAbstractButton>(inside, name).setChecked(true);
}

bool press(QWidget& inside, const char* name)
{
    auto& button = find<QAbstractButton>(inside, name);
    if (!QTest::qWaitFor([&] { return button.isEnabled(); }, kPatience))
        return false;
    keepPicture(inside);
    QTest::mouseClick(&button, Qt::LeftButton);
    return true;
}

QString cell(const QTableView& table, const QString& name, const QString& column)
{
    const int row = rowOf(table, name);
    const QAbstractItemModel& model = *table.model();
    for (int i = 0; row >= 0 && i < model.columnCount(); ++i)
        if (model.headerData(i, Qt::Horizontal).toString() == column)
            return model.index(row, i).data().toString();
    return {};
}

bool clickRow(QTableView& table, const QString& name)
{
    const int row = rowOf(table, name);
    if (row < 0)
        return false;
    const QModelIndex index = table.model()->index(row, 0);
    table.scrollTo(index);
    QTest::mouseClick(table.viewport(), Qt::LeftButton, Qt::NoModifier,
                      table.visualRect(index).center());
    return table.currentIndex().row() == row;
}

} // namespace drover::test
