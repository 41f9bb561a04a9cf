#pragma once

// The configuration as of any revision, chosen by a slider: read-only, marked as the past, against
// what is desired now.

#include "gui/bridge/past_reader.h"
#include "gui/models/past_model.h"

#include <QTimer>
#include <QWidget>

#include <vector>

class QFrame;
class QLabel;
class QSlider;
class QSpinBox;
class QToolButton;

namespace drover::gui {

class FieldTable;
class TablePage;
class Workbench;

class PastView final : public QWidget
{
    Q_OBJECT
public:
    explicit PastView(Workbench& bench, QWidget* parent = nullptr);

    // Revisions that can be shown: what control keeps, up to now.
    void setRange(model::Revision oldest, model::Revision newest);
    void showRevision(model::Revision revision);
    [[nodiscard]] model::Revision revision() const { return m_wanted; } // 0: none was chosen
    void setFilter(const QString& text);
    void focusFilter();

Q_SIGNALS:
    void revisionChanged();

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void layOut();
    void choose(model::Revision revision);
    void take(const bridge::Past& past);
    void tell();
    void showFields();
    void stepTo(int by);

    Workbench& m_bench;
    models::PastModel m_model;
    bridge::PastReader m_reader;
    QSlider* m_slider;
    QSpinBox* m_number;
    QFrame* m_banner;
    QLabel* m_words;
    TablePage* m_page;
    FieldTable* m_fields;
    std::vector<models::FieldRow> m_shown; // in it
    QTimer m_pause;                        // while the slider moves
    model::Revision m_oldest = 0;
    model::Revision m_newest = 0;
    model::Revision m_wanted = 0;
    QString m_made;    // when and by what the revision was made
    QString m_problem; // why it is not shown
    bool m_reading = false;
};

} // namespace drover::gui
