#pragma once

// The language of the filter box.
//
// Specification
//   filter := term*                every term has to hold
//   term   := [!] [key:]value | [!] size(>|<|>=|<=|=)BYTES | [!] used(...)BYTES
//   key    := name node pool sync health label holder reason is
//   value  := text without spaces, or "text with spaces"
// - A value without a key, and those of `name` and `reason`, are found anywhere in the name (or
//   reason). Those of `node`, `pool` and `holder` are whole words, so that node:n1 does not find
//   n10; `*` stands for anything.
// - `sync:` and `health:` take the words of the table or the beginning of one, in English whatever
//   the program's language is. `label:k=v`, or `label:k` for any value.
//   `is:deleted`, `is:moving`, `is:leased`.
// - Case does not matter. What cannot be understood is an error that names it; a filter with an
//   error shows everything.

#include "gui/models/dataset_row.h"

#include <QString>

#include <functional>
#include <vector>

namespace drover::gui::models {

class Filter
{
public:
    [[nodiscard]] static Filter parse(const QString& text);

    [[nodiscard]] bool matches(const DatasetRow& row) const;
    [[nodiscard]] bool isEmpty() const { return m_terms.empty(); }
    // What is wrong with it, for people; empty if nothing is.
    [[nodiscard]] const QString& error() const { return m_error; }
    // Whether it speaks of deleted datasets: then they are to be shown.
    [[nodiscard]] bool wantsDeleted() const { return m_wantsDeleted; }

private:
    using Test = std::function<bool(const DatasetRow&)>;
    void add(const QString& word);
    [[nodiscard]] Test test(const QString& word);
    [[nodiscard]] Test sizeTest(const QString& key, const QString& rest);
    [[nodiscard]] Test keyTest(const QString& key, const QString& value);

    std::vector<Test> m_terms;
    QString m_error;
    bool m_wantsDeleted = false;
};

} // namespace drover::gui::models
