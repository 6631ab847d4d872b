# Hands a command's words to the Java side of a test and acts out its answer. Needs bash for /dev/tcp.
#
# Request: the number of words, the words (the first is the command's name), base64 of standard input; each ends in NUL.
# Answer: exit code, base64 of standard output, base64 of standard error; one line each.
ask() {
    local stdin="" code="" stdout="" stderr="" word
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
    read -r code <&3
    read -r stdout <&3
    read -r stderr <&3
    exec 3>&-
    if [ -n "$stdout" ]; then printf '%s' "$stdout" | base64 -d; fi
    if [ -n "$stderr" ]; then printf '%s' "$stderr" | base64 -d >&2; fi
    return "${code:-70}"
}
