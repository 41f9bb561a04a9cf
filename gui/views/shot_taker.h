#pragma once

// Renders every view of a cluster to PNG files, light and dark, without a person: the pictures of
// the documentation, and a look at how it all looks.

#include <QDir>
#include <QObject>
#include <QTimer>

#include <vector>

namespace drover::gui {

class MainWindow;

class ShotTaker final : public QObject
{
    Q_OBJECT
public:
    // Writes FACET-light.png and FACET-dark.png, and those of its parts, once the cluster is live.
    // The window outlives it.
    ShotTaker(MainWindow& window, const QDir& folder, QObject* parent = nullptr);

Q_SIGNALS:
    // `problem`: why not all could be written; empty if they were.
    void finished(const QString& problem);

private:
    void begin();
    void next();
    void take();
    void chooseDataset();

    struct Shot
    {
        QString facet;
        QString part; // of it; empty: what it shows first
        bool dark = false;
    };

    MainWindow& m_window;
    QDir m_folder;
    std::vector<Shot> m_left;
    QTimer m_settled;  // until all is read, and a tick has passed
    QTimer m_patience; // for the cluster to be live
};

} // namespace drover::gui
