#pragma once

// The status bar's account of the connection: live or since when not, who one is, how long control
// takes to answer, how far what is shown lags behind.

#include <QWidget>

class QLabel;

namespace drover::gui {

class Workbench;

class ConnectionStrip final : public QWidget
{
    Q_OBJECT
public:
    explicit ConnectionStrip(Workbench& bench, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void update();

    Workbench& m_bench;
    QLabel* m_sign;
    QLabel* m_state;
    QLabel* m_identity;
    QLabel* m_roundTrip;
    QLabel* m_lag;
};

} // namespace drover::gui
