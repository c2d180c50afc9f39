# Writes down the state of the shell that sources it, for the next step's shell to take over.
#
# Options first, before this script changes them; they are taken over last, so that `set -e` and
# its like do not apply to the taking over. No subshell may write them: it has options of its own.
{
    shopt -p
    set +o
} >/run/docktest/shell/options 2>/dev/null
set +euxvf
{
    # Before the variables: it sets OLDPWD.
    printf 'builtin cd -- %q; unset OLDPWD\n' "$PWD"
    declare -p IFS
    IFS=$' \t\n'
    for __docktest in $(compgen -v); do
        case $__docktest in
        # Bash makes these itself, or they mean something only where they were read.
        BASH | BASH_* | BASHOPTS | BASHPID | COMP_* | DIRSTACK | EPOCH* | EUID | FUNCNAME | GROUPS | \
            HISTCMD | IFS | LINENO | PIPESTATUS | PPID | RANDOM | SECONDS | SHELLOPTS | SRANDOM | UID | \
            _ | __docktest*) ;;
        *) declare -p -- "$__docktest" ;;
        esac
    done
    declare -f
    declare -Fx
    alias -p
    umask -p
    # The reading side takes nothing over without this line: the shell was killed while writing.
    echo '# complete'
} >/run/docktest/shell/new 2>/dev/null
