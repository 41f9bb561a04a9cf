#pragma once

// The cluster as a picture, laid out but not drawn: nodes as cards, in groups by a label; datasets
// as chips, as wide as they are large; moves as arrows.
//
// Specification
// - A dataset stands as Present on the node that owns it. It stands as a Ghost where it is wanted
//   and is not yet: on the target of a move, and on the wished node while nobody owns it. It stands
//   as Struck where something of it is that is not wanted any more: a retired or stray copy, the
//   copy of a deleted dataset.
// - What has no place yet stands on a card of its own, the last one.
// - Far away, where no chip could be read, cards are compact: they tell how many of what they have,
//   and are laid out in the widget's own measure.
// - With a filter, cards without a chip are left out.
// - Equal cluster, equal picture: whoever draws compares with the one before, and draws what
//   differs.

#include "gui/models/cluster_data.h"
#include "gui/models/picture_layout.h"
#include "gui/models/sign.h"

#include <QList>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace drover::gui::models {

struct Chip
{
    enum class Kind { Present, Ghost, Struck };
    model::DatasetId dataset;
    QString name;
    Kind kind = Kind::Present;
    Sign sign = Sign::None;
    QRectF rect;
    bool operator==(const Chip&) const = default;
};

// How many of what a card has.
struct CardTally
{
    int present = 0;
    int ghosts = 0;
    int struck = 0;
    int busy = 0;            // of those present: on their way to what is wanted
    int trouble = 0;         // present or ghosts: bad, with a warning, or not known
    Sign worst = Sign::None; // of those in trouble
    bool operator==(const CardTally&) const = default;
};

struct Card
{
    std::optional<model::NodeId> node; // absent: those without a place
    QString title;
    QString note; // state, what is free
    Sign sign = Sign::None;
    int percentUsed = -1; // of its pools; -1: not known
    QRectF rect;
    CardTally tally;
    QList<Chip> chips; // none if it is compact; shared by the pictures in which it is the same
    bool operator==(const Card&) const = default;
};

struct Group
{
    QString title;
    QRectF rect; // of the title
    bool operator==(const Group&) const = default;
};

struct Arrow
{
    model::DatasetId dataset;
    QPointF from;
    QPointF to;
    std::optional<int> percent; // of the running pass
    bool pending = false;       // staged, not sent
    bool operator==(const Arrow&) const = default;
};

struct Picture
{
    std::vector<Group> groups;
    std::vector<Card> cards;
    std::vector<Arrow> arrows;
    QSizeF size;
    double scale = 1; // from its measure to the widget's
    CardDetail detail = CardDetail::Chips;
    bool operator==(const Picture&) const = default;
};

struct PictureOptions
{
    double width = 1000; // as wide as it may be, in the widget's measure
    double zoom = 1;
    double lineHeight = 16; // of its text
    QString groupBy;        // a label of the nodes; empty: no groups
    std::function<bool(const model::DatasetRecord&)> shows; // empty: all
    QString filter; // the text of `shows`: another text, another filter
    std::vector<std::pair<model::DatasetId, model::NodeId>> pendingMoves;
};

// Draws up one picture after the other; what was not touched since the last one is taken from it.
class PictureDrafter final : public QObject
{
    Q_OBJECT
public:
    // The data outlives it.
    explicit PictureDrafter(const ClusterData& data, QObject* parent = nullptr);
    ~PictureDrafter() override;
    [[nodiscard]] Picture draw(const PictureOptions& options);
    // The largest zoom, but not more than 1, at which all of it is seen; whatever `options` says of
    // the zoom.
    [[nodiscard]] double fit(const PictureOptions& options, double height);

private:
    class Draft;
    const ClusterData& m_data;
    std::unique_ptr<Draft> m_draft;
};

// The first and only one of a drafter.
[[nodiscard]] Picture drawUp(const ClusterData& data, const PictureOptions& options);
// All labels that some node has, to group by.
[[nodiscard]] std::vector<std::string> nodeLabels(const ClusterData& data);

} // namespace drover::gui::models
