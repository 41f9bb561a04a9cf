#pragma once

// The frame: facets at the left, the chosen one's view in the middle, detail and pending changes in
// docks, the connection in the status bar. It arranges; it knows nothing of what the views show.

#include "bus/contexts/config.h"
#include "gui/views/workbench.h"

#include <QMainWindow>

#include <map>

class QMenu;
class QStackedWidget;

namespace drover::gui {

class FacetList;
class StartPage;

class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    MainWindow();
    ~MainWindow() override;

    // The file that names the known clusters.
    void loadContexts(const std::filesystem::path& file);
    // The words stand on the first page.
    void tell(const QString& words);
    void open(contexts::Context context); // by value: the known clusters may change meanwhile
    void showFacet(const QString& facet, const QString& filter = {});

    [[nodiscard]] Workbench& bench() { return m_bench; }
    // What is in the middle now.
    [[nodiscard]] QWidget* currentView() const;

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void makeDocks();
    void addActions();
    void addPictureActions();
    void makeMenus();
    void restoreLayout();
    void listContexts();
    void updateCentre();
    void showDataset(const model::DatasetId& id);
    void focusFilter();
    void exportCurrent();
    void previewAndApply();
    [[nodiscard]] QString applyBlocker() const;

    Workbench m_bench;
    FacetList* m_facets;
    QStackedWidget* m_centre;
    StartPage* m_start;
    std::map<QString, QWidget*> m_views; // made when first shown
    QMenu* m_contextMenu = nullptr;
};

} // namespace drover::gui
