#pragma once

// An optional for members that are absent in nearly all values of their kind: absent it takes a
// pointer's room, present it owns its value on the heap. A value like std::optional, whose interface
// it has as far as it is used: copies are deep, comparison is by content, and nothing sorts before
// any value.

#include <compare>
#include <memory>
#include <optional>
#include <utility>

namespace drover::model {

template <class T>
class Rare
{
public:
    Rare() = default;
    Rare(std::nullopt_t) {}
    Rare(T value) : m_value(std::make_unique<T>(std::move(value))) {}
    Rare(const Rare& other) : m_value(other.m_value ? std::make_unique<T>(*other) : nullptr) {}
    Rare(Rare&& other) noexcept = default;
    Rare& operator=(const Rare& other)
    {
        if (this != &other)
            m_value = other.m_value ? std::make_unique<T>(*other) : nullptr;
        return *this;
    }
    Rare& operator=(Rare&& other) noexcept = default;
    ~Rare() = default;

    [[nodiscard]] bool has_value() const { return m_value != nullptr; }
    explicit operator bool() const { return has_value(); }
    [[nodiscard]] T& operator*() { return *m_value; }
    [[nodiscard]] const T& operator*() const { return *m_value; }
    [[nodiscard]] T* operator->() { return m_value.get(); }
    [[nodiscard]] const T* operator->() const { return m_value.get(); }
    template <class... Arguments>
    T& emplace(Arguments&&... arguments)
    {
        m_value = std::make_unique<T>(std::forward<Arguments>(arguments)...);
        return *m_value;
    }
    void reset() { m_value.reset(); }

    friend bool operator==(const Rare& a, const Rare& b)
    {
        return a.has_value() && b.has_value() ? *a == *b : a.has_value() == b.has_value();
    }
    friend std::strong_ordering operator<=>(const Rare& a, const Rare& b)
    {
        return a.has_value() && b.has_value() ? *a <=> *b : a.has_value() <=> b.has_value();
    }

private:
    std::unique_ptr<T> m_value;
};

} // namespace drover::model
