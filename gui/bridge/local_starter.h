#pragma once

// Starts a cluster on this machine: runs the project's `./up --no-console` with the programs that
// stand beside this one, tells what it says, and how it ended. Never waits.
//
// Owner: the GUI thread.

#include <QObject>
#include <QProcess>
#include <QString>
#include <QTimer>

namespace drover::gui::bridge {

class LocalStarter final : public QObject
{
    Q_OBJECT
public:
    // What there is to run, as seen from a folder of programs.
    struct Found
    {
        QString script;   // `up`; empty: there is none
        QString programs; // the folder with control, agent and command line
        QString problem;  // why nothing can be started, for people; empty: it can
    };
    [[nodiscard]] static Found find(const QString& programFolder);

    explicit LocalStarter(QObject* parent = nullptr);
    ~LocalStarter() override; // what is still starting is told to end

    void start(const Found& found);
    // Ends the script; what it has started until then runs on.
    void cancel();
    [[nodiscard]] bool isRunning() const;

Q_SIGNALS:
    void said(const QString& text);
    // An empty problem: the cluster runs, and the command line's file has its context.
    void finished(const QString& problem);

private:
    void read();
    void ended(int code, QProcess::ExitStatus status);

    QProcess m_process;
    QTimer m_patience; // until a script that was told to end is killed
    QString m_lastLine;
    bool m_cancelled = false;
};

} // namespace drover::gui::bridge
