#!/bin/sh
# Tries how a server would start when some of its files are as given, in a scratch copy of its configuration: with its other
# files, what ALTER SYSTEM has set, its control file and its libraries. Says what it would have, line by line ("name=value"),
# and memory that it could have; or "refused", and why it would not start; or "nothing" where there is no data. With "fresh",
# data is made for the trial, and configuration where there is none. Touches nothing else.
# Arguments: directories of the programs, the configuration and the data, "fresh" or "there", parameters with blanks between
# them, then paths of files in the configuration, each followed by its content.
programs=$1 config=$2 data=$3 kind=$4 names=$5
shift 5
if [ "$kind" = there ] && { [ ! -e "$config/postgresql.conf" ] || [ ! -e "$data/global/pg_control" ]; }; then
  echo nothing
  exit
fi
scratch=$(mktemp -d) || exit
trap 'rm -rf -- "$scratch"' EXIT
trial=$scratch/etc
refuse() {
  printf 'refused\n'
  {
    printf '%s\n' "$1"
    # Most messages about a value do not say where it stands.
    printf '%s\n' "$1" | grep -o '"[a-z_]*"' | tr -d '"' | sort -u | while read -r name; do
      grep -nE "^[[:space:]]*$name([[:space:]]|=)" "$scratch/data/postgresql.auto.conf" /dev/null 2>/dev/null |
        sed -E 's/^([^:]*:[0-9]+):.*/set in \1/'
      find "$trial" -name '*.conf' -readable -exec grep -nE "^[[:space:]]*$name([[:space:]]|=)" /dev/null {} + |
        sed -E 's/^([^:]*:[0-9]+):.*/set in \1/'
    done
  } | sed "s,$trial,$config,g; s,$scratch/data,$data,g"
  exit 0
}
mkdir "$trial"
if [ "$kind" = there ]; then
  mkdir -m 700 "$scratch/data" "$scratch/data/global"
  for file in PG_VERSION global/pg_control postgresql.auto.conf; do
    cp "$data/$file" "$scratch/data/$file" 2>/dev/null
  done
else
  said=$("$programs/initdb" -D "$scratch/data" --no-sync -A reject --no-instructions 2>&1) || refuse "$said"
fi
if [ -e "$config/postgresql.conf" ]; then
  cp -rL "$config/." "$trial" 2>/dev/null
  # What the server may not read keeps it from starting.
  (cd "$config" && find . -name '*.conf' ! -readable) | while read -r file; do
    : > "$trial/$file"
    chmod 0 "$trial/$file"
  done
  find "$trial" -name '*.conf' -readable -exec sed -i "/^[[:space:]]*include/s,$config,$trial," {} +
else
  mv "$scratch/data/postgresql.conf" "$trial"
  echo "include_dir 'conf.d'" >> "$trial/postgresql.conf"
fi
while [ $# -ge 2 ]; do
  file=$trial/${1#"$config/"}
  mkdir -p "${file%/*}"
  rm -f "$file"
  printf '%s\n' "$2" > "$file"
  shift 2
done
encrypts=
certificate=$(sed -n "s/^ssl_cert_file = '\(.*\)'$/\1/p" "$trial/conf.d/dbctl.conf" 2>/dev/null)
# The certificate comes later than the trial on a host that has none.
if [ "$kind" = fresh ] && [ ! -e "$certificate" ]; then encrypts=-cssl=off; fi
value() {
  # shellcheck disable=SC2086 # nothing, or one word
  LC_ALL=C "$programs/postgres" -D "$trial" -c "data_directory=$scratch/data" -c log_line_prefix= \
    -c log_error_verbosity=default $encrypts -C "$1" 2>&1
}
said=$(value shared_memory_size) || refuse "$said"
for name in $names; do echo "$name=$(value "$name" | tail -n 1)"; done
if [ "$(value logging_collector | tail -n 1)" = on ]; then
  logs=$(value log_directory | tail -n 1)
  case $logs in /*) ;; *) logs=$data/$logs ;; esac
  # One level is made by the server itself.
  [ -d "$logs" ] || logs=${logs%/*}
  if [ "$kind" = there ] && [ ! -w "$logs" ]; then echo "unwritable_logs=$logs"; fi
fi
if [ -e "$data/standby.signal" ]; then echo standby=yes; fi
kilobytes() { sed -n "s/^$1: *\([0-9]*\).*/\1/p" /proc/meminfo; }
echo "memory_kb=$(kilobytes MemTotal)"
page=$(value huge_page_size | tail -n 1)
[ "${page:-0}" != 0 ] || page=$(kilobytes Hugepagesize)
echo "page_kb=$page"
pool=/sys/kernel/mm/hugepages/hugepages-${page}kB
pages() { cat "$pool/$1" 2>/dev/null || echo 0; }
# The running server gives its own back before the next one takes them.
own=$(awk '/anon_hugepage/ { split($1, at, "-"); print at[1], at[2] }' "/proc/$(head -n 1 "$data/postmaster.pid" 2>/dev/null)/maps" 2>/dev/null |
  while read -r from to; do echo $(((0x$to - 0x$from) / 1024 / page)); done | head -n 1)
echo "pages=$(($(pages free_hugepages) - $(pages resv_hugepages) + $(pages nr_overcommit_hugepages) + ${own:-0}))"
