#pragma once

// Desired | actual, field by field, whole: what is long is wrapped, over both columns where the
// other one is empty. As high as what is in it. Copy takes the current field's values.

#include "gui/models/detail.h"

#include <QTreeWidget>

#include <vector>

namespace drover::gui {

class FieldTable final : public QTreeWidget
{
    Q_OBJECT
public:
    explicit FieldTable(QWidget* parent = nullptr);

    // Rows that stay keep their selection.
    void show(const std::vector<models::FieldRow>& rows);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fitHeight();
};

} // namespace drover::gui
