#!/bin/sh
# Everything about a machine that does not belong to one instance.
# Arguments: directory of the data, data directory to be counted (may be empty), package of the server, packages in one
# word, then ports.
. /etc/os-release
echo "os=$ID ${VERSION_ID:-$VERSION_CODENAME}"
[ -d /run/systemd/system ] && echo systemd=yes || echo systemd=no
echo "cores=$(nproc)"
echo "memory=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)"
echo "missing=$(for name in ss perl; do command -v "$name" >/dev/null || printf '%s ' "$name"; done)"
echo "overcommit=$(cat /proc/sys/vm/overcommit_memory)"
echo "hugepages=$(cat /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null)"
echo "glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)"
dir=$1; while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
df -Pk "$dir" | awk 'NR == 2 { print "disk=" $2 " " $4 }'
echo "path=$dir"
[ -z "$2" ] || [ ! -d "$2" ] || echo "data=$(timeout 1 du -skx "$2" 2>/dev/null | cut -f1)"
# How long shells take to start: the best of several, because a busy machine is not what is looked for. What was slow so
# far is tried for longer.
user=${SUDO_USER:-root}
group=$(id -g "$user")
entry=$(getent passwd "$user")
home=$(echo "$entry" | cut -d: -f6)
shell=$(echo "$entry" | cut -d: -f7)
as() { (
  cd "$home" 2>/dev/null || cd /
  exec setpriv --reuid="$user" --regid="$group" --init-groups \
    env -i HOME="$home" USER="$user" LOGNAME="$user" SHELL="$shell" PATH="$PATH" timeout 3 "$@"
) </dev/null >/dev/null 2>&1; }
took() {
  best='' total=0
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    begin=$(date +%s%N); as "$@"; spent=$((($(date +%s%N) - begin) / 1000)); total=$((total + spent))
    [ -n "$best" ] && [ "$best" -le "$spent" ] || best=$spent
    [ "$total" -lt 400000 ] || { [ "$best" -gt 40000 ] && [ "$total" -lt 2000000 ]; } || break
  done
  echo "$best"
}
echo "startup=$(took sh -c :) $(took "$shell" -lc :) $user $shell"
case $shell in
  */bash) files="/etc/profile /etc/bash.bashrc .bash_profile .bash_login .profile .bashrc"; by='bash --norc --noprofile' ;;
  */sh|*/dash) files="/etc/profile .profile"; by='sh' ;;
  *) files= ;;
esac
# shellcheck disable=SC2016,SC2086 # words, and text for another shell
for file in $files; do
  case $file in /*) ;; *) file=$home/$file ;; esac
  [ ! -r "$file" ] || echo "startfile=$(took $by -c '. "$1"' sh "$file") $file"
done
# What is installed is known at once; what could be takes apt a second, so it is asked only where something is missing.
# As nobody: root's apt-cache would write a cache of its own. setpriv, not runuser, leaves nothing in the journal.
for name in $4; do
  version=$(dpkg-query -W -f='${db:Status-Abbrev}${Version}' -- "$name" 2>/dev/null | sed -n 's/^[a-z]i  *//p')
  echo "package=$name ${version:--}"
  [ -n "$version" ] || missing="$missing $name"
done
# shellcheck disable=SC2086 # words
[ -z "$missing" ] || offered=$(setpriv --reuid=nobody --regid=nogroup --clear-groups \
  apt-cache show --no-all-versions $missing 2>/dev/null)
echo "$offered" | awk '$1 == "Package:" { name = $2 } $1 == "Version:" { print "offer=" name " " $2 }'
ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 && echo lists=yes || echo lists=no
depends=$(dpkg-query -W -f='${Depends}' "$3" 2>/dev/null; echo "$offered" | grep '^Depends:')
echo "icu=$(echo "$depends" | grep -o 'libicu[0-9][0-9]*' | head -n 1)"
shift 4
for port do
  ss -Hltnp "sport = :$port" 2>/dev/null | grep -o 'users:.*' | head -n 1 |
    sed 's/^[^"]*"\([^"]*\)",pid=\([0-9]*\).*/\2 \1/' | while read -r pid command; do
      unit=$(sed -n 's|^0::.*/\([^/]*\.service\).*|\1|p' "/proc/$pid/cgroup" 2>/dev/null)
      # systemd itself listens for its sockets.
      [ "$pid" != 1 ] || unit=$(systemctl list-sockets --no-legend --no-pager 2>/dev/null |
        awk -v end=":$port" 'substr($1, length($1) - length(end) + 1) == end { print $2; exit }')
      echo "listener=$port $pid ${unit:--} $command"
    done
done
echo "clock=$(date +%s.%N)"
