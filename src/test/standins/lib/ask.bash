# Hands a command's words to the Java side of a test and acts out its answer. Needs bash for /dev/tcp.
#
# Request: the number of words, the words (the first is the command's name), base64 of standard input; each ends in NUL.
# Answer: a line with the exit code and two lengths, then standard output and standard error as printf's %b reads them.
# launchctl is asked often and is a quick program, so this starts none besides bash.
ask() {
    local stdin="" code="" stdout="" stderr="" out=0 err=0 word LC_ALL=C
    for word in "$@"; do
        if [ "$word" = - ]; then
            stdin=$(base64 | tr -d '\n')
            break
        fi
    done
    if ! exec 3<>"/dev/tcp/${STANDIN_LAUNCHD_ADDRESS:-127.0.0.1}/${STANDIN_LAUNCHD_PORT:?is not set}"; then
        echo "$1: the test that should answer on port $STANDIN_LAUNCHD_PORT does not" >&2
        return 70
    fi
    {
        printf '%d\0' "$#"
        printf '%s\0' "$@" "$stdin"
    } >&3
    read -r code out err <&3
    IFS= read -r -N "${out:-0}" stdout <&3
    IFS= read -r -N "${err:-0}" stderr <&3
    exec 3>&-
    printf '%b' "$stdout"
    printf '%b' "$stderr" >&2
    return "${code:-70}"
}
