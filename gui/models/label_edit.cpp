#include "gui/models/label_edit.h"

#include <QCoreApplication>
#include <QStringList>

namespace drover::gui::models {

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::LabelEdit)
};

} // namespace

model::Result<LabelEdit> LabelEdit::parse(const QString& text)
{
    LabelEdit edit;
    for (const QString& piece : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        const QString part = piece.trimmed();
        if (part.isEmpty())
            continue;
        if (const auto equals = part.indexOf(QLatin1Char('=')); equals > 0)
            edit.m_set[part.left(equals).trimmed().toStdString()] =
                part.mid(equals + 1).trimmed().toStdString();
        else if (equals < 0 && part.size() > 1 && part.endsWith(QLatin1Char('-')))
            edit.m_gone.insert(part.chopped(1).toStdString());
        else
            return model::Error{
                model::ErrorCode::InvalidArgument,
                Text::tr("'%1' is neither key=value nor key-").arg(part).toStdString(), "", ""};
    }
    return edit;
}

model::Labels LabelEdit::applied(model::Labels labels) const
{
    for (const std::string& key : m_gone)
        labels.erase(key);
    for (const auto& [key, value] : m_set)
        labels[key] = value;
    return labels;
}

} // namespace drover::gui::models
