#!/bin/sh
# The changes that "aiserver uninstall" would make, in order. Run this script as the user whose home is
# /Users/ann o'hara.
# It stops at the first error and does not roll back. It does not need aiserver, and removes it completely.
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
unload 'com.ollama.warm-models'

# Stops the service before its files are removed.
unload 'com.ollama'

# Removes the file, which did not exist before the installation.
rm '/Users/ann o'\''hara/no line end'

# Removes the file, which did not exist before the installation.
rm '/Users/ann o'\''hara/jar'

# Removes the folder, which is empty now.
rmdir '/Users/ann o'\''hara/.haproxy'

# Tells launchd how to run a service of this user.
cat >'/Users/ann o'\''hara/Library/LaunchAgents/h.plist' <<'EOF'
old
EOF
chmod 0644 '/Users/ann o'\''hara/Library/LaunchAgents/h.plist'

# Tells launchd how to run a service of this user.
cat >'/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist' <<'EOF'
old
EOF
chmod 0644 '/Users/ann o'\''hara/Library/LaunchAgents/com.ollama.plist'

# Reloads the configuration of the service; requests in progress are not interrupted.
launchctl kill SIGUSR2 "gui/$uid/"'com.haproxy'

# Starts the service, now and at every login.
load 'homebrew.mxcl.ollama' '/Users/ann o'\''hara/Library/LaunchAgents/h.plist'

# Removes the records of the installation.
rm -f '/Users/ann o'\''hara/.aiserver/receipt.json'
rm -rf '/Users/ann o'\''hara/.aiserver/backups'
rmdir '/Users/ann o'\''hara/.aiserver' 2>/dev/null || :

