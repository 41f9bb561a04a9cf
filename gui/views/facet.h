#pragma once

// A facet is one way to look at the cluster: an entry at the left, and the view it opens. To add
// one, add it to `facets()`; nothing else has to know of it.

#include <QKeySequence>
#include <QString>
#include <QStringList>

#include <functional>
#include <vector>

class QWidget;

namespace drover::gui {

class Workbench;

struct Facet
{
    QString id; // stable, for settings and requests
    QString title;
    QKeySequence key;
    // Its view. Made when it is first shown; asked by `setFilter(QString)`, if it has that slot, to
    // show a part.
    std::function<QWidget*(Workbench&, QWidget* parent)> make;
    // The count beside its title; cheap, as it is asked for after each batch.
    std::function<QString(const Workbench&)> count;
    // Names of what else it shows, one at a time, when asked by its slot `showPart(QString)`.
    QStringList parts = {};
};

// In the language of the moment.
[[nodiscard]] std::vector<Facet> facets();

} // namespace drover::gui
