#include "control/store/mark_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace drover::control::store {

using namespace model;

MarkFile::MarkFile(MarkFile&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1))
{}

MarkFile& MarkFile::operator=(MarkFile&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

MarkFile::~MarkFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<MarkFile> MarkFile::open(const std::filesystem::path& file)
{
    MarkFile mark;
    mark.m_descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (mark.m_descriptor < 0)
        return Error{
            ErrorCode::Io, std::string{"cannot open: "} + std::strerror(errno), file.string(), {}};
    return mark;
}

std::optional<HighestMark> MarkFile::read() const
{
    std::array<char, 512> buffer{};
    const ssize_t size = ::pread(m_descriptor, buffer.data(), buffer.size(), 0);
    if (size <= 0)
        return std::nullopt;
    return HighestMark::parse({buffer.data(), static_cast<std::size_t>(size)});
}

void MarkFile::write(const HighestMark& mark, bool sync) const
{
    const std::string text = mark.toText();
    // A failure leaves an older or a torn mark, and both prove less, never something wrong.
    if (::pwrite(m_descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return;
    if (sync)
        static_cast<void>(::fdatasync(m_descriptor));
}

} // namespace drover::control::store
