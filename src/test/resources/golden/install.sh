#!/bin/sh
# What "aiserver install" would change here, in this order. Run it as the user whose home is
# /Users/ann o'hara.
# It stops at the first error, and undoes nothing. It writes no receipt, so aiserver will not know that it ran.
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
unload 'homebrew.mxcl.ollama'

# It makes room, and is kept under another name.
mv '/Users/ann o'\''hara/Library/LaunchAgents/h.plist' '/Users/ann o'\''hara/Library/LaunchAgents/h.plist.before-aiserver'

# Homebrew gets haproxy; it stays when aiserver goes.
NONINTERACTIVE=1 HOMEBREW_NO_ASK=1 brew install --formula 'haproxy'

# A folder that only its user may look into.
mkdir -m 0700 '/Users/ann o'\''hara/.haproxy'

# What stands there now is kept.
cp -p '/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist' '/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist.before-aiserver'

# How launchd runs a service of this user.
cat >'/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist' <<'EOF_'
EOF
<plist>$HOME `id` \n</plist>
EOF_
chmod 0644 '/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist'

# A file.
printf %s 'it'\''s $HOME' >'/Users/ann o'\''hara/no line end'
chmod 0600 '/Users/ann o'\''hara/no line end'

# A file.
# It is not plain text, so it is spelled in base64.
base64 -d >'/Users/ann o'\''hara/jar' <<'EOF'
UEsAAQ==
EOF
chmod 0644 '/Users/ann o'\''hara/jar'

# The service starts, now and at every login.
load 'com.ollama' '/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist'

# The service reads its new configuration; no running answer is cut.
launchctl kill SIGUSR2 "gui/$uid/"'com.haproxy'

# The service starts, now and at every login.
load 'com.ollama.warm-models' '/Users/ann o'\''hara/Library/LaunchAgents/w.plist'

