#pragma once

// The cluster as a picture: the canvas in a scroll area, what it groups by, a filter, zoom.
//
// Until a person zooms, a large cluster is shown as a whole, a small one as it is. What a person
// looks at stays where it is when the zoom changes and everything is laid out anew.

#include "gui/models/picture.h"

#include <QSize>
#include <QTimer>
#include <QWidget>

#include <cstddef>
#include <optional>

class QComboBox;
class QLabel;
class QLineEdit;
class QScrollArea;
class QVBoxLayout;

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
    void fit();    // shows all of it
    void larger(); // by one step
    void smaller();
    void actual(); // as it is

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    // What the zoom was fitted to.
    struct Fitted
    {
        QSize room;
        std::size_t nodes = 0;
        std::size_t groups = 0; // of the picture before
        QString groupBy;
        QString filter;
        bool operator==(const Fitted&) const = default;
    };
    enum class ZoomBy { Itself, Fit, Person };

    void makeTop(QVBoxLayout& layout);
    void connectCanvas();
    void zoomTo(double zoom, const std::optional<QPoint>& at = {});
    void showNode(const model::NodeId& node);
    [[nodiscard]] models::PictureOptions options() const;
    [[nodiscard]] bool isWhole() const;
    void setScale(models::PictureOptions& options);
    void redraw();
    void showChosen();
    void redrawSoon();
    void offerLabels();

    Workbench& m_bench;
    models::PictureDrafter m_drafter;
    PictureCanvas* m_canvas;
    QScrollArea* m_area;
    QComboBox* m_groupBy;
    QLineEdit* m_filter;
    QLabel* m_problem;
    ZoomBy m_zoomBy = ZoomBy::Itself;
    double m_zoom = 1;
    Fitted m_fitted;
    QTimer m_pause; // drawing up once for many changes
};

} // namespace drover::gui
