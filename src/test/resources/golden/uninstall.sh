#!/bin/sh
# What "aiserver uninstall" would change here, in this order. Run it as the user whose home is
# /Users/ann o'hara.
# It stops at the first error, and undoes nothing. It needs nothing of aiserver, and nothing of it stays.
set -eu
umask 077
PATH=$PATH:/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
export PATH
if [ "$HOME" != '/Users/ann o'\''hara' ]; then echo 'This script is for another home.' >&2; exit 1; fi

uid=$(id -u)
# launchctl answers before anything has happened, so these wait: for a job's end at most a minute.
unload() {
  launchctl print "gui/$uid/$1" >/dev/null 2>&1 || return 0
  launchctl bootout "gui/$uid/$1" || :
  seconds=0
  while launchctl print "gui/$uid/$1" >/dev/null 2>&1; do
    seconds=$((seconds + 1))
    if [ "$seconds" -gt 60 ]; then echo "$1 does not end" >&2; exit 1; fi
    sleep 1
  done
}
# launchd remembers that a job was disabled, and reads a property list only when the job is loaded.
load() {
  launchctl enable "gui/$uid/$1"
  unload "$1"
  launchctl bootstrap "gui/$uid" "$2"
}

# The service stops, before its files go.
unload 'com.ollama.warm-models'

# The service stops, before its files go.
unload 'com.ollama'

# It was not there before.
rm '/Users/ann o'\''hara/no line end'

# It was not there before.
rm '/Users/ann o'\''hara/jar'

# Nothing is in it any more.
rmdir '/Users/ann o'\''hara/.haproxy'

# How launchd runs a service of this user.
cat >'/Users/ann o'\''hara/Library/LaunchAgents/h.plist' <<'EOF'
old
EOF
chmod 0644 '/Users/ann o'\''hara/Library/LaunchAgents/h.plist'

# How launchd runs a service of this user.
cat >'/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist' <<'EOF'
old
EOF
chmod 0644 '/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist'

# The service reads its new configuration; no running answer is cut.
launchctl kill SIGUSR2 "gui/$uid/"'com.haproxy'

# The service starts, now and at every login.
load 'homebrew.mxcl.ollama' '/Users/ann o'\''hara/Library/LaunchAgents/h.plist'

# aiserver's own records of the installation.
rm -f '/Users/ann o'\''hara/.aiserver/receipt.json'
rm -rf '/Users/ann o'\''hara/.aiserver/backups'
rmdir '/Users/ann o'\''hara/.aiserver' 2>/dev/null || :

