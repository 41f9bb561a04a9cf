#pragma once

// The facets at the left, each with its live count.

#include <QTreeWidget>

namespace drover::gui {

class Workbench;

class FacetList final : public QTreeWidget
{
    Q_OBJECT
public:
    explicit FacetList(Workbench& bench, QWidget* parent = nullptr);
    void choose(const QString& facet);
    [[nodiscard]] QString chosen() const;

Q_SIGNALS:
    void facetChosen(const QString& facet);

protected:
    [[nodiscard]] QSize sizeHint() const override;

private:
    void updateCounts();
    Workbench& m_bench;
};

} // namespace drover::gui
