#!/bin/sh
# The changes that "aiserver install" would make, in order. Run this script as the user whose home is
# /Users/ann o'hara.
# It stops at the first error and does not roll back. It writes no receipt, so aiserver does not know about its changes.
set -eu
umask 077
PATH=$PATH:/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
export PATH
if [ "$HOME" != '/Users/ann o'\''hara' ]; then echo 'This script is for another home folder.' >&2; exit 1; fi

uid=$(id -u)
# launchctl returns before launchd has acted, so these functions wait: up to a minute for a job to exit.
unload() {
  launchctl print "gui/$uid/$1" >/dev/null 2>&1 || return 0
  launchctl bootout "gui/$uid/$1" || :
  seconds=0
  while launchctl print "gui/$uid/$1" >/dev/null 2>&1; do
    seconds=$((seconds + 1))
    if [ "$seconds" -gt 60 ]; then echo "$1 does not exit" >&2; exit 1; fi
    sleep 1
  done
}
# A disabled job stays disabled until it is enabled. launchd reads a property list only when it loads the job.
load() {
  launchctl enable "gui/$uid/$1"
  unload "$1"
  launchctl bootstrap "gui/$uid" "$2"
}

# Stops the service before its files are removed.
unload 'homebrew.mxcl.ollama'

# Renames the existing file, as a backup.
mv '/Users/ann o'\''hara/Library/LaunchAgents/h.plist' '/Users/ann o'\''hara/Library/LaunchAgents/h.plist.before-aiserver'

# Installs haproxy with Homebrew; uninstall leaves it in place.
NONINTERACTIVE=1 HOMEBREW_NO_ASK=1 brew install --formula 'haproxy'

# Creates a folder that only its owner may read.
mkdir -m 0700 '/Users/ann o'\''hara/.haproxy'

# Backs up the existing file.
cp -p '/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist' '/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist.before-aiserver'

# Tells launchd how to run a service of this user.
cat >'/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist' <<'EOF_'
EOF
<plist>$HOME `id` \n</plist>
EOF_
chmod 0644 '/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist'

# A file.
printf %s 'it'\''s $HOME' >'/Users/ann o'\''hara/no line end'
chmod 0600 '/Users/ann o'\''hara/no line end'

# A file.
# Encoded in base64, because it is not plain text.
base64 -d >'/Users/ann o'\''hara/jar' <<'EOF'
UEsAAQ==
EOF
chmod 0644 '/Users/ann o'\''hara/jar'

# Starts the service, now and at every login.
load 'com.ollama' '/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist'

# Reloads the configuration of the service; requests in progress are not interrupted.
launchctl kill SIGUSR2 "gui/$uid/"'com.haproxy'

# Starts the service, now and at every login.
load 'com.ollama.warm-models' '/Users/ann o'\''hara/Library/LaunchAgents/w.plist'

