// DATABASE_REPLICA_1_HOST, DATABASE_REPLICA_1_PORT, …: replicas on lines of their own.

import type { RawValue } from './raw-value.ts';
import { InvalidValue, shown, type Problem } from './problem.ts';
import type { Entry } from './read-lines.ts';
import { readNodeEntry } from './readers/node.ts';

const pattern = /^DATABASE_REPLICA_([1-9][0-9]{0,3})_(HOST|PORT|WEIGHT)$/;

/** The number of a replica, and what the line says about it; undefined for any other name. */
export function numberedName(name: string): { number: number; part: 'HOST' | 'PORT' | 'WEIGHT' } | undefined {
  const [, number, part] = pattern.exec(name) ?? [];
  return part === undefined ? undefined : { number: Number(number), part: part as 'HOST' };
}

interface NumberedReplicas {
  /** All of them as one list of nodes, in the order of their numbers; undefined when there are none. */
  readonly given: RawValue | undefined;
  readonly problems: readonly Problem[];
}

/** Puts the lines of each replica together. A line with an empty value counts as none. */
export function numberedReplicas(entries: readonly Entry[]): NumberedReplicas {
  const problems: Problem[] = [];
  const byName = new Map(entries.filter(({ value }) => value !== '').map((entry) => [entry.name, entry]));
  const numbers = new Set([...byName.keys()].flatMap((name) => numberedName(name)?.number ?? []));
  const texts = [...numbers]
    .toSorted((a, b) => a - b)
    .flatMap((number) => {
      const line = (part: string): Entry | undefined => byName.get(`DATABASE_REPLICA_${number}_${part}`);
      const [host, port, weight] = [line('HOST'), line('PORT'), line('WEIGHT')];
      if (weight) problems.push(...checkWeight(weight));
      if (host === undefined) {
        problems.push(...[port ?? weight!].map(({ name, line: at }) => withoutHost(name, at, number)));
        return [];
      }
      return attempt(host, port, problems);
    });
  const first = [...byName.values()].find(({ name }) => numberedName(name));
  if (first === undefined || problems.length > 0) return { given: undefined, problems };
  return { given: { name: first.name, line: first.line, text: texts.join(',') }, problems };
}

const withoutHost = (setting: string, line: number, number: number): Problem => ({
  setting,
  line,
  text: `has no DATABASE_REPLICA_${number}_HOST`,
});

/** `host:port`, once both lines are known to be right. */
function attempt(host: Entry, port: Entry | undefined, problems: Problem[]): readonly string[] {
  try {
    const entry = readNodeEntry(host.value);
    if (port === undefined) return [host.value];
    if (!/^[1-9][0-9]{0,4}$/.test(port.value) || Number(port.value) > 65_535) {
      problems.push({ setting: port.name, line: port.line, text: expectedPort(port.value) });
      return [];
    }
    if (entry.port === undefined) return [`${host.value}:${port.value}`];
    if (entry.port === Number(port.value)) return [host.value];
    const text = `and ${port.name} (line ${port.line}) disagree: ${entry.port} and ${port.value}; keep one`;
    problems.push({ setting: host.name, line: host.line, text });
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    problems.push({ setting: host.name, line: host.line, text: error.message });
  }
  return [];
}

const expectedPort = (text: string): string => `expected a whole number from 1 to 65535, got ${shown(text)}`;

/** It is for gateways, which share reads out by it. */
function* checkWeight({ name, line, value }: Entry): Iterable<Problem> {
  if (/^[0-9]{1,4}(\.[0-9]{1,6})?$/.test(value) && Number(value) > 0) return;
  yield { setting: name, line, text: `expected a share of reads such as 1.0 or 2, got ${shown(value)}` };
}
