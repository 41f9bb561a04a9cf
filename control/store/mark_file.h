#pragma once

// The file `highest` beside the store: how far the store ever was. See HighestMark.

#include "control/store/integrity.h"
#include "proto/model/result.h"

#include <filesystem>
#include <optional>

namespace drover::control::store {

class MarkFile
{
public:
    MarkFile() = default;
    MarkFile(const MarkFile&) = delete;
    MarkFile& operator=(const MarkFile&) = delete;
    MarkFile(MarkFile&& other) noexcept;
    MarkFile& operator=(MarkFile&& other) noexcept;
    ~MarkFile();

    // Opens the file, making an empty one when there is none. Io when it cannot be opened.
    [[nodiscard]] static model::Result<MarkFile> open(const std::filesystem::path& file);
    // What it says; nothing when it is empty, torn or foreign.
    [[nodiscard]] std::optional<HighestMark> read() const;
    // Overwrites it in place. Best effort and not synced unless asked for: it is evidence, not
    // memory, and never ahead of the store.
    void write(const HighestMark& mark, bool sync) const;

private:
    int m_descriptor = -1;
};

} // namespace drover::control::store
