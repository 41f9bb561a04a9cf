#include "gui/models/message_text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace drover::gui::models {

namespace {

QString schemaName(const QString& jsonName)
{
    QString name;
    for (const QChar c : jsonName) {
        if (c.isUpper())
            name += QLatin1Char('_');
        name += c.toLower();
    }
    return name;
}

void write(QString& out, const QString& name, const QJsonValue& value, int depth);

void write(QString& out, const QJsonObject& object, int depth)
{
    for (auto it = object.begin(); it != object.end(); ++it)
        write(out, schemaName(it.key()), it.value(), depth);
}

void write(QString& out, const QString& name, const QJsonValue& value, int depth)
{
    if (value.isArray()) { // a repeated field is written once for each
        for (const QJsonValue& each : value.toArray())
            write(out, name, each, depth);
        return;
    }
    const QString margin(2 * depth, QLatin1Char(' '));
    out += margin + name;
    if (value.isObject()) {
        out += QStringLiteral(" {\n");
        write(out, value.toObject(), depth + 1);
        out += margin + QStringLiteral("}\n");
        return;
    }
    const QString text = value.isString() ? QLatin1Char('"') + value.toString() + QLatin1Char('"')
                                          : value.toVariant().toString();
    out += QStringLiteral(": ") + text + QLatin1Char('\n');
}

} // namespace

QString messageText(const QString& json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json.toUtf8());
    if (!document.isObject())
        return json;
    QString out;
    write(out, document.object(), 0);
    return out;
}

} // namespace drover::gui::models
