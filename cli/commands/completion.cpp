#include "cli/commands/commands.h"
#include "cli/options.h"

#include <memory>
#include <ostream>

namespace drover::cli {

namespace {

// All three only pass on what was typed; what could follow is decided in one place, and knows the
// cluster's names.
constexpr const char* kBash = R"sh(# bash completion for drover: eval "$(drover completion bash)"
_drover() {
    local words candidate
    COMPREPLY=()
    while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done \
        < <(drover __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    # After --option= the shell has split the word at the sign.
    words=()
    if [[ ${COMP_WORDS[COMP_CWORD]} == "=" ]]; then
        words=("${COMP_WORDS[@]:1:COMP_CWORD-2}" "${COMP_WORDS[COMP_CWORD-1]}=")
    elif [[ ${COMP_WORDS[COMP_CWORD-1]} == "=" ]]; then
        words=("${COMP_WORDS[@]:1:COMP_CWORD-3}" "${COMP_WORDS[COMP_CWORD-2]}=${COMP_WORDS[COMP_CWORD]}")
    fi
    if [[ ${#words[@]} -gt 0 ]]; then
        COMPREPLY=()
        while IFS= read -r candidate; do COMPREPLY+=("${candidate#*=}"); done < <(drover __complete "${words[@]}" 2>/dev/null)
    fi
    [[ ${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
complete -F _drover drover
)sh";

constexpr const char* kZsh = R"sh(#compdef drover
# zsh completion for drover: eval "$(drover completion zsh)"
_drover() {
    local -a found
    found=("${(@f)$(drover __complete "${(@)words[2,$CURRENT]}" 2>/dev/null)}")
    if [[ -n ${found[1]} ]]; then compadd -a found; else _files; fi
}
compdef _drover drover
)sh";

constexpr const char* kFish = R"sh(# fish completion for drover: drover completion fish | source
function __drover_complete
    set -l words (commandline -opc) (commandline -ct)
    drover __complete $words[2..-1] 2>/dev/null
end
complete -c drover -a '(__drover_complete)'
)sh";

} // namespace

void addCompletion(CLI::App& root, Shell& shell)
{
    CLI::App* completion =
        addCommand(root, "completion", "Print what makes a shell complete commands and names");
    requireCommand(*completion);
    const std::vector<std::pair<std::string, const char*>> shells{
        {"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}};
    for (const auto& [name, script] : shells) {
        CLI::App* app = addCommand(*completion, name, "For " + name);
        shell.command(app, [&shell, text = script] {
            shell.out() << text;
            return ExitClass::Ok;
        });
    }
}

} // namespace drover::cli
