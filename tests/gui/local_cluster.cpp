#include "tests/gui/local_cluster.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>

#include <csignal>

namespace drover::test {

namespace {
constexpr int kPatience = 120'000; // ms; only a failing test waits so long
}

LocalCluster::~LocalCluster()
{
    run(QStringLiteral(DROVER_CHECKOUT "/up"),
        {QStringLiteral("--clean"), QStringLiteral("--state"), state()}, nullptr);
}

QString LocalCluster::run(const QString& program, const QStringList& arguments, bool* ok) const
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("HOME"), m_folder.path());
    environment.insert(QStringLiteral("DROVER_BIN"), QStringLiteral(DROVER_BIN));
    environment.insert(QStringLiteral("DROVER_ANY_PORTS"), QStringLiteral("1"));
    environment.insert(QStringLiteral("DROVER_CONFIG"), state() + QStringLiteral("/config"));
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    const bool ended = process.waitForFinished(kPatience);
    if (ok)
        *ok = ended && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
    return QString::fromUtf8(process.readAll());
}

QString LocalCluster::up()
{
    bool ok = false;
    const QString said =
        run(QStringLiteral(DROVER_CHECKOUT "/up"),
            {QStringLiteral("--no-console"), QStringLiteral("--state"), state()}, &ok);
    return ok ? QString() : said;
}

void LocalCluster::killControl()
{
    QFile ready(state() + QStringLiteral("/run/control.ready"));
    if (!ready.open(QIODevice::ReadOnly))
        return;
    const int pid =
        QJsonDocument::fromJson(ready.readAll()).object().value(QStringLiteral("pid")).toInt();
    if (pid > 1)
        ::kill(pid, SIGKILL);
}

QString LocalCluster::drover(const QStringList& arguments, bool* ok) const
{
    return run(QStringLiteral(DROVER_BIN "/drover"), arguments, ok);
}

contexts::Context LocalCluster::admin() const
{
    const auto config = contexts::loadConfig((state() + QStringLiteral("/config")).toStdString());
    return config && !config->contexts.empty() ? config->contexts.front() : contexts::Context{};
}

contexts::Context LocalCluster::withRole(const QString& role) const
{
    const QString stem = m_folder.filePath(role);
    drover({QStringLiteral("keys"), QStringLiteral("new"), stem});
    drover({QStringLiteral("keys"), QStringLiteral("add"), stem + QStringLiteral(".key"),
            QStringLiteral("--name"), role + QStringLiteral("-1"), QStringLiteral("--role"), role});
    contexts::Context context = admin();
    context.identity = (stem + QStringLiteral(".key_secret")).toStdString();
    return context;
}

} // namespace drover::test
