#include "gui/views/connection_words.h"

#include "gui/models/words.h"

#include <QCoreApplication>
#include <QStringList>

namespace drover::gui {

using models::ConnectionInfo;
using models::Sign;
using models::Words;
using State = ConnectionInfo::State;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::Connection)
};

} // namespace

Sign signOf(const ConnectionInfo& info)
{
    switch (info.state) {
    case State::Offline:
        return Sign::Unknown;
    case State::Connecting:
        return Sign::Busy;
    case State::Live:
        return info.safeMode ? Sign::Warning : Sign::Good;
    case State::Stale:
        return Sign::Warning;
    case State::Refused:
    case State::VersionMismatch:
        return Sign::Bad;
    }
    return Sign::Unknown;
}

QString stateWord(const ConnectionInfo& info)
{
    switch (info.state) {
    case State::Offline:
        return Text::tr("not connected");
    case State::Connecting:
        return Text::tr("connecting");
    case State::Live:
        return info.safeMode ? Text::tr("live, control is in safe mode") : Text::tr("live");
    case State::Stale:
        return Text::tr("not current");
    case State::Refused:
        return Text::tr("refused");
    case State::VersionMismatch:
        return Text::tr("version mismatch");
    }
    return {};
}

QString explanation(const ConnectionInfo& info, model::TimePoint now)
{
    QStringList parts;
    switch (info.state) {
    case State::Live:
        if (info.safeMode)
            parts << Text::tr("Control is in safe mode: it answers questions and refuses changes.")
                  << info.safeModeReason;
        break;
    case State::Offline:
        parts << info.reason << info.hint;
        break;
    case State::Connecting:
        parts << Text::tr("Connecting to %1.").arg(info.endpoint) << info.reason;
        break;
    case State::Stale:
        parts << Text::tr("Not current: %1.").arg(info.reason);
        break;
    case State::Refused:
        parts << Text::tr("Control at %1 does not admit your key: %2.")
                     .arg(info.endpoint, info.reason)
              << Text::tr("Ask an administrator to add it (drover keys add), or choose another "
                          "identity in the context.");
        break;
    case State::VersionMismatch:
        parts << Text::tr("Control and this console speak no common version: %1.").arg(info.reason)
              << Text::tr("This console is version %1. Use the console of control's version.")
                     .arg(QCoreApplication::applicationVersion());
        break;
    }
    if (info.since)
        parts << Text::tr("What is shown was true at %1.").arg(Words::moment(*info.since, now));
    if (info.state == State::Stale)
        parts << Text::tr("Pending changes stay; the console connects again by itself.");
    parts.removeAll(QString());
    return parts.join(QLatin1Char(' '));
}

} // namespace drover::gui
