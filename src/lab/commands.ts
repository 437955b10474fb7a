import type { Listed } from '../kit/listed.ts';

export const labCommands: readonly Listed[] = [
  {
    name: 'lab',
    group: 'Other:',
    about: 'Real Debian hosts on this machine, to try, learn and test',
    hasPassThrough: true,
    children: [
      {
        name: 'up',
        about: 'boot the hosts; start those of an existing lab that are not running',
        complete: async () => (await import('./lab-command.ts')).labUpCommand,
      },
      {
        name: 'down',
        about: 'remove a lab, with everything it left on this machine',
        complete: async () => (await import('./lab-command.ts')).labDownCommand,
      },
      {
        name: 'status',
        about: 'show the hosts, their addresses and their state',
        complete: async () => (await import('./lab-command.ts')).labStatusCommand,
      },
      {
        name: 'ssh',
        about: 'log in to a host of the lab as root, or run a command there',
        complete: async () => (await import('./lab-command.ts')).labSshCommand,
      },
      {
        name: 'env',
        about: 'variables for a shell: eval "$(dbctl lab env)"',
        complete: async () => (await import('./lab-command.ts')).labEnvCommand,
      },
      {
        name: 'save',
        about: 'keep the hosts as they are now; they are shut down for it and started again',
        complete: async () => (await import('./saved-command.ts')).labSaveCommand,
      },
      {
        name: 'restore',
        about: 'restore a saved lab; a running lab of that name is removed first',
        complete: async () => (await import('./saved-command.ts')).labRestoreCommand,
      },
      {
        name: 'saved',
        about: 'which labs were saved, when, and what they take of the disk',
        complete: async () => (await import('./saved-command.ts')).labSavedCommand,
      },
      {
        name: 'forget',
        about: 'remove a saved lab; labs that were made from it stay as they are',
        complete: async () => (await import('./saved-command.ts')).labForgetCommand,
      },
    ],
  },
];
