// Adds a replica to the numbered ones of .env.cluster (DATABASE_REPLICA_1_HOST, …), or takes one out.

import { isIPv6 } from 'node:net';
import { numberedName } from './numbered-replicas.ts';
import { nameAfter, readNodeEntry } from './readers/node.ts';

const assignment = /^\uFEFF?\s*(?:export\s+)?([\w.-]+)\s*=\s*(['"`]?)([^]*?)\2\s*(?:\s#[^]*)?$/;

interface NumberedLine {
  readonly number: number;
  readonly part: string;
  readonly value: string;
}

function numberedLine(line: string): NumberedLine | undefined {
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
  const place = isIPv6(host) ? `[${host}]` : host;
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
