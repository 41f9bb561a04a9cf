#include "gui/views/exporter.h"

#include "gui/views/picture_canvas.h"

#include <QAbstractItemModel>
#include <QCoreApplication>
#include <QPainter>
#include <QPixmap>
#include <QSaveFile>
#include <QStringList>
#include <QSvgGenerator>
#include <QTableView>
#include <QWidget>

namespace drover::gui {

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::Exporter)
};

QString csvCell(QString text)
{
    if (!text.isEmpty() && QStringLiteral("=+-@").contains(text.front()))
        text.prepend(QLatin1Char('\''));
    text.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + text + QLatin1Char('"');
}

const QTableView* visibleTable(const QWidget& view)
{
    for (const QTableView* table : view.findChildren<QTableView*>())
        if (table->isVisible())
            return table;
    return nullptr;
}

bool writeSvg(const PictureCanvas& canvas, const QString& file)
{
    QSvgGenerator svg;
    const QSize size = canvas.picture().size.toSize();
    svg.setFileName(file);
    svg.setSize(size);
    svg.setViewBox(QRect(QPoint(), size));
    svg.setTitle(Text::tr("The cluster"));
    QPainter painter;
    if (!painter.begin(&svg))
        return false;
    painter.fillRect(QRect(QPoint(), size), canvas.palette().color(QPalette::Window));
    canvas.render(painter, QRectF(QPointF(), QSizeF(size)));
    return painter.end();
}

bool writeText(const QString& text, const QString& file)
{
    QSaveFile out(file);
    return out.open(QIODevice::WriteOnly) && out.write(text.toUtf8()) >= 0 && out.commit();
}

// The whole picture of the cluster, also what is scrolled away; of other views what is seen.
QPixmap pictureOf(QWidget& view)
{
    const auto* canvas = view.findChild<PictureCanvas*>();
    if (!canvas)
        return view.grab();
    QPixmap pixmap(canvas->picture().size.toSize() * 2); // sharp when printed
    pixmap.fill(view.palette().color(QPalette::Window));
    QPainter painter(&pixmap);
    canvas->render(painter, QRectF(pixmap.rect()));
    return pixmap;
}

} // namespace

QString csvOf(const QAbstractItemModel& model)
{
    QString text;
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column)
        cells << csvCell(model.headerData(column, Qt::Horizontal).toString());
    text += cells.join(QLatin1Char(',')) + QStringLiteral("\r\n");
    for (int row = 0; row < model.rowCount(); ++row) {
        cells.clear();
        for (int column = 0; column < model.columnCount(); ++column)
            cells << csvCell(model.index(row, column).data().toString());
        text += cells.join(QLatin1Char(',')) + QStringLiteral("\r\n");
    }
    return text;
}

QString exportFilters(const QWidget& view)
{
    QStringList kinds;
    if (visibleTable(view))
        kinds << Text::tr("Table (*.csv)");
    kinds << Text::tr("Picture (*.png)");
    if (view.findChild<PictureCanvas*>())
        kinds << Text::tr("Drawing (*.svg)");
    return kinds.join(QStringLiteral(";;"));
}

QString exportView(QWidget& view, const QString& file)
{
    bool done = false;
    const auto* canvas = view.findChild<PictureCanvas*>();
    const QTableView* table = visibleTable(view);
    if (file.endsWith(QStringLiteral(".csv"), Qt::CaseInsensitive) && table)
        done = writeText(csvOf(*table->model()), file);
    else if (file.endsWith(QStringLiteral(".svg"), Qt::CaseInsensitive) && canvas)
        done = writeSvg(*canvas, file);
    else if (file.endsWith(QStringLiteral(".png"), Qt::CaseInsensitive))
        done = pictureOf(view).save(file, "PNG");
    else
        return Text::tr("The name has to end in .csv, .png or .svg, as the view allows");
    return done ? QString() : Text::tr("%1 could not be written").arg(file);
}

} // namespace drover::gui
