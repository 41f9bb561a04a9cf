#include "gui/bridge/local_starter.h"

#include <QDir>
#include <QFileInfo>
#include <QProcessEnvironment>

namespace drover::gui::bridge {

namespace {

constexpr int kPatience = 5'000; // ms
constexpr int kLevels = 4;       // from build/bin to the project's folder, and some more

} // namespace

LocalStarter::Found LocalStarter::find(const QString& programFolder)
{
    Found found;
    for (const char* program : {"drover-control", "drover-agent", "drover"})
        if (!QFileInfo(QDir(programFolder), QString::fromLatin1(program)).isExecutable()) {
            found.problem = tr("%1 is not beside this program").arg(QString::fromLatin1(program));
            return found;
        }
    found.programs = programFolder;
    QDir folder(programFolder);
    for (int i = 0; i < kLevels && found.script.isEmpty(); ++i) {
        // Other projects have an `up`, too.
        const QFileInfo script(folder, QStringLiteral("up"));
        if (script.isExecutable() && folder.exists(QStringLiteral("resources/local/cluster.py")))
            found.script = script.absoluteFilePath();
        else if (!folder.cdUp())
            break;
    }
    if (found.script.isEmpty())
        found.problem = tr("This program does not stand in Drover's folder, which has ./up");
    return found;
}

LocalStarter::LocalStarter(QObject* parent) : QObject(parent)
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_patience.setSingleShot(true);
    m_patience.setInterval(kPatience);
    connect(&m_patience, &QTimer::timeout, &m_process, &QProcess::kill);
    connect(&m_process, &QProcess::readyRead, this, &LocalStarter::read);
    connect(&m_process, &QProcess::finished, this, &LocalStarter::ended);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) // else `finished` follows
            Q_EMIT finished(tr("It cannot be run: %1").arg(m_process.errorString()));
    });
}

LocalStarter::~LocalStarter()
{
    m_process.disconnect(this);
    if (!isRunning())
        return;
    // Without waiting for a script that takes its time to end.
    m_process.terminate();
    if (!m_process.waitForFinished(100))
        m_process.kill();
}

void LocalStarter::start(const Found& found)
{
    if (isRunning() || found.script.isEmpty())
        return;
    m_cancelled = false;
    m_lastLine.clear();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("DROVER_BIN"), found.programs);
    m_process.setProcessEnvironment(environment);
    m_process.start(found.script, {QStringLiteral("--no-console"), QStringLiteral("--verbose")});
}

void LocalStarter::cancel()
{
    if (!isRunning())
        return;
    m_cancelled = true;
    m_process.terminate();
    m_patience.start();
}

bool LocalStarter::isRunning() const { return m_process.state() != QProcess::NotRunning; }

void LocalStarter::read()
{
    const QString text = QString::fromUtf8(m_process.readAll());
    for (const QString& line : text.split(QLatin1Char('\n')))
        if (!line.trimmed().isEmpty())
            m_lastLine = line.trimmed();
    Q_EMIT said(text);
}

void LocalStarter::ended(int code, QProcess::ExitStatus status)
{
    m_patience.stop();
    read();
    if (m_cancelled)
        Q_EMIT finished(
            tr("It was cancelled. What had started by then runs on; ./up --down ends it."));
    else if (status == QProcess::NormalExit && code == 0)
        Q_EMIT finished({});
    else
        Q_EMIT finished(m_lastLine.isEmpty() ? tr("It ended with exit code %1").arg(code)
                                             : m_lastLine);
}

} // namespace drover::gui::bridge
