import type { Listed } from '../kit/listed.ts';

export const patroniCommands: readonly Listed[] = [
  {
    name: 'pause',
    group: 'Nodes:',
    about: 'Let no other node lead by itself until `resume` (CLUSTER_HA=patroni)',
    complete: async () => (await import('./pause-command.ts')).pause,
  },
  {
    name: 'resume',
    group: 'Nodes:',
    about: 'Let another node lead by itself again when the primary is gone',
    complete: async () => (await import('./pause-command.ts')).resume,
  },
];
