#pragma once

// A number of the first page, with its sign and words; pressed, it shows what it counts.

#include "gui/models/sign.h"

#include <QAbstractButton>

namespace drover::gui {

class Tile final : public QAbstractButton
{
    Q_OBJECT
public:
    // `sign` is shown while the number is not 0.
    Tile(const QString& words, models::Sign sign, QWidget* parent = nullptr);
    void setNumber(std::size_t number);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {96, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    models::Sign m_sign;
    std::size_t m_number = 0;
};

} // namespace drover::gui
