// What the console says before it deletes: what is kept, and for how long.

#include "gui/dialogs/delete_dataset_dialog.h"
#include "gui/models/cluster_data.h"

#include <QCheckBox>
#include <QLabel>
#include <QTest>

using namespace drover;

class TestDeleteDialog : public QObject
{
    Q_OBJECT

    // All that the dialog says of a dataset of a cluster with this grace.
    static QString said(model::Duration grace)
    {
        model::ClusterRecord cluster;
        cluster.deleteGrace = grace;
        model::DatasetRecord web;
        web.id.value.bytes[0] = 1;
        web.header.name = "web";
        gui::models::Batch batch;
        batch.records = {model::RecordPut{cluster}, model::RecordPut{web}};
        gui::models::ClusterData data;
        data.apply(batch);
        const gui::DeleteDatasetDialog dialog(data, {web.id}, nullptr);
        QString text;
        for (const QLabel* label : dialog.findChildren<QLabel*>())
            text += label->text() + QLatin1Char('\n');
        return text + dialog.findChild<QCheckBox*>(QStringLiteral("understood"))->text();
    }

private Q_SLOTS:
    void saysHowLongTheDataIsKept()
    {
        const QString text = said(model::Duration{3'600'000});
        QVERIFY2(text.contains(QStringLiteral("web")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("Undelete brings it back")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("destroyed after that")), qPrintable(text));
    }

    void saysThatNothingIsKept()
    {
        const QString text = said(model::Duration::zero());
        QVERIFY2(text.contains(QStringLiteral("web")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("does not bring it back")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("destroyed now")), qPrintable(text));
        QVERIFY2(!text.contains(QStringLiteral("kept for")), qPrintable(text));
    }
};

QTEST_MAIN(TestDeleteDialog)
#include "tst_delete_dialog.moc"
