#include "bus/transport/context.h"

#include <sys/resource.h>

namespace drover::bus {

namespace {

zmq::context_t makeContext(const ContextOptions& options)
{
    zmq::context_t context;
    context.set(zmq::ctxopt::io_threads, 2); // one for each kind of traffic
    context.set(zmq::ctxopt::max_sockets, options.maxSockets);
    return context;
}

} // namespace

Context::Context(const ContextOptions& options)
    : m_context(makeContext(options)), m_authenticator(m_context)
{}

Context::~Context() { m_context.shutdown(); }

std::uint64_t raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    if (limit.rlim_cur < limit.rlim_max) {
        const rlim_t before = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max;
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
            return before;
    }
    return limit.rlim_cur;
}

std::uint64_t descriptorLimit()
{
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

} // namespace drover::bus
