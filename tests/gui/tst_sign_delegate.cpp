// What the cells of the tables look like, by their pixels.

#include "gui/models/roles.h"
#include "gui/views/palettes.h"
#include "gui/views/sign_delegate.h"
#include "gui/views/signs.h"

#include <QApplication>
#include <QIcon>
#include <QImage>
#include <QPainter>
#include <QStandardItemModel>
#include <QTest>

#include <vector>

using namespace drover::gui;

namespace {

constexpr QSize kCell{160, 24};

} // namespace

class TestSignDelegate : public QObject
{
    Q_OBJECT
private:
    // One cell with these values beside its text, on a display of that density.
    static QImage draw(const std::vector<double>& values, double density = 1)
    {
        QStandardItemModel model(1, 1);
        const QModelIndex index = model.index(0, 0);
        model.setData(index, QStringLiteral("+2 MiB"));
        model.setData(index, int(Qt::AlignRight | Qt::AlignVCenter), Qt::TextAlignmentRole);
        if (!values.empty())
            model.setData(index, QVariant::fromValue(values), models::SparkRole);
        QImage image(kCell * density, QImage::Format_RGB32);
        image.setDevicePixelRatio(density);
        image.fill(QApplication::palette().color(QPalette::Base));
        QPainter painter(&image);
        QStyleOptionViewItem option;
        option.state = QStyle::State_Enabled;
        option.font = QApplication::font();
        option.fontMetrics = QFontMetrics(option.font);
        option.palette = QApplication::palette();
        option.rect = QRect(QPoint(0, 0), kCell);
        SignDelegate().paint(&painter, option, index);
        if (const QString folder = qEnvironmentVariable("DROVER_TEST_PICTURES"); !folder.isEmpty())
            image.save(
                QStringLiteral("%1/spark-%2-%3.png").arg(folder).arg(values.size()).arg(density));
        return image;
    }
    // How many columns of the image, from the left, have something on the background; of its left
    // half only, where no text is.
    static int drawnColumns(const QImage& image)
    {
        const QRgb background = QApplication::palette().color(QPalette::Base).rgb();
        int columns = 0;
        for (int x = 0; x < image.width() / 2; ++x)
            for (int y = 0; y < image.height(); ++y)
                if (image.pixel(x, y) != background) {
                    ++columns;
                    break;
                }
        return columns;
    }

private Q_SLOTS:
    void initTestCase() { QApplication::setStyle(QStringLiteral("Fusion")); }

    void lineIsDrawnBesideTheText_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void lineIsDrawnBesideTheText()
    {
        QFETCH(bool, dark);
        QApplication::setPalette(dark ? darkPalette() : lightPalette());
        QCOMPARE(drawnColumns(draw({})), 0);
        QCOMPARE(drawnColumns(draw({7})), 0); // one value is no line
        QVERIFY(drawnColumns(draw({1, 5, 3, 3, 9, 2})) > 60);
        QVERIFY(drawnColumns(draw({4, 4, 4})) > 60); // flat, and nothing is divided by nothing
    }

    void signIsDrawnInTheSizeThatIsAskedFor()
    {
        const QIcon icon = iconOf(models::Sign::Bad, lightPalette());
        for (const int side : {13, 17, 34, 51}) {
            const QImage image = icon.pixmap(QSize(side, side), 1.0).toImage();
            QCOMPARE(image.size(), QSize(side, side));
            QImage wanted(side, side, QImage::Format_ARGB32_Premultiplied);
            wanted.fill(Qt::transparent);
            QPainter painter(&wanted);
            drawSign(painter, QRectF(0, 0, side, side), models::Sign::Bad, lightPalette());
            painter.end();
            QCOMPARE(image.convertToFormat(wanted.format()), wanted);
        }
    }

    void lineIsAsSharpAsTheDisplay()
    {
        QApplication::setPalette(lightPalette());
        const std::vector<double> values{1, 5, 3, 3, 9, 2};
        const QImage twice = draw(values, 2);
        QVERIFY(twice != draw(values).scaled(twice.size())); // drawn, not enlarged
        QVERIFY(drawnColumns(twice) > 120);
    }
};

QTEST_MAIN(TestSignDelegate)
#include "tst_sign_delegate.moc"
