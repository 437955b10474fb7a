import type { Listed } from '../kit/listed.ts';

export const gatewayCommands: readonly Listed[] = [
  {
    name: 'gateway',
    group: 'Observe:',
    about: 'Look at what leads clients to the right node (CLUSTER_GATEWAYS)',
    children: [
      {
        name: 'status',
        about: 'Show where every gateway leads clients, and where gateways disagree',
        complete: async () => (await import('./gateway-status-command.ts')).gatewayStatus,
      },
    ],
  },
];
