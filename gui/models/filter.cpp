#include "gui/models/filter.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QStringList>

#include <array>
#include <initializer_list>
#include <utility>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::Filter)
};

// At spaces outside quotes; the quotes go.
QStringList wordsOf(const QString& text)
{
    QStringList words;
    QString word;
    bool quoted = false;
    for (const QChar c : text) {
        if (c == QLatin1Char('"')) {
            quoted = !quoted;
        } else if (c.isSpace() && !quoted) {
            if (!word.isEmpty())
                words << std::exchange(word, {});
        } else {
            word += c;
        }
    }
    if (!word.isEmpty())
        words << word;
    return words;
}

// The whole text, with `*` for anything.
std::function<bool(const QString&)> whole(const QString& pattern)
{
    if (!pattern.contains(QLatin1Char('*')))
        return [pattern](const QString& text) {
            return text.compare(pattern, Qt::CaseInsensitive) == 0;
        };
    QString expression = QRegularExpression::escape(pattern);
    expression.replace(QStringLiteral("\\*"), QStringLiteral(".*"));
    const QRegularExpression regular(QRegularExpression::anchoredPattern(expression),
                                     QRegularExpression::CaseInsensitiveOption);
    return [regular](const QString& text) { return regular.match(text).hasMatch(); };
}

// `in sync`, `InSync` and `insync` are one word.
QString plain(const QString& text)
{
    QString result = text.toLower();
    result.remove(QLatin1Char(' '));
    result.remove(QLatin1Char('-'));
    return result;
}

template <class Enum>
std::vector<Enum> startingWith(const QString& value, std::initializer_list<Enum> all)
{
    std::vector<Enum> found;
    for (const Enum one : all)
        if (plain(QString::fromLatin1(toString(one))).startsWith(plain(value)))
            found.push_back(one);
    return found;
}

template <class Enum>
bool contains(const std::vector<Enum>& all, Enum one)
{
    for (const Enum value : all)
        if (value == one)
            return true;
    return false;
}

} // namespace

Filter Filter::parse(const QString& text)
{
    Filter filter;
    for (const QString& word : wordsOf(text))
        filter.add(word);
    return filter;
}

void Filter::add(const QString& word)
{
    const bool negated = word.startsWith(QLatin1Char('!'));
    const QString rest = negated ? word.mid(1) : word;
    if (rest.isEmpty())
        return; // still being typed
    Test made = test(rest);
    if (!made)
        return;
    if (negated)
        m_terms.push_back([made = std::move(made)](const DatasetRow& row) { return !made(row); });
    else
        m_terms.push_back(std::move(made));
}

Filter::Test Filter::test(const QString& word)
{
    for (const QString& key : {QStringLiteral("size"), QStringLiteral("used")})
        if (word.startsWith(key, Qt::CaseInsensitive) && word.size() > key.size() &&
            QStringLiteral("<>=").contains(word.at(key.size())))
            return sizeTest(key, word.mid(key.size()));
    const auto colon = word.indexOf(QLatin1Char(':'));
    if (colon > 0)
        return keyTest(word.left(colon).toLower(), word.mid(colon + 1));
    return [word](const DatasetRow& row) { return row.name.contains(word, Qt::CaseInsensitive); };
}

Filter::Test Filter::sizeTest(const QString& key, const QString& rest)
{
    const QString sign = rest.left(rest.size() > 1 && rest.at(1) == QLatin1Char('=') ? 2 : 1);
    const QString number = rest.mid(sign.size());
    if (number.isEmpty())
        return {};
    const auto bytes = parseByteCount(number.toStdString());
    if (!bytes) {
        m_error = Text::tr("%1 is not a size: %2")
                      .arg(number, QString::fromStdString(bytes.error().message));
        return {};
    }
    const bool less = sign.startsWith(QLatin1Char('<'));
    const bool more = sign.startsWith(QLatin1Char('>'));
    const bool same = sign.endsWith(QLatin1Char('='));
    const bool isSize = key == QStringLiteral("size");
    return [limit = *bytes, less, more, same, isSize](const DatasetRow& row) {
        const auto& value = isSize ? row.size : row.used;
        return value &&
               ((less && *value < limit) || (more && *value > limit) || (same && *value == limit));
    };
}

Filter::Test Filter::keyTest(const QString& key, const QString& value)
{
    if (value.isEmpty())
        return {}; // still being typed
    if (key == QStringLiteral("name"))
        return [value](const DatasetRow& row) {
            return row.name.contains(value, Qt::CaseInsensitive);
        };
    if (key == QStringLiteral("reason"))
        return [value](const DatasetRow& row) {
            return row.reason.contains(value, Qt::CaseInsensitive);
        };
    if (key == QStringLiteral("node"))
        return [is = whole(value)](const DatasetRow& row) {
            return is(row.node) || (row.moving && is(row.target));
        };
    if (key == QStringLiteral("pool"))
        return [is = whole(value)](const DatasetRow& row) { return is(row.pool); };
    if (key == QStringLiteral("holder"))
        return [is = whole(value)](const DatasetRow& row) {
            for (const QString& holder : row.holders.split(QStringLiteral(", ")))
                if (is(holder))
                    return true;
            return false;
        };
    if (key == QStringLiteral("label")) {
        const auto equals = value.indexOf(QLatin1Char('='));
        const std::string name = value.left(equals).toStdString();
        if (equals < 0)
            return [name](const DatasetRow& row) { return row.labelPairs.contains(name); };
        return [name, is = whole(value.mid(equals + 1))](const DatasetRow& row) {
            const auto it = row.labelPairs.find(name);
            return it != row.labelPairs.end() && is(QString::fromStdString(it->second));
        };
    }
    if (key == QStringLiteral("sync")) {
        const auto meant = startingWith(value, {Sync::InSync, Sync::Converging, Sync::Blocked});
        if (!meant.empty())
            return [meant](const DatasetRow& row) { return contains(meant, row.sync); };
        m_error = Text::tr("sync: is one of insync, converging, blocked");
        return {};
    }
    if (key == QStringLiteral("health")) {
        const auto meant = startingWith(
            value, {Health::Healthy, Health::Degraded, Health::Unavailable, Health::Unknown});
        if (!meant.empty())
            return [meant](const DatasetRow& row) { return contains(meant, row.health); };
        m_error = Text::tr("health: is one of healthy, degraded, unavailable, unknown");
        return {};
    }
    if (key == QStringLiteral("is")) {
        const QString what = value.toLower();
        if (what == QStringLiteral("deleted")) {
            m_wantsDeleted = true;
            return [](const DatasetRow& row) { return row.deleted; };
        }
        if (what == QStringLiteral("moving"))
            return [](const DatasetRow& row) { return row.moving; };
        if (what == QStringLiteral("leased"))
            return [](const DatasetRow& row) { return !row.holders.isEmpty(); };
        m_error = Text::tr("is: is one of deleted, moving, leased");
        return {};
    }
    m_error =
        Text::tr(
            "%1: is no key; there are name, node, pool, sync, health, label, holder, reason, is")
            .arg(key);
    return {};
}

bool Filter::matches(const DatasetRow& row) const
{
    if (!m_error.isEmpty())
        return true;
    for (const Test& test : m_terms)
        if (!test(row))
            return false;
    return true;
}

} // namespace drover::gui::models
