#include "tests/support/backend/tree_passes.h"

#include "tests/support/backend/channel_pair.h"
#include "tests/support/backend/tree_fixture.h"

#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace drover::tests {

using namespace agent::backend;
namespace fs = std::filesystem;

Trees::Trees()
    : source(fs::path(base.path().toStdString()) / "source"),
      target(fs::path(base.path().toStdString()) / "target")
{
    fs::create_directory(source);
    fs::create_directory(target);
}

Trees::~Trees()
{
    removeAll(source);
    removeAll(target);
}

BackendContract::BothEnds Trees::pass(bool final, const std::function<void()>& during,
                                      std::uint64_t breakAfter)
{
    ChannelPair pair(breakAfter);
    BackendContract::BothEnds ends;
    const Canceller never;
    const Fd from(::open(source.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const Fd to(::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    bool told = false;
    const auto progress = [&](const model::TransferProgress&) {
        if (during && !std::exchange(told, true))
            during();
    };
    std::thread sender([&] {
        ends.sent = sendTree(from.get(), sourceCache, final, pair.sender(), progress, never);
        if (!ends.sent)
            pair.cut();
    });
    ends.received = receiveTree(to.get(), targetCache, final, {}, pair.receiver(), {}, never);
    if (!ends.received)
        pair.cut();
    sender.join();
    return ends;
}

std::string Trees::compare() const
{
    const bool root = ::geteuid() == 0;
    return difference(pictureOf(source, root), pictureOf(target, root));
}

} // namespace drover::tests
