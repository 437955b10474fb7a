#!/bin/sh
# Says its argument as it arrived, and how to become root.
# Arguments: what to say, then the command that says 0 as root by way of sudo.
printf '%s|' "$1"
shift
if [ "$(id -u)" = 0 ]; then echo root
elif [ "$("$@")" = 0 ]; then echo sudoer
else echo neither
fi
