#include "cli/commands/commands.h"
#include "cli/options.h"

#include <memory>
#include <ostream>

namespace drover::cli {

namespace {

// All three only pass on what was typed; what could follow is decided in one place, and knows the
// cluster's names. A line `:files` stands for the names of files, which shells complete best
// themselves.
constexpr const char* kBash = R"sh(# bash completion for drover: eval "$(drover completion bash)"
_drover() {
    # The shell has split the words at '=' and ':' too; here they are as they were typed.
    local line=$COMP_LINE word words=() i
    for ((i = 0; i <= COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        if ((i > 0)) && [[ $line != [[:space:]]* ]]; then
            words[${#words[@]}-1]+=$word
        else
            words+=("$word")
        fi
        line=${line#*"$word"}
    done
    local whole=${words[${#words[@]}-1]} part=${COMP_WORDS[COMP_CWORD]}
    [[ $part == [=:] ]] && part=
    local candidate skip=$((${#whole} - ${#part}))
    COMPREPLY=()
    while IFS= read -r candidate; do
        if [[ $candidate == :files ]]; then
            compopt -o default
        else
            COMPREPLY+=("${candidate:skip}")
        fi
    done < <(drover __complete "${words[@]:1}" 2>/dev/null)
}
complete -F _drover drover
)sh";

constexpr const char* kZsh = R"sh(#compdef drover
# zsh completion for drover: eval "$(drover completion zsh)"
_drover() {
    local -a found
    found=("${(@f)$(drover __complete "${(@Q)words[2,$CURRENT]}" 2>/dev/null)}")
    if [[ ${found[1]} == :files ]]; then
        _files
    elif [[ -n ${found[1]} ]]; then
        compadd -a -- found
    fi
}
if [[ ${funcstack[1]} == _drover ]]; then
    _drover "$@"
else
    (( ${+functions[compdef]} )) || { autoload -Uz compinit && compinit -i -D }
    compdef _drover drover
fi
)sh";

constexpr const char* kFish = R"sh(# fish completion for drover: drover completion fish | source
function __drover_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l found (drover __complete $words "$current" 2>/dev/null)
    if test "$found[1]" = :files
        __fish_complete_path "$current"
    else
        printf '%s\n' $found
    end
end
complete -c drover -f -a '(__drover_complete)'
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
