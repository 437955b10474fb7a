#!/bin/bash
# Prints the statistics of HAProxy as CSV; nothing where it does not answer.
# Arguments: the port of its statistics.
{ exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || exit 0
printf 'GET /;csv HTTP/1.0\r\n\r\n' >&3
timeout 5 sed '1,/^\r*$/d' <&3
