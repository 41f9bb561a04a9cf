// drover-console: the cluster on a desktop. Chooses the cluster like the command line does, from the
// same file of contexts.

#include "bus/contexts/config.h"
#include "gui/views/language.h"
#include "gui/views/main_window.h"
#include "gui/views/shot_taker.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QSettings>
#include <QTemporaryDir>

#include <filesystem>
#include <iostream>

int main(int argc, char** argv)
{
    using namespace drover; // NOLINT: composition only
    // Pictures need no display; the platform is chosen before there is an application.
    for (int i = 1; i < argc; ++i)
        if (QByteArray(argv[i]).startsWith("--shot") &&
            !qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
            qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("drover-console"));
    QApplication::setOrganizationName(QStringLiteral("drover"));
    QApplication::setApplicationVersion(QStringLiteral(DROVER_VERSION));

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "Shows and edits a Drover cluster."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption contextOption(
        QStringLiteral("context"),
        QCoreApplication::translate("main", "Open this cluster of the file of contexts."),
        QStringLiteral("NAME"));
    const QCommandLineOption configOption(
        QStringLiteral("config"),
        QCoreApplication::translate("main",
                                    "The file of contexts; else as the command line finds it."),
        QStringLiteral("FILE"));
    const QCommandLineOption languageOption(
        QStringLiteral("language"),
        QCoreApplication::translate("main", "The language, e.g. en or zh_CN; else the system's."),
        QStringLiteral("NAME"));
    const QCommandLineOption shotOption(
        QStringLiteral("shot"),
        QCoreApplication::translate("main",
                                    "Render each view of the cluster into this folder, and end."),
        QStringLiteral("DIR"));
    parser.addOption(contextOption);
    parser.addOption(configOption);
    parser.addOption(shotOption);
    parser.addOption(languageOption);
    parser.process(application);
    gui::installLanguage(parser.value(languageOption));

    // Pictures are the same for everybody: they know nothing of what a person has arranged.
    const QTemporaryDir noSettings;
    if (parser.isSet(shotOption))
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, noSettings.path());
    gui::MainWindow window;
    const std::filesystem::path path =
        parser.isSet(configOption) ? std::filesystem::path(parser.value(configOption).toStdString())
                                   : contexts::configPath();
    window.loadContexts(path);
    const gui::bridge::KnownClusters& known = window.bench().clusters;
    if (known.problem().isEmpty()) {
        const std::string wanted = parser.isSet(contextOption)
                                       ? parser.value(contextOption).toStdString()
                                       : known.config().current;
        if (const contexts::Context* context = known.config().find(wanted))
            window.open(*context);
        else if (!wanted.empty())
            window.tell(
                QCoreApplication::translate("main", "There is no context %1 in %2.")
                    .arg(QString::fromStdString(wanted), QString::fromStdString(path.string())));
    }
    if (parser.isSet(shotOption)) {
        QApplication::setStyle(QStringLiteral("Fusion"));
        window.resize(1440, 900);
        auto* shots = new gui::ShotTaker(window, QDir(parser.value(shotOption)), &window);
        QObject::connect(shots, &gui::ShotTaker::finished, &window, [](const QString& problem) {
            if (!problem.isEmpty())
                std::cerr << "drover-console: " << problem.toStdString() << '\n';
            QApplication::exit(problem.isEmpty() ? 0 : 1);
        });
    }
    window.show();
    return QApplication::exec();
}
