// What can be broken on the hosts of a lab, as it is typed, and what was. Asks nobody.

import { ConfigError } from '../model/errors.ts';

/** Each with what its hosts do then, for the help. */
const faultWords = {
  power: 'the power is cut',
  reboot: 'shut down and started again',
  cable: 'the network cable is pulled',
  inbound: 'receives nothing any more, and still sends',
  outbound: 'sends nothing any more, and still receives',
  ports: 'nothing passes on the TCP ports of --ports, in both directions',
  slow: 'a slow link: --rate, --delay, --loss',
  disk: 'the file system of --path is full',
  kill: 'the processes of --program are killed (SIGKILL)',
  freeze: 'the processes of --program stand still, or, without it, the whole host',
  stop: 'the service that runs --program is stopped',
} as const;

export type FaultName = keyof typeof faultWords;

export const faultNames = Object.keys(faultWords) as readonly FaultName[];

/** Below the help of the command. */
export const faultHelp = `Faults:\n${Object.entries(faultWords)
  .map(([name, words]) => `  ${name.padEnd(9)} ${words}`)
  .join('\n')}`;

/** By the names of their processes. */
export const programs = ['postgres', 'patroni', 'etcd', 'haproxy', 'pgbouncer'] as const;

export type Program = (typeof programs)[number];

export interface FaultFlags {
  readonly program: Program | undefined;
  readonly ports: string | undefined;
  readonly rate: string | undefined;
  readonly delay: string | undefined;
  readonly loss: string | undefined;
  readonly path: string | undefined;
}

/** The one flag or the few that a fault listens to. */
const flagsOf: Partial<Record<FaultName, readonly (keyof FaultFlags)[]>> = {
  ports: ['ports'],
  slow: ['rate', 'delay', 'loss'],
  disk: ['path'],
  kill: ['program'],
  freeze: ['program'],
  stop: ['program'],
};

/** etcd's: for clients, and among members. */
const etcdPorts = '2379,2380';

const dataOfPostgres = '/var/lib/postgresql';

/** A fault as it is to be made. */
export interface WantedFault {
  readonly what: FaultName;
  readonly program: Program | undefined;
  readonly ports: string;
  readonly rate: string | undefined;
  readonly delay: string | undefined;
  readonly loss: string | undefined;
  readonly path: string;
}

/** A fault that was made and lasts. */
export interface Fault {
  readonly what: FaultName;
  /** In words: "postgres is frozen". */
  readonly about: string;
  readonly brokenAt: string;
  /** Units that ran what was killed or stopped. */
  readonly units: readonly string[];
  /** The file that fills a file system; "" for other faults. */
  readonly file: string;
}

/** Checks the flags; what is typed for another fault is a ConfigError, never left out in silence. */
export function readFault(what: FaultName, flags: FaultFlags): WantedFault {
  const listened = flagsOf[what] ?? [];
  const given = (Object.keys(flags) as (keyof FaultFlags)[]).filter((name) => flags[name] !== undefined);
  const stray = given.filter((name) => !listened.includes(name)).map((name) => `--${name}`);
  if (stray.length > 0)
    throw wrong(`${what} does not know ${stray.join(' and ')}`, [`see what does: ${help}`]);
  if (what === 'slow' && given.length === 0)
    throw wrong('it is not said how slow the link is to be', ['try: --rate 1mbit', 'or: --delay 200ms']);
  if ((what === 'kill' || what === 'stop') && flags.program === undefined)
    throw wrong(`it is not said what to ${what}`, [`add --program, one of ${programs.join(', ')}`]);
  return { ...flags, what, ports: flags.ports ?? etcdPorts, path: flags.path ?? dataOfPostgres };
}

const help = 'dbctl lab break --help';

const wrong = (what: string, next: readonly string[]): ConfigError => new ConfigError({ what, next });

/** What is broken then, in words. */
export function wordsOf({ what, program, ports, rate, delay, loss, path }: WantedFault): string {
  const slow = [rate, delay && `${delay} later`, loss && `${loss} lost`].filter(Boolean).join(', ');
  const words: Record<FaultName, string> = {
    power: 'its power is cut',
    reboot: 'rebooted',
    cable: 'its cable is pulled',
    inbound: 'receives nothing',
    outbound: 'sends nothing',
    ports: `no traffic on TCP ports ${ports}`,
    slow: `slow link: ${slow}`,
    disk: `${path} is full`,
    kill: `${program} was killed`,
    freeze: program === undefined ? 'the host is frozen' : `${program} is frozen`,
    stop: `${program} is stopped`,
  };
  return words[what];
}

/** A reader of flags. */
export const written =
  (form: RegExp, example: string) =>
  (text: string): string => {
    if (form.test(text)) return text;
    throw wrong(`${JSON.stringify(text)} is not understood`, [`write for example ${example}`]);
  };
