// Events as text: for the log of a run, and for -v.

import { formatBytes, formatSeconds } from '../model/units.ts';
import type { CommandEvent, Happening, ErrorEvent } from './run-event.ts';
import { shorten } from './text.ts';
import type { HostEnd } from '../engine/event.ts';
import { become, type Execution } from '../host/execution.ts';
import { printable } from '../host/printable.ts';
import type { CommandSeen } from '../host/watch-commands.ts';
import { quote } from '../host/quote.ts';
import { DbctlError, exitCode } from '../model/errors.ts';

/** What -v shows of an event, on one line; undefined for what it leaves to the progress. */
export function verboseLine(happening: Happening): string | undefined {
  if (happening.event === 'login') return texts.login(happening);
  if (happening.event !== 'command') return undefined;
  return commandLine({ ...happening, command: oneLine(happening.command) });
}

/** All of an event, over as many lines as it takes. */
export const eventText = (happening: Happening): string =>
  (texts[happening.event] as (happening: Happening) => string)(happening);

type Texts = {
  readonly [Kind in Happening['event']]: (happening: Extract<Happening, { event: Kind }>) => string;
};

const texts: Texts = {
  'run-started': ({ version, command }) => `dbctl ${version}: ${command}`,
  'stage-started': ({ stage, hosts, order }) => `${stage}: ${hosts.join(', ')} (${order})`,
  'host-started': ({ stage, host }) => `${stage}: ${host} begins`,
  note: ({ stage, host, note }) => `${stage}: ${host} … ${note}`,
  'step-ended': (end) =>
    `${end.host} "${end.step}" ${[end.status, ...end.changes].join('; ')}, ${seconds(end)}`,
  'host-ended': (end) => `${end.stage}: ${end.host} ${describeResult(end)}, ${seconds(end)}`,
  'stage-ended': (end) => `${end.stage}: ${end.status}, ${seconds(end)}`,
  login: (login) => `${login.host} ${seconds(login)} logged in as ${login.user}`,
  command: (command) =>
    [commandLine(command), ...(command.stderr === '' ? [] : [`stderr: ${command.stderr}`])].join('\n'),
  warning: ({ text }) => text,
  error: ({ what, why, next }) =>
    [`error ${what}`, ...(why === null ? [] : [why]), ...next.map((advice) => `→ ${advice}`)].join('\n'),
  'run-ended': (end) => `exit code ${end.exitCode}, ${seconds(end)}`,
};

const seconds = ({ durationMs }: { readonly durationMs: number }): string => formatSeconds(durationMs / 1000);

/** "pg1 0.02 s exit 0 $ systemctl start x < 12 B": input may be secret, so only how much it was is shown. */
function commandLine(event: CommandEvent): string {
  const { host, exitCode: code, ended, command, stdinBytes } = event;
  const end = code === null ? ended : `exit ${code}`;
  const input = stdinBytes === null ? ' < a file' : stdinBytes > 0 ? ` < ${formatBytes(stdinBytes)}` : '';
  return `${host} ${seconds(event)} ${end} $ ${command}${input}`;
}

/** A script of many lines is the first that says something here; the log has it whole. */
const oneLine = (command: string): string => command.replaceAll(/'(?:[^']|'\\'')*'/g, shortWord);

function shortWord(word: string): string {
  if (!word.includes('\n')) return word;
  const [first = ''] = word
    .slice(1, -1)
    .split('\n')
    .filter((line) => /\S/.test(line) && !/^\s*(?:set -|#)/.test(line));
  return `'${shorten(`${first.trim()} …`, longestScript)}'`;
}

const longestScript = 60;

/** Whether a host's end is worth a line to people: most stages of a run find all in place. */
export const isNews = ({ status, note }: HostEnd): boolean => status !== 'in place' || note !== '';

/** "changed — start PostgreSQL", "in place". */
export const describeResult = ({ status, note }: HostEnd): string => (note ? `${status} — ${note}` : status);

/** A command that was seen, as an event: the way root would type it, how it ended, and what it said on stderr. */
export function commandEvent(seen: CommandSeen): { readonly event: 'command' } & CommandEvent {
  const { host, outcome, stdinBytes = null } = seen;
  return {
    event: 'command',
    host,
    command: typed(seen),
    stdinBytes,
    durationMs: Math.round(seen.durationMs),
    exitCode: outcome.kind === 'exited' ? outcome.code : null,
    ended: outcome.kind === 'killed' ? `killed by ${outcome.signal}` : outcome.kind,
    stderr: seen.stderr,
  };
}

const typed = ({ argv, asUser }: Pick<Execution, 'argv' | 'asUser'>): string =>
  printable(quote(become(asUser, argv)).slice(0, longestCommand));

const longestCommand = 20_000;

/** An error as events: several hosts may have failed, each in its own way; what is the same of all is said once. */
export function errorEvents(error: unknown): readonly ErrorEvent[] {
  if (error instanceof AggregateError) {
    const events = error.errors.flatMap((one) => errorEvents(one));
    return [...new Map(events.map((event) => [JSON.stringify(event), event])).values()];
  }
  if (error instanceof DbctlError) {
    const { message: what, why = null, next, exitCode: code } = error;
    return [{ what, why, next, exitCode: code }];
  }
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    {
      what: 'internal error in dbctl; please report it with the output of: dbctl report',
      why,
      next: [],
      exitCode: exitCode.bug,
    },
  ];
}

/** The same value with every text in it passed through `redact`. */
export function redactedEvent<Value>(value: Value, redact: (text: string) => string): Value {
  if (typeof value === 'string') return redact(value) as Value;
  if (Array.isArray(value)) return value.map((part: unknown) => redactedEvent(part, redact)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([name, part]) => [name, redactedEvent(part, redact)]);
  return Object.fromEntries(parts) as Value;
}
