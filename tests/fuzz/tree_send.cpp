// The sending end of a tree's transfer, given a hostile receiver: the tree stays as it is, and it
// ends.

#include "agent/backend/transfer/tree_sync.h"
#include "tests/fuzz/sandbox.h"
#include "tests/fuzz/scripted_channel.h"
#include "tests/fuzz/target.h"

#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::tests {

namespace {

using namespace agent::backend;

void makeTree(const std::string& top)
{
    const auto good = [](int result) { require(result == 0, "the tree can be made"); };
    if (::access(top.c_str(), F_OK) == 0)
        return; // it must not have been changed since
    good(::mkdir(top.c_str(), 0755));
    good(::mkdir((top + "/d").c_str(), 0700));
    const int fd = ::open((top + "/d/f").c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    require(fd >= 0 && ::write(fd, "content", 7) == 7, "the tree can be made");
    good(::ftruncate(fd, 100'000));
    ::close(fd);
    good(::link((top + "/d/f").c_str(), (top + "/h").c_str()));
    good(::symlink("d/f", (top + "/l").c_str()));
    good(::mkfifo((top + "/p").c_str(), 0600));
}

std::vector<TreeEntry> lookAt(int top)
{
    const auto entries = scanTree(top, Fidelity{true}, {});
    require(entries.ok(), "the tree can be scanned");
    return *entries;
}

void send(const std::string& folder, bool final, const std::vector<std::string>& messages)
{
    const std::string top = folder + "/tree";
    makeTree(top);
    const auto fd = openFolder(top);
    require(fd.ok(), "the tree can be opened");
    const auto before = lookAt(fd->get());
    ContentCache cache;
    ScriptedChannel channel(messages);
    const auto result = sendTree(fd->get(), cache, final, channel, {}, {});
    if (!result)
        requireRefusal(result.error());
    const auto after = lookAt(fd->get());
    require(before.size() == after.size() &&
                digestOf(before, Fidelity{true}) == digestOf(after, Fidelity{true}),
            "a receiver changes nothing in what is sent");
}

} // namespace

FUZZ_TARGET(tree_send, Bytes bytes)
{
    const bool final = (bytes.byte() & 1) != 0;
    const auto messages = messagesOf(bytes);
    Sandbox::instance().run([&](const std::string& folder) { send(folder, final, messages); });
}

} // namespace drover::tests
