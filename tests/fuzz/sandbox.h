#pragma once

// A place on this machine where hostile bytes may do what they can: a folder in memory, and, where
// the process may make one, a mount namespace and a root of its own around it, so that even what
// leaves the folder leaves nothing behind.
//
// Thread: the work is done by a thread of its own, since namespace and root are given to that
// alone; libFuzzer's own thread still sees the corpus. A process that is not root has the folder
// only.

#include <functional>
#include <memory>
#include <string>

namespace drover::tests {

class Sandbox
{
public:
    // The one of this process; made when it is first asked for.
    static Sandbox& instance();
    ~Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    // Does the work there and waits for it. `folder`: where it may make what it likes; what it
    // leaves is there the next time.
    void run(const std::function<void(const std::string& folder)>& work);

private:
    Sandbox();
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace drover::tests
