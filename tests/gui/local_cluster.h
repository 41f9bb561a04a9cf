#pragma once

// A cluster of real processes on free ports, for one test program: control and three agents with
// directory pools. Ended and removed at the end.

#include "bus/contexts/config.h"

#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace drover::test {

class LocalCluster
{
public:
    LocalCluster() = default;
    ~LocalCluster();
    LocalCluster(const LocalCluster&) = delete;
    LocalCluster& operator=(const LocalCluster&) = delete;

    // Starts what does not run; an empty text, or what went wrong.
    [[nodiscard]] QString up();
    void killControl(); // by SIGKILL
    // The command line; what it printed on both outputs. `ok` tells whether it succeeded.
    QString drover(const QStringList& arguments, bool* ok = nullptr) const;
    // The administrator's context, and one of a new key with this role.
    [[nodiscard]] contexts::Context admin() const;
    [[nodiscard]] contexts::Context withRole(const QString& role) const;

private:
    [[nodiscard]] QString state() const { return m_folder.filePath(QStringLiteral("cluster")); }
    QString run(const QString& program, const QStringList& arguments, bool* ok) const;

    QTemporaryDir m_folder;
};

} // namespace drover::test
