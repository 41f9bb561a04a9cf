#pragma once

// The cluster as a picture: the canvas in a scroll area, what it groups by, a filter, zoom.

#include "gui/models/picture.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QScrollArea;

namespace drover::model {
struct DatasetRecord;
}

namespace drover::gui {

class PictureCanvas;
class Workbench;

class PictureView final : public QWidget
{
    Q_OBJECT
public:
    explicit PictureView(Workbench& bench, QWidget* parent = nullptr);

    [[nodiscard]] PictureCanvas& canvas() const { return *m_canvas; }

public Q_SLOTS:
    void setFilter(const QString& text);
    void focusFilter();

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void connectCanvas();
    void redraw();
    void redrawSoon();
    void offerLabels();

    Workbench& m_bench;
    models::PictureDrafter m_drafter;
    PictureCanvas* m_canvas;
    QScrollArea* m_area;
    QComboBox* m_groupBy;
    QLineEdit* m_filter;
    QLabel* m_problem;
    QTimer m_pause; // drawing up once for many changes
};

} // namespace drover::gui
