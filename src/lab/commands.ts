import type { Listed } from '../kit/listed.ts';

const words = {
  up: 'boot the hosts; start those of an existing lab that are not running',
  down: 'remove a lab, with everything it left on this machine',
  status: 'show the hosts, their addresses and their state',
  ssh: 'log in to a host of the lab as root, or run a command there',
  env: 'variables for a shell: eval "$(dbctl lab env)"',
  break: 'break hosts of the lab: power, network, disk, processes, services',
  heal: 'bring broken hosts back',
  save: 'keep the hosts as they are now; they are shut down for it and started again',
  restore: 'restore a saved lab; a running lab of that name is removed first',
  saved: 'which labs were saved, when, and what they take of the disk',
  forget: 'remove a saved lab; labs that were made from it stay as they are',
} as const;

export const labCommands: readonly Listed[] = [
  {
    name: 'lab',
    group: 'Other:',
    about: 'Real Debian hosts on this machine, to try, learn and test',
    hasPassThrough: true,
    children: (Object.keys(words) as (keyof typeof words)[]).map((name) => ({
      name,
      about: words[name],
      complete: async () => (await import('./lab-command.ts'))[name === 'break' ? 'breakHosts' : name],
    })),
  },
];
