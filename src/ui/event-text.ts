// Events as text: for the log of a run, and for -v.

import { formatBytes, formatSeconds } from '../model/units.ts';
import { describeResult } from './describe-result.ts';
import type { CommandEvent, Happening } from './run-event.ts';
import { shorten } from './text.ts';

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
  const { host, exitCode, ended, command, stdinBytes } = event;
  const end = exitCode === null ? ended : `exit ${exitCode}`;
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
