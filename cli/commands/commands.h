#pragma once

// The verbs of the command line: each function adds one, with its options, to the tree.

#include "cli/shell.h"

namespace drover::cli {

void addStatus(CLI::App& root, Shell& shell);
void addNode(CLI::App& root, Shell& shell);
void addDataset(CLI::App& root, Shell& shell);
void addLease(CLI::App& root, Shell& shell);
void addHistory(CLI::App& root, Shell& shell); // history, diff, rollback
void addApply(CLI::App& root, Shell& shell);   // apply, export
void addCluster(CLI::App& root, Shell& shell);
void addWatch(CLI::App& root, Shell& shell);
void addEvents(CLI::App& root, Shell& shell);
void addWait(CLI::App& root, Shell& shell);
void addKeys(CLI::App& root, Shell& shell);
void addRecover(CLI::App& root, Shell& shell); // recover plan, recover apply
void addContext(CLI::App& root, Shell& shell);
void addCompletion(CLI::App& root, Shell& shell);
void addVersion(CLI::App& root, Shell& shell);

// Parts of `context`, `node` and `dataset`.
void addContextToken(CLI::App& context, Shell& shell); // export, import
void addNodeReads(CLI::App& node, Shell& shell);
void addNodeWrites(CLI::App& node, Shell& shell);
void addDatasetReads(CLI::App& dataset, Shell& shell);
void addDatasetCreate(CLI::App& dataset, Shell& shell);
void addDatasetChanges(CLI::App& dataset, Shell& shell);  // move, resize, set-metadata, rename
void addDatasetRemovals(CLI::App& dataset, Shell& shell); // delete, undelete, purge

} // namespace drover::cli
