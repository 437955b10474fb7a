// A lab in words. Pure.

import { relative } from 'node:path';
import { databaseHosts } from './env-file.ts';
import { releases } from './recipe.ts';
import type { LabStatus } from './status.ts';
import type { UpResult } from './up.ts';
import { tableText } from '../ui/text.ts';
import { formatBytes } from '../model/units.ts';
import { machineNetnsOf, type Lab } from './lab.ts';
import type { SavedLab } from './saved.ts';
import { quote } from '../host/quote.ts';
import { accessOf, caCertificateOf, envFileOf } from './access.ts';

export function describeUp({ lab, changes }: UpResult, here: string): string {
  const { config, flag } = configOf(lab, here);
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

/** Its .env.cluster, and how that is named to a command. */
function configOf({ directory }: Lab, here: string) {
  const config = relative(here, `${directory}/.env.cluster`) || '.env.cluster';
  return { config, flag: config === '.env.cluster' ? '' : ` -c ${config}` };
}

export function describeStatus(labs: readonly LabStatus[]): string {
  if (labs.length === 0) return 'No lab is there. Make one: sudo dbctl lab up\n';
  return labs.map(describeLab).join('\n');
}

/** What was broken or healed, and how many changes that were. */
export const describeChanges = (changes: readonly string[]): string =>
  [...changes, changes.length === 1 ? '1 change' : `${changes.length} changes`, ''].join('\n');

function describeLab(lab: LabStatus): string {
  const head = `${lab.name}: ${releases[lab.release].title}${lab.bare ? ', bare' : ''}${lab.online ? ', online' : ''}, ${lab.network}, ${lab.directory}`;
  const rows = lab.hosts.map(({ name, address, state, pid, veth, faults }) => [
    name,
    address,
    state,
    pid === null ? '-' : `pid ${pid}`,
    veth,
    faults.map(({ about }) => about).join('; '),
  ]);
  return `${head}\n${columns(rows)}\n`;
}

/** Left-aligned columns, two blanks apart and indented by two. */
export const columns = (rows: readonly (readonly string[])[]): string =>
  tableText(rows).replaceAll(/^/gm, '  ');

export const describeSave = ({ name, lab }: SavedLab): string =>
  [
    `The lab "${lab.name}" is saved as "${name}"; its hosts go on from there`,
    'Next:',
    `  sudo dbctl lab restore ${name}`,
    `  sudo dbctl lab restore ${name} --isolated --name ${lab.name === 'lab2' ? 'lab3' : 'lab2'} --dir ./lab2`,
    '  dbctl lab saved',
    '',
  ].join('\n');

export function describeRestore(saved: string, lab: Lab, here: string): string {
  const { flag } = configOf(lab, here);
  const netns = machineNetnsOf(lab);
  const inside = netns === undefined ? '' : `sudo ip netns exec ${netns} `;
  return [
    `The lab "${lab.name}" is as it was saved in "${saved}"${netns === undefined ? '' : ', isolated'}`,
    '',
    columns(lab.hosts.map(({ name, address }) => [name, address])),
    '',
    'Next:',
    `  ${inside}dbctl status${flag}`,
    `  dbctl lab down --name ${lab.name}`,
    '',
  ].join('\n');
}

export function describeSaved(all: readonly (SavedLab & { readonly bytes: number })[]): string {
  if (all.length === 0) return 'No lab was saved. Save one: sudo dbctl lab save <name>\n';
  const rows = all.map(({ name, savedAt, lab, bytes }) => [
    name,
    savedAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    formatBytes(bytes),
    lab.network,
    lab.hosts.map((host) => host.name).join(','),
  ]);
  return `${columns(rows)}\n`;
}

/** What a shell needs to talk to the lab's primary. No password: libpq asks for it, or reads a passfile. */
export function shellVariables(lab: Lab): Readonly<Record<string, string>> {
  const primary = databaseHosts(lab)[0];
  return {
    ...(primary ? { PGHOST: primary.address, PGPORT: '5432', PGDATABASE: 'app', PGUSER: 'app_admin' } : {}),
    DBCTL_LAB_NAME: lab.name,
    DBCTL_LAB_ENV_FILE: envFileOf(lab.directory),
    DBCTL_LAB_SSH_KEY: accessOf(lab).key,
    DBCTL_LAB_KNOWN_HOSTS: accessOf(lab).knownHosts,
    DBCTL_LAB_CA_CERT: caCertificateOf(lab),
  };
}

/** For `eval "$(dbctl lab env)"`. */
export const shellLines = (lab: Lab): string =>
  Object.entries(shellVariables(lab))
    .map(([name, value]) => `export ${name}=${quote([value])}\n`)
    .join('');
