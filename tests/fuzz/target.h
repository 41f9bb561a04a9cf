#pragma once

// What a fuzz target is made of. A target is one function, declared by FUZZ_TARGET, that is given
// hostile bytes and ends the program when a property does not hold. Under libFuzzer (preset `fuzz`)
// it is a program of its own and the bytes are searched for; everywhere else all targets are in one
// program, replay.cpp, which gives them the bytes of their corpora.
//
// A property is more than "no crash": what was decoded, encoded and decoded again is the same; a
// refusal says what is wrong; nothing outside of the room that was given is touched.

#include "proto/model/names.h"
#include "proto/model/result.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace drover::tests {

// Ends the program when the property does not hold. `what`: the property, as a statement.
inline void require(bool holds, const char* what, std::string_view detail = {})
{
    if (holds)
        return;
    const std::string more = detail.empty() ? std::string() : ": " + std::string(detail);
    std::fprintf(stderr, "broken property: %s%s\n", what, more.c_str());
    std::abort();
}

// A refusal is of a kind, and says why in words that can be shown and sent.
inline void requireRefusal(const model::Error& error)
{
    require(static_cast<std::uint32_t>(error.code) != 0, "a refusal has a code");
    require(error.code != model::ErrorCode::Internal, "hostile bytes are not our bug",
            error.message);
    require(!error.message.empty(), "a refusal has a message");
}

// The bytes of one input, taken from its front; a missing one is 0.
class Bytes
{
public:
    Bytes(const std::uint8_t* data, std::size_t size)
        : m_rest(reinterpret_cast<const char*>(data), size)
    {}

    std::uint8_t byte()
    {
        if (m_rest.empty())
            return 0;
        const auto first = static_cast<std::uint8_t>(m_rest.front());
        m_rest.remove_prefix(1);
        return first;
    }
    // A piece with its length (2 bytes, little-endian) before it; the last one may be cut.
    std::string_view piece()
    {
        const std::size_t low = byte();
        const std::size_t length = low | (static_cast<std::size_t>(byte()) << 8);
        const std::string_view taken = m_rest.substr(0, length);
        m_rest.remove_prefix(taken.size());
        return taken;
    }
    [[nodiscard]] std::string_view rest() const { return m_rest; }
    [[nodiscard]] bool empty() const { return m_rest.empty(); }

private:
    std::string_view m_rest;
};

// A piece as Bytes reads it, for the makers of corpora.
inline std::string asPiece(std::string_view bytes)
{
    std::string piece;
    piece += static_cast<char>(bytes.size() & 0xff);
    piece += static_cast<char>((bytes.size() >> 8) & 0xff);
    return piece.append(bytes);
}

// Where the targets of the replay program make themselves known.
using FuzzFunction = void (*)(Bytes);
struct FuzzTarget
{
    FuzzTarget(const char* name, FuzzFunction function);
};

} // namespace drover::tests

// FUZZ_TARGET(name, Bytes bytes) { ... }, within drover::tests: the function of the target `name`.
#ifdef DROVER_FUZZER
#define FUZZ_TARGET(name, parameter)                                                               \
    static void name##_target(parameter);                                                          \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)              \
    {                                                                                              \
        name##_target(Bytes(data, size));                                                          \
        return 0;                                                                                  \
    }                                                                                              \
    static void name##_target(parameter)
#else
#define FUZZ_TARGET(name, parameter)                                                               \
    static void name##_target(parameter);                                                          \
    static const FuzzTarget name##_is_known(#name, name##_target);                                 \
    static void name##_target(parameter)
#endif
