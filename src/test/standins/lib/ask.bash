# Sends a command to the Java side of a test and prints its response. Needs bash for /dev/tcp.
#
# Request: the number of words, the words (the first is the command's name), and standard input in base64; each ends in NUL.
# Response: a line with the exit code and two lengths, then standard output and standard error, escaped for printf's %b.
# launchctl runs often and must be fast, so this starts no program besides bash.
ask() {
    local stdin="" code="" stdout="" stderr="" out=0 err=0 word LC_ALL=C
    for word in "$@"; do
        if [ "$word" = - ]; then
            stdin=$(base64 | tr -d '\n')
            break
        fi
    done
    if ! exec 3<>"/dev/tcp/${STANDIN_LAUNCHD_ADDRESS:-127.0.0.1}/${STANDIN_LAUNCHD_PORT:?is not set}"; then
        echo "$1: the running test does not listen on port $STANDIN_LAUNCHD_PORT" >&2
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
