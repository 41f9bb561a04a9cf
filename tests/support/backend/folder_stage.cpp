#include "tests/support/backend/folder_stage.h"

#include "agent/backend/support/pool_marker.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace drover::tests {

using namespace agent::backend;
namespace fs = std::filesystem;

FolderStage::FolderStage(std::string kind, bool shared) : m_base(m_temporary.path().toStdString())
{
    model::PoolMarker marker;
    marker.cluster.value.bytes[0] = 0xc1;
    marker.pool = {nextUuid()};
    marker.kind = kind;
    marker.shared = shared;
    m_config.name = kind + "-pool";
    m_config.kind = std::move(kind);
    m_config.path = m_base / "pool";
    m_config.mountRoot = m_base / "mounts";
    m_config.node = {nextUuid()};
    m_config.boot = {nextUuid()};
    m_config.cluster = marker.cluster;
    if (const auto made = initPool(m_config.path, marker); !made)
        qFatal("%s", made.error().message.c_str());
}

FolderStage::FolderStage(const FolderStage& pool, std::string nodeName)
    : PoolStage(), m_base(m_temporary.path().toStdString()), m_config(pool.m_config), m_guest(true)
{
    m_config.mountRoot = m_base / nodeName;
    m_config.node = {nextUuid()};
}

FolderStage::~FolderStage()
{
    if (m_guest || m_config.kind != "loopback" || !fs::exists(m_config.path / kPoolMarkerName))
        return;
    const auto backend = start();
    const auto copies = backend->list(false);
    if (!copies) {
        qWarning("cannot clean up: %s", copies.error().message.c_str());
        return;
    }
    for (const model::LocalCopy& copy : *copies) {
        if (copy.phase == model::CopyPhase::Created)
            continue;
        auto down = backend->unmount(copy.identity.copy);
        if (down)
            down = backend->detach(copy.identity.copy);
        if (!down)
            qWarning("cannot clean up: %s", down.error().message.c_str());
    }
}

void FolderStage::reboot() { m_config.boot = {nextUuid()}; }

std::unique_ptr<StorageBackend> FolderStage::start()
{
    auto made = makeBackend(m_config, m_runner);
    if (!made)
        qFatal("%s", made.error().message.c_str());
    return std::move(*made);
}

bool FolderStage::write(const model::LocalCopy& copy, const std::string& file,
                        const std::string& bytes)
{
    if (copy.path.empty())
        return false;
    const fs::path path = fs::path(copy.path) / file;
    std::error_code failed;
    if (file.find('/') != std::string::npos)
        fs::create_directories(path.parent_path(), failed);
    std::ofstream out(path, std::ios::binary);
    out << bytes;
    return out.flush().good();
}

std::optional<std::string> FolderStage::read(const model::LocalCopy& copy, const std::string& file)
{
    if (copy.path.empty())
        return std::nullopt;
    std::ifstream in(fs::path(copy.path) / file, std::ios::binary);
    if (!in)
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

std::shared_ptr<void> FolderStage::holdOpen(const model::LocalCopy& copy, const std::string& file)
{
    const std::string path = copy.path + "/" + file;
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0)
        return nullptr;
    const pid_t child = ::fork();
    if (child == 0) {
        const bool opened = ::open(path.c_str(), O_WRONLY | O_CLOEXEC) >= 0;
        const char answer = opened ? 'y' : 'n';
        if (::write(ready[1], &answer, 1) == 1)
            for (;;)
                ::pause();
        ::_exit(1);
    }
    char answer = 'n';
    const bool heard = ::read(ready[0], &answer, 1) == 1;
    ::close(ready[0]);
    ::close(ready[1]);
    std::shared_ptr<void> holder(this, [child](void*) {
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    });
    return heard && answer == 'y' ? holder : nullptr;
}

void FolderStage::setMarker(bool present)
{
    const fs::path marker = m_config.path / kPoolMarkerName;
    const fs::path aside = m_base / "marker-aside";
    fs::rename(present ? aside : marker, present ? marker : aside);
}

int runAsPlainUserToo(const std::function<int()>& tests)
{
    if (::geteuid() != 0)
        return tests();
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr uid_t kNobody = 65534;
        if (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 ||
            ::setresuid(kNobody, kNobody, kNobody) != 0)
            std::_Exit(1);
        // A process that changed its user hides its /proc from itself (prctl(2), PR_SET_DUMPABLE).
        ::prctl(PR_SET_DUMPABLE, 1);
        std::printf("--- as a plain user ---\n");
        std::fflush(stdout);
        const int failures = tests();
        std::fflush(stdout);
        std::_Exit(failures == 0 ? 0 : 1);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    return tests() + (WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1);
}

} // namespace drover::tests
