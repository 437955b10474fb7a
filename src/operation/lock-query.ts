// The lock of a cluster on its control host: the program that holds it, who that is, and how it is made to let go.

import * as v from 'valibot';
import { journalDirectory, lockDirectory, type Holder } from './operation.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { appendFunction, bash, jsonOf, journalTail } from './journal-query.ts';

const files = `lock=$1/$2.lock holder=$1/$2.holder`;

// Who holds the lock is in a file of two lines, the process and what it says; it counts while that process really has
// the lock open. The lock is the kernel's: it ends with the process, whatever ends that.
const seeHolder = `
see_holder() {
  { read -r pid && IFS= read -r said; } 2>/dev/null <"$holder" && [ "/proc/$pid/fd/9" -ef "$lock" ]
}`;

// sudo takes SSH_CLIENT away; the process that called it still has it. INT is ignored because Ctrl-C at a terminal reaches
// a holder on the same machine too, and ends dbctl's work only after the running step.
const holdScript = `${files} journal=$3 file=$3/$2.jsonl id=$4 patience=$5
step=null from=local held=
${appendFunction}
${seeHolder}
show() {
  printf '%s\\n{"since":%s,"from":"%s","step":%s,%s\\n' "$$" "$since" "$from" "$step" "$who" >"$holder.new" &&
    mv -fT -- "$holder.new" "$holder"
}
leave() {
  append "\\"kind\\":\\"end\\",\\"id\\":\\"$id\\",\\"result\\":\\"interrupted\\",\\"why\\":\\"$1\\",\\"step\\":$step}"
  exit 1
}
trap '' PIPE INT HUP
trap 'exit 143' TERM
umask 027
IFS= read -r who || exit 1
[ -d "$1" ] || mkdir -p -- "$1" || exit 1
exec 9>>"$lock" || exit 1
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  flock -n 9 && held=yes && break
  see_holder && break
  said=
  sleep 0.1
done
if [ -z "$held" ]; then
  printf 'busy %s %s\\n' "$EPOCHREALTIME" "$said"
  exit 0
fi
trap 'rm -f -- "$holder"' EXIT
for place in /proc/$$/environ "/proc/$PPID/environ"; do
  while IFS= read -r -d '' variable; do
    case $variable in SSH_CLIENT=*) from=\${variable#*=} from=\${from%% *} ;; esac
  done 2>/dev/null <"$place"
done
case $from in *[!0-9A-Za-z:.%_-]*) from=unknown ;; esac
since=$EPOCHREALTIME
if [ -e "$file" ]; then
  tail -c 20000 -- "$file" | grep -E '^[{]"at":[0-9.]*,"kind":"(begin|end)"'
fi
echo held
show
append "\\"kind\\":\\"begin\\",\\"from\\":\\"$from\\",$who" sync
while :; do
  IFS=' ' read -r -t "$patience" word rest
  status=$?
  [ $status -le 128 ] || leave "no sign of life for $patience s"
  [ $status = 0 ] || leave 'the connection ended'
  case $word in
    beat) echo "ack $rest" 2>/dev/null ;;
    step) step=$rest; show ;;
    end) rm -f -- "$holder"; echo ended 2>/dev/null; append "$rest"; exit 0 ;;
  esac
done`;

export interface HoldRequest {
  readonly cluster: string;
  readonly id: string;
  /** Seconds after the last sign of life of the operator when the lock is let go. */
  readonly patienceSeconds: number;
}

/**
 * The program that holds the lock while it is spoken to. Told who asks, it says lines of the journal, then "held"; or
 * "busy", and who has it. After that: "beat N" is answered by "ack N"; "step TEXT" and "end LINE" are written down.
 */
export const holdLock = ({ cluster, id, patienceSeconds }: HoldRequest): readonly string[] =>
  bash(holdScript, lockDirectory, cluster, journalDirectory, id, String(patienceSeconds));

const statusScript = `${files}
${seeHolder}
[ -e "$lock" ] || exit 0
exec 9<"$lock"
for attempt in 1 2 3 4 5; do
  flock -n -s 9 && exit 0
  see_holder && break
  said=
  sleep 0.1
done
printf 'busy %s %s\\n' "$EPOCHREALTIME" "$said"`;

/** Who has the lock; "unknown" where it does not say; undefined when it is free. */
export const lockHolder = (cluster: string): Query<Holder | 'unknown' | undefined> =>
  query(bash(statusScript, lockDirectory, cluster), (stdout) =>
    stdout === '' ? undefined : parseBusy(stdout.trimEnd()),
  );

const releaseScript = `${files} journal=$3 file=$3/$2.jsonl id=$4
${appendFunction}
${seeHolder}
IFS= read -r line
see_holder || exit 0
case $said in *"\\"id\\":\\"$id\\""*) ;; *) exit 0 ;; esac
append "$line"
kill -TERM "$pid"
exec 9<"$lock"
flock -s -w 3 9 && exit 0
kill -KILL "$pid"
flock -s -w 3 9`;

/** Ends the holder of this operation, and writes down by whom; another operation's is left alone. */
export const releaseLock = (cluster: string, { id, step }: Holder, by: string): Action =>
  action(bash(releaseScript, lockDirectory, cluster, journalDirectory, id), {
    stdin: `${journalTail({ kind: 'end', id, result: 'released', why: `by ${by}`, step: step ?? null })}\n`,
    timeoutMs: 30_000,
  });

const HolderLine = v.object({
  ...{ id: v.string(), title: v.string(), command: v.string(), by: v.string(), version: v.string() },
  ...{ pid: v.number(), since: v.number(), from: v.string(), step: v.nullable(v.string()) },
});

/** Reads "busy NOW JSON". */
export function parseBusy(line: string): Holder | 'unknown' {
  const [, now = '', said = ''] = /^busy ([\d.]+) ?(.*)$/.exec(line) ?? [];
  const found = v.safeParse(HolderLine, jsonOf(said));
  if (!found.success) return 'unknown';
  const { since, step, ...holder } = found.output;
  return { ...holder, seconds: Math.max(0, Number(now) - since), step: step ?? undefined };
}
