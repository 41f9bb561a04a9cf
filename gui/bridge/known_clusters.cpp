#include "gui/bridge/known_clusters.h"

#include <utility>

namespace drover::gui::bridge {

using model::Error;
using model::ErrorCode;

void KnownClusters::load(const std::filesystem::path& file)
{
    m_file = file;
    reload();
}

void KnownClusters::reload()
{
    auto config = contexts::loadConfig(m_file);
    m_problem =
        config ? QString()
               : QString::fromStdString(config.error().subject + ": " + config.error().message);
    m_config = config ? std::move(*config) : contexts::Config{};
    Q_EMIT changed();
}

model::Result<contexts::Context> KnownClusters::join(contexts::ContextToken token,
                                                     const std::string& name,
                                                     const std::string& ownKey)
{
    auto joined = contexts::importToken(m_file, std::move(token), name, ownKey);
    reload();
    return joined;
}

model::Result<contexts::Context> KnownClusters::adoptLocal()
{
    const auto told = contexts::loadConfig(contexts::userConfigPath());
    if (!told)
        return told.error();
    const contexts::Context* local = told->find(told->current);
    if (!local)
        return Error{ErrorCode::NotFound, "the cluster that was started is not in the file",
                     contexts::userConfigPath().string(), "drover context list"};
    auto config = contexts::loadConfig(m_file);
    if (!config)
        return config.error();
    if (const contexts::Context* known = config->find(local->name); !known || !(*known == *local)) {
        config->set(*local);
        if (config->current.empty())
            config->current = local->name;
        if (const auto saved = contexts::saveConfig(m_file, *config); !saved)
            return saved.error();
    }
    reload();
    return *local;
}

model::Result<void> KnownClusters::forget(const std::string& name)
{
    auto config = contexts::loadConfig(m_file);
    if (!config)
        return config.error();
    std::erase_if(config->contexts, [&](const auto& context) { return context.name == name; });
    if (config->current == name)
        config->current.clear();
    const auto saved = contexts::saveConfig(m_file, *config);
    reload();
    return saved;
}

} // namespace drover::gui::bridge
