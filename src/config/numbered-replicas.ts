// DATABASE_REPLICA_1_HOST, DATABASE_REPLICA_1_PORT, …: replicas on lines of their own.

import type { RawValue } from './raw-value.ts';
import { gather, InvalidSetting, InvalidValue, shown, type Problem } from './problem.ts';
import type { Entry } from './read-lines.ts';
import { nameAfter, readNodeEntry } from './readers/host.ts';
import { bracketed } from '../model/address.ts';

const pattern = /^DATABASE_REPLICA_([1-9][0-9]{0,3})_(HOST|PORT|WEIGHT)$/;

/** The number of a replica, and what the line says about it; undefined for any other name. */
export function numberedName(name: string): { number: number; part: 'HOST' | 'PORT' | 'WEIGHT' } | undefined {
  const [, number, part] = pattern.exec(name) ?? [];
  return part === undefined ? undefined : { number: Number(number), part: part as 'HOST' };
}

/**
 * Puts the lines of each replica together, as one list of nodes in the order of their numbers. A line with an empty value
 * counts as none.
 */
export function numberedReplicas(entries: readonly Entry[]) {
  const problems: Problem[] = [];
  const byName = new Map(entries.filter(({ value }) => value !== '').map((entry) => [entry.name, entry]));
  const numbers = new Set([...byName.keys()].flatMap((name) => numberedName(name)?.number ?? []));
  const texts = [...numbers]
    .toSorted((a, b) => a - b)
    .flatMap((number) => {
      const line = (part: string): Entry | undefined => byName.get(`DATABASE_REPLICA_${number}_${part}`);
      const [host, port, weight] = [line('HOST'), line('PORT'), line('WEIGHT')];
      if (weight) problems.push(...checkWeight(weight));
      if (host)
        return gather(problems, { setting: host.name, line: host.line }, () => textOf(host, port)) ?? [];
      const { name, line: at } = port ?? weight!;
      problems.push({ setting: name, line: at, text: `has no DATABASE_REPLICA_${number}_HOST` });
      return [];
    });
  const first = [...byName.values()].find(({ name }) => numberedName(name));
  const given: RawValue | undefined =
    first === undefined || problems.length > 0
      ? undefined
      : { name: first.name, line: first.line, text: texts.join(',') };
  return { given, problems };
}

/** `host:port`, once both lines are known to be right. */
function textOf(host: Entry, port: Entry | undefined): string {
  const entry = readNodeEntry(host.value);
  if (port === undefined) return host.value;
  if (!/^[1-9][0-9]{0,4}$/.test(port.value) || Number(port.value) > 65_535) {
    const text = `expected a whole number from 1 to 65535, got ${shown(port.value)}`;
    throw new InvalidSetting({ setting: port.name, line: port.line, text });
  }
  if (entry.port === undefined) return `${host.value}:${port.value}`;
  if (entry.port === Number(port.value)) return host.value;
  throw new InvalidValue(
    `and ${port.name} (line ${port.line}) disagree: ${entry.port} and ${port.value}; keep one`,
  );
}

/** It is for gateways, which share reads out by it. */
function* checkWeight({ name, line, value }: Entry): Iterable<Problem> {
  if (/^[0-9]{1,4}(\.[0-9]{1,6})?$/.test(value) && Number(value) > 0) return;
  yield { setting: name, line, text: `expected a share of reads such as 1.0 or 2, got ${shown(value)}` };
}

const assignment = /^\uFEFF?\s*(?:export\s+)?([\w.-]+)\s*=\s*(['"`]?)([^]*?)\2\s*(?:\s#[^]*)?$/;

function numberedLine(line: string) {
  const [, name = '', , value = ''] = assignment.exec(line) ?? [];
  const found = numberedName(name);
  return found && { ...found, value };
}

/** Are there numbered replicas? */
export const isNumbered = (lines: readonly string[]): boolean =>
  lines.some((line) => numberedLine(line)?.part === 'HOST' && numberedLine(line)?.value !== '');

/**
 * The lines with one more replica behind the last one. `entry` is name=host:port; a name that the host's own would be is
 * left out, so that an application can read the line.
 */
export function addNumbered(lines: readonly string[], entry: string): readonly string[] {
  const numbers = lines.map((line) => numberedLine(line)?.number ?? 0);
  const number = Math.max(...numbers) + 1;
  const { name, host, port } = readNodeEntry(entry);
  const place = bracketed(host);
  const text = name === undefined || name === nameAfter(host) ? place : `${name}=${place}`;
  const at = numbers.findLastIndex((one) => one > 0) + 1;
  const ending = lines[at - 1]!.endsWith('\r\n') ? '\r\n' : '\n';
  const gap = lines[at - 1]!.endsWith('\n') ? '' : ending;
  const prefix = `DATABASE_REPLICA_${number}`;
  return lines.toSpliced(at, 0, `${gap}${prefix}_HOST=${text}${ending}`, `${prefix}_PORT=${port}${ending}`);
}

/** The lines without the one numbered replica that is meant; all of them when none is, or more than one. */
export function removeNumbered(
  lines: readonly string[],
  isMeant: (entry: string) => boolean,
): readonly string[] {
  const found = lines.flatMap((line) => numberedLine(line) ?? []);
  const value = (number: number, part: string): string =>
    found.find((one) => one.number === number && one.part === part)?.value ?? '';
  const meant = [...new Set(found.map(({ number }) => number))].filter((number) => {
    const [host, port] = [value(number, 'HOST'), value(number, 'PORT')];
    const isWhole = port === '' || /:\d+$/.test(host);
    return isMeant(isWhole ? host : `${host}:${port}`);
  });
  return meant.length === 1 ? lines.filter((line) => numberedLine(line)?.number !== meant[0]) : lines;
}
