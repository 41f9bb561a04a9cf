#pragma once

// What an operation of the bus returns when it can fail: the value, or a reason that a person
// understands. The bus may not see the model, so it has this small relative of Result<T> of its
// own; callers turn the reason into their Error.

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace drover::bus {

// Why something failed: what, which object, what to do next. No trailing period.
struct Failure
{
    std::string reason;
};

template <class T>
class [[nodiscard]] Expected
{
public:
    Expected(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Expected(Failure failure) : m_state(std::in_place_index<1>, std::move(failure)) {}

    [[nodiscard]] bool hasValue() const { return m_state.index() == 0; }
    explicit operator bool() const { return hasValue(); }

    // The value; only when hasValue().
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(value()); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& value()
    {
        assert(hasValue());
        return *std::get_if<0>(&m_state);
    }
    const T& value() const
    {
        assert(hasValue());
        return *std::get_if<0>(&m_state);
    }

    // Why there is no value; only when !hasValue().
    [[nodiscard]] const std::string& reason() const
    {
        assert(!hasValue());
        return std::get_if<1>(&m_state)->reason;
    }

private:
    std::variant<T, Failure> m_state;
};

template <>
class [[nodiscard]] Expected<void>
{
public:
    Expected() = default;
    Expected(Failure failure) : m_failure(std::move(failure)) {}

    [[nodiscard]] bool hasValue() const { return !m_failure; }
    explicit operator bool() const { return hasValue(); }
    [[nodiscard]] const std::string& reason() const
    {
        assert(!hasValue());
        return m_failure->reason;
    }

private:
    std::optional<Failure> m_failure;
};

} // namespace drover::bus
