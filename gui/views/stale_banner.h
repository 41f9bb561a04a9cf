#pragma once

// Says above the views, whenever what they show may not be what is: why, since when, what to do.
// The veil lies over the views as long, so that nobody takes old data for new; it lets everything
// through, reading and staging go on.

#include <QFrame>
#include <QWidget>

class QLabel;

namespace drover::gui {

class Workbench;

class StaleBanner final : public QFrame
{
    Q_OBJECT
public:
    explicit StaleBanner(Workbench& bench, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void update();
    Workbench& m_bench;
    QLabel* m_sign;
    QLabel* m_text;
};

class Veil final : public QWidget
{
    Q_OBJECT
public:
    // Lies over `below` while the connection is not live.
    Veil(Workbench& bench, QWidget* below);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void update();
    Workbench& m_bench;
};

} // namespace drover::gui
