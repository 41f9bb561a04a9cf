#include "agent/backend/make_backend.h"

#include "agent/backend/directory/directory_backend.h"
#include "agent/backend/loopback/loopback_backend.h"

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;

const std::vector<std::string>& backendKinds()
{
    static const std::vector<std::string> kinds{"directory", "loopback"};
    return kinds;
}

model::Result<std::unique_ptr<StorageBackend>> makeBackend(const PoolConfig& config,
                                                           CommandRunner& runner)
{
    if (!config.path.is_absolute() || !config.mountRoot.is_absolute())
        return Error{ErrorCode::InvalidArgument,
                     "path and mount root must be absolute",
                     "pool " + config.name,
                     {}};
    PoolConfig clean = config;
    clean.path = config.path.lexically_normal();
    clean.mountRoot = config.mountRoot.lexically_normal();
    std::unique_ptr<StorageBackend> made;
    if (config.kind == "directory")
        made = std::make_unique<DirectoryBackend>(std::move(clean));
    else if (config.kind == "loopback")
        made = std::make_unique<LoopbackBackend>(std::move(clean), runner);
    if (!made)
        return Error{ErrorCode::InvalidArgument, "no backend is called `" + config.kind + "`",
                     "pool " + config.name, "use directory or loopback"};
    return made;
}

} // namespace drover::agent::backend
