// Do the settings of the file fit the machine?

import type { Cluster } from '../model/cluster.ts';
import { formatBytes } from '../model/units.ts';
import type { SeenSite } from './facts.ts';
import { about, type DoctorFinding } from './finding.ts';

const megabyte = 1024 ** 2;

/** What the servers of a machine take together, before anything is written; each takes it whole when it starts. */
export function memoryFindings({ postgres }: Cluster, seen: SeenSite): readonly DoctorFinding[] {
  const { facts, nodes } = seen;
  const each = bytesOfBuffers(postgres.parameters['shared_buffers']);
  const share = (each * nodes.length) / facts.memoryBytes;
  if (!(share > mostShare)) return [];
  const many = nodes.length === 1 ? '' : ` for each of ${nodes.length} servers`;
  const say = about(share > 1 ? 'fail' : 'warn', 'memory', seen);
  const finding = say({
    what: `shared_buffers is ${formatBytes(each)}${many}, and the host has ${formatBytes(facts.memoryBytes)} of memory`,
    next: 'set POSTGRES_CONF_shared_buffers to a quarter of the memory',
  });
  return [finding];
}

/** Beyond this, sessions and the file cache have too little. */
const mostShare = 0.6;

const bufferUnits: Readonly<Record<string, number>> = {
  '': 8192,
  b: 1,
  kb: 1024,
  mb: megabyte,
  gb: 1024 * megabyte,
  tb: megabyte ** 2,
};

/** NaN where it is not set, or is none of PostgreSQL's ways to write it. */
export function bytesOfBuffers(value = ''): number {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?b)?\s*$/i.exec(value) ?? [];
  return Number(number) * (bufferUnits[unit.toLowerCase()] ?? Number.NaN);
}

export const wouldNotStart = (node: string, problem: string) => ({
  what: `PostgreSQL on ${node} would not start with these settings: ${problem.replaceAll('\n', '; ')}`,
  next: 'correct POSTGRES_CONF_* in .env.cluster, or the file that is named',
});
