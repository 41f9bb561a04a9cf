#pragma once

// The language of the program's texts. English is in the code; others are in translations/.

#include <QString>

namespace drover::gui {

// Loads the translation of this language, e.g. `zh_CN`; empty: of the system's. English and
// languages without one stay English. Before the first window is made.
void installLanguage(const QString& name);

} // namespace drover::gui
