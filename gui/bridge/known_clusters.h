#pragma once

// The clusters that this user knows: the command line's file of contexts, read and edited.
//
// Each edit reads the file anew, so that what the command line wrote meanwhile stays. The files are
// small and local: they are read where they are asked for.
//
// Owner: the GUI thread.

#include "bus/contexts/config.h"
#include "bus/contexts/context_token.h"

#include <QObject>
#include <QString>

namespace drover::gui::bridge {

class KnownClusters final : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    // From now on this file. What is wrong with it is `problem`.
    void load(const std::filesystem::path& file);
    void reload();
    [[nodiscard]] const contexts::Config& config() const { return m_config; }
    [[nodiscard]] const QString& problem() const { return m_problem; }
    [[nodiscard]] const std::filesystem::path& file() const { return m_file; }

    // Adds what a person was given; see contexts::importToken.
    [[nodiscard]] model::Result<contexts::Context>
    join(contexts::ContextToken token, const std::string& name, const std::string& ownKey);
    // The cluster that `./up` has told the command line of; added here, if this is another file.
    [[nodiscard]] model::Result<contexts::Context> adoptLocal();
    // Takes the entry away; the cluster and the key file stay.
    [[nodiscard]] model::Result<void> forget(const std::string& name);

Q_SIGNALS:
    void changed();

private:
    std::filesystem::path m_file;
    contexts::Config m_config;
    QString m_problem;
};

} // namespace drover::gui::bridge
