// A lab in words. Pure.

import { relative } from 'node:path';
import { databaseHosts } from './env-file.ts';
import { releases } from './recipe.ts';
import type { LabStatus } from './status.ts';
import type { UpResult } from './up.ts';

export function describeUp({ lab, changes }: UpResult, here: string): string {
  const config = relative(here, `${lab.directory}/.env.cluster`) || '.env.cluster';
  const flag = config === '.env.cluster' ? '' : ` -c ${config}`;
  const named = lab.name === 'lab' ? '' : ` --name ${lab.name}`;
  const [primary, ...replicas] = databaseHosts(lab);
  const commands = [
    ...(primary ? [`dbctl init-primary${flag}`] : []),
    ...(replicas.length > 0
      ? [`dbctl add-replica${flag} ${replicas.map(({ name }) => name).join(' ')}`]
      : []),
    `dbctl lab ssh${named} ${lab.hosts[0]?.name ?? ''}`,
    `dbctl lab down${named}`,
  ];
  return [
    changes.length === 0
      ? `Everything is running: 0 changes`
      : `The lab "${lab.name}" is up: ${releases[lab.release].title}${lab.online ? ', online' : ', without access to the outside'}`,
    '',
    columns(lab.hosts.map(({ name, address }) => [name, address])),
    '',
    `Its settings and secrets: ${config}`,
    'Next:',
    ...commands.map((command) => `  ${command}`),
    '',
  ].join('\n');
}

export function describeStatus(labs: readonly LabStatus[]): string {
  if (labs.length === 0) return 'No lab is there. Make one: sudo dbctl lab up\n';
  return labs.map(describeLab).join('\n');
}

function describeLab(lab: LabStatus): string {
  const head = `${lab.name}: ${releases[lab.release].title}${lab.bare ? ', bare' : ''}${lab.online ? ', online' : ''}, ${lab.network}, ${lab.directory}`;
  const rows = lab.hosts.map(({ name, address, state, pid, veth }) => [
    name,
    address,
    state,
    pid === null ? '-' : `pid ${pid}`,
    veth,
  ]);
  return `${head}\n${columns(rows)}\n`;
}

/** Left-aligned columns, two blanks apart and indented by two. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<readonly number[]>(
    (known, row) => row.map((cell, index) => Math.max(cell.length, known[index] ?? 0)),
    [],
  );
  return rows
    .map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
