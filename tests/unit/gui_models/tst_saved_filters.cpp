// What a person keeps, and what is done to many objects at once.

#include "gui/models/label_edit.h"
#include "gui/models/saved_filters.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

using namespace drover;
using gui::models::LabelEdit;
using gui::models::SavedFilters;

class TestSavedFilters : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_settings;

private Q_SLOTS:
    void initTestCase()
    {
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        QCoreApplication::setOrganizationName(QStringLiteral("drover"));
        QCoreApplication::setApplicationName(QStringLiteral("test"));
    }

    void filtersAreKeptByNameAndRemoved()
    {
        SavedFilters filters;
        QVERIFY(filters.entries().empty());
        filters.save(QStringLiteral("shop"), QStringLiteral("label:team=shop"));
        filters.save(QStringLiteral("blocked"), QStringLiteral("sync:blocked"));
        filters.save(QStringLiteral("shop"), QStringLiteral("label:team=shop !node:n1"));
        const auto expect = [](const SavedFilters& kept) {
            QCOMPARE(kept.entries().size(), std::size_t{2});
            QCOMPARE(kept.entries()[0].name, QStringLiteral("blocked"));
            QCOMPARE(kept.find(QStringLiteral("shop"))->text,
                     QStringLiteral("label:team=shop !node:n1"));
        };
        expect(filters);
        expect(SavedFilters()); // the next time
        filters.remove(QStringLiteral("shop"));
        QVERIFY(!filters.find(QStringLiteral("shop")));
        QCOMPARE(SavedFilters().entries().size(), std::size_t{1});
    }

    void editOfManyKeepsWhatItDoesNotName()
    {
        const auto edit = LabelEdit::parse(QStringLiteral("team = shop, old-,, env=a=b"));
        QVERIFY(edit.ok());
        QVERIFY(!edit->isEmpty());
        QVERIFY((edit->applied({{"old", "1"}, {"team", "x"}, {"stays", "y"}}) ==
                 model::Labels{{"env", "a=b"}, {"stays", "y"}, {"team", "shop"}}));
        QVERIFY(LabelEdit::parse(QString())->isEmpty());
        for (const char* bad : {"word", "=value", "-", "a=b, c"})
            QVERIFY2(!LabelEdit::parse(QString::fromLatin1(bad)).ok(), bad);
    }
};

QTEST_GUILESS_MAIN(TestSavedFilters)
#include "tst_saved_filters.moc"
