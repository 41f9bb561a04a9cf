#include "bus/contexts/connect.h"

#include "bus/contexts/key_files.h"

#include <utility>

namespace drover::contexts {

model::Result<client::ConnectionOptions> connectionOptions(const Context& context)
{
    auto key = publicKeyFrom(context.key);
    if (!key)
        return key.error();
    auto identity = readIdentity(expandHome(context.identity));
    if (!identity)
        return identity.error();
    client::ConnectionOptions options;
    options.control = context.control;
    options.events = context.events;
    options.controlKey = std::move(*key);
    options.identity = std::move(*identity);
    return options;
}

} // namespace drover::contexts
