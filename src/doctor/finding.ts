// What `dbctl doctor` has to say about one thing. Facts that are as they should be are no findings.

import type { SeenSite } from './facts.ts';

/** "fail": must be put right before dbctl can do its work. "warn": works, and will hurt. "note": good to know. */
export type Level = 'note' | 'warn' | 'fail';

export interface DoctorFinding {
  readonly level: Level;
  /** Which question: "reach", "port", "link" … */
  readonly check: string;
  /** The sites that it is about. */
  readonly hosts: readonly string[];
  /** A lower-case fact. */
  readonly what: string;
  readonly why?: string | undefined;
  /** What to do, most useful first. */
  readonly next: readonly string[];
}

const severity: readonly Level[] = ['fail', 'warn', 'note'];

/** What stands in the way of the most comes first. */
const order = [
  'reach',
  'system',
  'program',
  'node',
  'port',
  'link',
  'certificate',
  'disk',
  'package',
  'version',
  'collation',
  'clock',
  'service',
  'speed',
  'memory',
  'shell',
  'kernel',
];

/** The same thing on several hosts is told once; the order is the one to put things right in. */
export function inOrder(findings: readonly DoctorFinding[]): readonly DoctorFinding[] {
  const told = new Map<string, DoctorFinding>();
  for (const finding of findings) {
    const { hosts: _, ...rest } = finding;
    const key = JSON.stringify(rest);
    const hosts = new Set([...(told.get(key)?.hosts ?? []), ...finding.hosts]);
    told.set(key, { ...finding, hosts: [...hosts] });
  }
  const rank = ({ level, check }: DoctorFinding): number =>
    severity.indexOf(level) * order.length + order.indexOf(check);
  return [...told.values()].toSorted((one, other) => rank(one) - rank(other));
}

interface Said extends Pick<DoctorFinding, 'what' | 'why'> {
  readonly next: string | readonly string[];
}

/** Says something about one machine. */
export const about =
  (level: Level, check: string, { site }: Pick<SeenSite, 'site'>) =>
  ({ what, why, next }: Said): DoctorFinding => ({
    ...{ level, check, hosts: [site.name], what, why },
    next: [next].flat(),
  });
