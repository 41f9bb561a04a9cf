#pragma once

// What the SQLite store knows of its own past beside the commits: where each term began, and
// whether it was found to be behind. Never compacted. No transactions here.

#include "control/store/sqlite_database.h"
#include "control/store/store.h"

namespace drover::control::store {

// Makes the tables; they came with schema version 2.
[[nodiscard]] model::Result<void> createPastTables(Database& database);

class PastTables
{
public:
    [[nodiscard]] static model::Result<PastTables> prepare(Database& database);

    [[nodiscard]] model::Result<void> writeTerm(const core::TermStart& start);
    // All of them, each compared with its checksum.
    [[nodiscard]] model::Result<core::Lineage> readTerms();
    [[nodiscard]] model::Result<void> writeSafeMode(const SafeModeMark& mark);
    [[nodiscard]] model::Result<std::optional<SafeModeMark>> readSafeMode();
    [[nodiscard]] model::Result<void> removeSafeMode();

private:
    Statement m_putTerm, m_readTerms;
    Statement m_putSafeMode, m_readSafeMode, m_removeSafeMode;
};

} // namespace drover::control::store
