#include "gui/models/messages_model.h"

#include <algorithm>
#include <utility>

namespace drover::gui::models {

void MessagesModel::take(std::vector<TappedMessage> messages)
{
    const auto all = rowCount() + static_cast<int>(messages.size());
    std::vector<std::uint64_t> gone;
    for (int row = 0; row < std::min(rowCount(), all - kMaximum); ++row)
        gone.push_back(this->row(row).id);
    merge(std::move(messages), gone);
}

int MessagesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MessagesModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const TappedMessage& row = this->row(index.row());
    if (role == kSortRole && index.column() == When)
        return QVariant::fromValue<qulonglong>(row.id);
    if (role != Qt::DisplayRole && role != kSortRole)
        return {};
    switch (index.column()) {
    case When:
        return QString::fromStdString(model::toString(row.at)).mid(11, 12);
    case Direction:
        switch (row.kind) {
        case TappedMessage::Kind::Request:
            return tr("→ request");
        case TappedMessage::Kind::Reply:
            return tr("← reply");
        case TappedMessage::Kind::Event:
            return tr("← event");
        }
        return {};
    case Name:
        return row.name;
    case Note:
        return row.note;
    case Content:
        return row.json.left(400);
    default:
        return {};
    }
}

QVariant MessagesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case When:
        return tr("When (UTC)");
    case Direction:
        return tr("Direction");
    case Name:
        return tr("Message");
    case Note:
        return tr("Note");
    case Content:
        return tr("Content");
    default:
        return {};
    }
}

} // namespace drover::gui::models
