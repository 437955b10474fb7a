// What stories of faults have in common: breaking hosts from outside, and what a clear answer to that is.

import { execa } from 'execa';
import { expect } from 'vitest';
import type { Finished, Lab } from './e2e.ts';
import type { LabHost } from './lab-hosts.ts';
import { addressOf, expectExit, succeed } from './story.ts';

/** A host of the lab, as it is now. */
function machine(lab: Lab, name: string): LabHost {
  const found = lab.hosts().find((host) => host.name === name);
  if (found === undefined) throw new Error(`the lab has no host ${name}`);
  return found;
}

/** Breaks hosts as a person who rehearses failures does: `breakHosts(lab, 'freeze', 'pg1', '--program', 'patroni')`. */
async function breakHosts(lab: Lab, ...words: readonly string[]): Promise<void> {
  expectExit(await lab.dbctl('lab', 'break', ...words, '--name', lab.name), 0);
}

/** Brings hosts back, or the whole lab. */
export async function healLab(lab: Lab, ...hosts: readonly string[]): Promise<void> {
  expectExit(await lab.dbctl('lab', 'heal', ...hosts, '--name', lab.name), 0);
}

/** Pulls the network cable of a host, or plugs it in again. */
export const cable = (lab: Lab, name: string, way: 'up' | 'down'): Promise<void> =>
  way === 'down' ? breakHosts(lab, 'cable', name) : healLab(lab, name);

/** The network cable of a host, at hand: pulled and plugged in within milliseconds, sooner than a program starts. */
export async function cableOf(lab: Lab, name: string): Promise<(way: 'up' | 'down') => Promise<unknown>> {
  const { veth } = machine(lab, name);
  return (way) => execa('ip', ['link', 'set', veth, way]);
}

/** Limits what a host receives and sends ("100mbit"); without a rate it is as fast as before. */
export const limitLink = (lab: Lab, name: string, rate?: string): Promise<void> =>
  rate === undefined ? healLab(lab, name) : breakHosts(lab, 'slow', name, '--rate', rate);

/** Cuts the power of a host; it is off then. */
export const cutPower = (lab: Lab, name: string): Promise<void> => breakHosts(lab, 'power', name);

/** Reboots hosts; they run again then. */
export const reboot = (lab: Lab, ...names: readonly string[]): Promise<void> =>
  breakHosts(lab, 'reboot', ...names);

const secrets = (lab: Lab): readonly string[] =>
  Object.entries(lab.env).flatMap(([name, value]) => (name.endsWith('_PASSWORD') && value ? [value] : []));

/**
 * Insists on an error that helps: its exit code, what happened, what to do next, these words, and nothing that only a
 * developer understands. No password is in it.
 */
export function expectClear(
  lab: Lab,
  finished: Finished,
  wanted: number,
  ...words: readonly (string | RegExp)[]
): void {
  const { stdout, stderr } = finished;
  const said = `${stdout}\n${stderr}`;
  expectExit(finished, wanted);
  expect(stderr, said).toMatch(/^error \S/m);
  expect(stderr, said).toMatch(/^→ \S/m);
  expect(stderr, said).not.toMatch(/^bug |^\s+at .*:\d+:\d+\)?$|UnhandledPromise/m);
  for (const word of words) expect(stderr, said).toMatch(word);
  expect(secrets(lab).some((secret) => said.includes(secret))).toBe(false);
}

/** Insists that a command refuses, with these words. */
export async function expectRefused(
  lab: Lab,
  words: string,
  ...command: readonly string[]
): Promise<Finished> {
  const finished = await lab.dbctl(...command);
  expectClear(lab, finished, 4);
  expect(finished.stderr).toContain(words);
  return finished;
}

/** Types, on a host, the command of the one line of advice that has it for this host. */
export async function follow(lab: Lab, host: string, said: Finished, command: RegExp): Promise<void> {
  const places = [host, addressOf(lab, host).replaceAll('.', String.raw`\.`)].join('|');
  const [typed] = advised(said, new RegExp(`on (?:${places}): (${command.source})`));
  await lab.shell(host, typed!);
}

/** Types the dbctl command of the one line of advice that has it, with more words behind it. */
export async function followDbctl(
  lab: Lab,
  said: Finished,
  command: RegExp,
  ...more: readonly string[]
): Promise<Finished> {
  const [typed] = advised(said, new RegExp(`dbctl (${command.source})`));
  return lab.dbctl(...typed!.split(' '), ...more);
}

/** The one line of advice that ends with this: what is in its groups. */
export function advised({ stderr }: Finished, end: RegExp): readonly string[] {
  const found = [...stderr.matchAll(new RegExp(`^→ (?:.*\\s)?${end.source}$`, 'gm'))];
  expect(found, stderr).toHaveLength(1);
  return found[0]!.slice(1);
}

/** A node's data is replaced: refused on --yes alone, with these words, and done when the position is said. */
export async function giveUp(lab: Lab, name: string, words: RegExp): Promise<Finished> {
  const refused = await expectRefused(lab, `${name} has what `, 'reinit', name, '--yes');
  expect(refused.stderr).toMatch(words);
  const [flag, position] = advised(refused, /(--accept-loss) (\S+)/);
  expectExit(await lab.dbctl('reinit', name, flag!, position!), 8);
  return succeed(lab, 'reinit', name, '--yes', flag!, position!);
}

/** The run that puts right what a fault left says what it did; the one after it has nothing to do. */
export async function finishes(lab: Lab, ...command: readonly string[]): Promise<Finished> {
  const finished = await succeed(lab, ...command);
  expect(lastLine(finished), finished.stderr).toMatch(/^[1-9]\d* changes?$/);
  await settled(lab, ...command);
  return finished;
}

/** Insists that a run has nothing to do. */
export async function settled(lab: Lab, ...command: readonly string[]): Promise<void> {
  const again = await succeed(lab, ...command);
  expect(lastLine(again), again.stderr).toBe('0 changes');
}

const lastLine = ({ stdout }: Finished): string => stdout.trimEnd().split('\n').at(-1) ?? '';

const tracked = '/etc /var/lib/postgresql /var/lib/dbctl';

/**
 * Every file that dbctl could have touched on a host, with its times; one line each. A server that runs writes its own
 * data all the time, so that is left out then.
 */
export const filesOn = (lab: Lab, host: string): Promise<string> =>
  lab.shell(
    host,
    `places='/etc /var/lib/dbctl'
     pgrep -x postgres >/dev/null || places="$places /var/lib/postgresql"
     find $places -printf '%p %s %T@ %C@ %i %u %m\\n' 2>/dev/null | sort`,
  );

/** Insists that no unfinished file, directory or unit of dbctl is on a host. */
export async function expectNothingUnfinished(lab: Lab, host: string): Promise<void> {
  const files = `find ${tracked} \\( -name '*.dbctl-*' -o -name '.dbctl*' \\) 2>/dev/null`;
  const units = `find /run/systemd/transient -name 'dbctl-*' 2>/dev/null || :`;
  expect(await lab.shell(host, `${files}; ${units}`)).toBe('');
}

/** Writes that many megabytes into the primary, which no compression makes smaller. */
export async function fillPrimary(lab: Lab, megabytes: number): Promise<void> {
  const row = `(select string_agg(gen_random_bytes(1000), ''::bytea) from generate_series(1, 100) where n > 0)`;
  await lab.sql(
    'pg1',
    `create extension pgcrypto;
     create table ballast (n int, content bytea);
     alter table ballast alter content set storage external;
     insert into ballast select n, ${row} from generate_series(1, ${megabytes * 10}) n;
     checkpoint;`,
    'app',
  );
}

/** The slots on the primary: "dbctl_pg2 active reserved". */
export const slotsOn = (lab: Lab): Promise<string> =>
  lab.sql(
    'pg1',
    `select slot_name || case when active then ' active ' else ' idle ' end || wal_status
     from pg_replication_slots order by 1`,
  );

/** Waits until a clone for the host has been sent this many bytes. */
export async function cloneHasCopied(lab: Lab, host: string, bytes: number): Promise<void> {
  const copied = `select coalesce(max(backup_streamed), 0) from pg_stat_progress_basebackup
    join pg_stat_replication using (pid) where application_name = '${host}'`;
  const poll = { timeout: 60_000, interval: 100 };
  await expect.poll(async () => Number(await lab.sql('pg1', copied)), poll).toBeGreaterThan(bytes);
}

/** Waits until the primary and the replica both say that the replica streams, through its slot. */
export async function expectStreaming(lab: Lab, host: string): Promise<void> {
  const sender = `select state from pg_stat_replication where application_name = '${host}'`;
  const receiver = 'select status || slot_name from pg_stat_wal_receiver';
  const poll = { timeout: 60_000, interval: 250 };
  await expect.poll(() => lab.sql('pg1', sender).catch(String), poll).toBe('streaming');
  await expect.poll(() => lab.sql(host, receiver).catch(String), poll).toBe(`streamingdbctl_${host}`);
}

/** Writes a row on the primary and waits until it can be read on the replica. */
export async function expectReplicates(lab: Lab, host: string): Promise<void> {
  await lab.sql('pg1', 'create table if not exists seen (at timestamptz)', 'app');
  const row = await lab.sql('pg1', 'insert into seen values (clock_timestamp()) returning at', 'app');
  const read = () => lab.sql(host, 'select max(at) from seen', 'app').catch(String);
  await expect.poll(read, { timeout: 30_000, interval: 250 }).toBe(row);
}

/** Takes a replica's data away, and everything that says that it had some: its host is as it was before. */
export async function unmakeReplica(lab: Lab, name: string): Promise<void> {
  await lab.shell(
    name,
    `systemctl stop postgresql@17-main &&
     rm -r /var/lib/postgresql/17/main /etc/postgresql/17/main /etc/dbctl/*/${name}/owner /etc/dbctl/*/${name}/data.json`,
  );
  await lab.shell('control', `rm /etc/dbctl/*/data-of-${name}.json`);
}
