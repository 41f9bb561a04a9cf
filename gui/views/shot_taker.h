#pragma once

// Renders every view of a cluster to PNG files, light and dark, without a person: the pictures of
// the documentation, and a look at how it all looks.

#include <QDir>
#include <QObject>
#include <QTimer>

#include <utility>
#include <vector>

namespace drover::gui {

class MainWindow;

class ShotTaker final : public QObject
{
    Q_OBJECT
public:
    // Writes FACET-light.png and FACET-dark.png once the cluster is live. The window outlives it.
    ShotTaker(MainWindow& window, const QDir& folder, QObject* parent = nullptr);

Q_SIGNALS:
    // `problem`: why not all could be written; empty if they were.
    void finished(const QString& problem);

private:
    void begin();
    void next();
    void take();
    void chooseDataset();

    MainWindow& m_window;
    QDir m_folder;
    std::vector<std::pair<QString, bool>> m_left; // facet, dark
    QTimer m_settled;                             // until all is read, and a tick has passed
    QTimer m_patience;                            // for the cluster to be live
};

} // namespace drover::gui
