// What lies in control's store and beside it, and an agent's saved assignments: the forms of
// proto/codec/store_codec.h and the mark.

#include "control/store/integrity.h"
#include "proto/codec/store_codec.h"
#include "tests/fuzz/target.h"

namespace drover::tests {

namespace {

template <class Value>
void checkStored(std::string_view bytes, model::Result<Value> (*decode)(std::string_view),
                 std::string (*encode)(const Value&))
{
    const auto stored = decode(bytes);
    if (!stored)
        return requireRefusal(stored.error());
    const std::string form = encode(*stored);
    const auto again = decode(form);
    require(again.ok(), "what was read is read again", again ? "" : again.error().message);
    require(*again == *stored, "decode, encode, decode is the same value");
    require(encode(*again) == form, "one value has one form, or its checksum would change");
}

void checkMark(std::string_view text)
{
    if (const auto mark = control::store::HighestMark::parse(text))
        require(mark->toText() == text, "a mark is believed only as it was written");
}

} // namespace

FUZZ_TARGET(stored, Bytes bytes)
{
    switch (bytes.byte() % 5) {
    case 0:
        checkStored(bytes.rest(), codec::decodeRecord, codec::encodeRecord);
        break;
    case 1:
        checkStored(bytes.rest(), codec::decodeCommit, codec::encodeCommit);
        break;
    case 2:
        checkStored(bytes.rest(), codec::decodeAssignments, codec::encodeAssignments);
        break;
    case 3:
        checkMark(bytes.rest());
        break;
    case 4:
        checkStored(bytes.rest(), codec::decodeAssignment, codec::encodeAssignment);
        break;
    }
}

} // namespace drover::tests
