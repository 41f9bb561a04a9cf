#pragma once

// Specimens: one encoded message of every kind with every field set, made from the schema itself,
// so that a field which a mapping forgets is noticed without anyone remembering to test it. Each
// field's value follows from its name: two fields that are mistaken for each other differ, and a
// new field changes no other. Requests keep to all rules of input.

#include <string>
#include <vector>

namespace drover::tests {

enum class Form { Request, Reply, Stream, Tick, Record, Commit, Assignments, Assignment };

struct Specimen
{
    std::string name; // usable as the name of a file
    Form form;
    std::string bytes;
};

[[nodiscard]] std::vector<Specimen> specimens();

// Decodes with the codec's function for the form and encodes again. "error: ..." when it is
// refused.
[[nodiscard]] std::string throughTheModel(Form form, const std::string& bytes);
// The JSON form, for those that have one (Request, Reply, Stream, Tick, Commit); else empty.
[[nodiscard]] std::string jsonOf(Form form, const std::string& bytes);

} // namespace drover::tests
