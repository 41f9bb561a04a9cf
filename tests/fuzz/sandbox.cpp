#include "tests/fuzz/sandbox.h"

#include "tests/fuzz/target.h"

#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::tests {

namespace {

std::string freshFolder()
{
    // In memory where there is some: the code under test syncs.
    std::string folder = ::access("/dev/shm", W_OK) == 0
                             ? std::string("/dev/shm")
                             : std::filesystem::temp_directory_path().string();
    folder += "/drover-fuzz-XXXXXX";
    require(::mkdtemp(folder.data()) != nullptr, "a scratch folder can be made",
            std::strerror(errno));
    return folder;
}

// Puts the calling thread into the folder, with nothing else in sight. False: this process may not,
// or not wholly.
bool shutIn(const std::string& folder)
{
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNS) != 0)
        return false;
    const std::string proc = folder + "/proc";
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", folder.c_str(), "tmpfs", MS_NOSUID | MS_NOEXEC, "size=256m") == 0 &&
           ::mkdir(proc.c_str(), 0755) == 0 &&
           ::mount("/proc", proc.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
           ::chroot(folder.c_str()) == 0 && ::chdir("/") == 0 && ::mkdir("/room", 0755) == 0;
}

} // namespace

struct Sandbox::Impl
{
    std::string scratch = freshFolder();
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<std::function<void(const std::string&)>> work; // until it is done
    bool over = false;
    std::thread thread{[this] { serve(); }};

    void serve()
    {
        const std::string folder = shutIn(scratch) ? std::string("/room") : scratch;
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [&] { return over || work; });
            if (over)
                return;
            (*work)(folder);
            work.reset();
            changed.notify_all();
        }
    }
};

Sandbox::Sandbox() : m_impl(std::make_unique<Impl>()) {}

Sandbox::~Sandbox()
{
    {
        const std::scoped_lock lock(m_impl->mutex);
        m_impl->over = true;
        m_impl->changed.notify_all();
    }
    m_impl->thread.join();
    std::error_code
        failed; // what is left in memory until the next start of the machine is no failure
    std::filesystem::remove_all(m_impl->scratch, failed);
}

Sandbox& Sandbox::instance()
{
    static Sandbox sandbox;
    return sandbox;
}

void Sandbox::run(const std::function<void(const std::string& folder)>& work)
{
    std::unique_lock lock(m_impl->mutex);
    m_impl->work = work;
    m_impl->changed.notify_all();
    m_impl->changed.wait(lock, [&] { return !m_impl->work; });
}

} // namespace drover::tests
