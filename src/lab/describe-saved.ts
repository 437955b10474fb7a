// Saved labs in words. Pure.

import { relative } from 'node:path';
import { formatBytes } from '../model/units.ts';
import { columns } from './describe.ts';
import { machineNetnsOf, type Lab } from './lab.ts';
import type { SavedLab } from './saved.ts';

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
  const config = relative(here, `${lab.directory}/.env.cluster`) || '.env.cluster';
  const flag = config === '.env.cluster' ? '' : ` -c ${config}`;
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
