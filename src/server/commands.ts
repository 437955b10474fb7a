import type { Listed } from '../kit/listed.ts';

export const serverCommands: readonly Listed[] = [
  {
    name: 'stop',
    group: 'Nodes:',
    about: 'Stop nodes in an order in which nothing is lost and no other node leads',
    complete: async () => (await import('./stop-command.ts')).stop,
  },
  {
    name: 'reload',
    group: 'Nodes:',
    about: 'Reload the configuration of PostgreSQL on all nodes',
    complete: async () => (await import('./reload-command.ts')).reload,
  },
  {
    name: 'roles',
    group: 'Nodes:',
    about: 'Roles, database and privileges',
    children: [
      {
        name: 'apply',
        about: 'Create missing roles, database and privileges; passwords are not changed',
        complete: async () => (await import('./apply-roles-command.ts')).rolesApply,
      },
    ],
  },
  {
    name: 'logs',
    group: 'Observe:',
    about: "Show the last lines of a node's logs: PostgreSQL, Patroni, etcd, gateways",
    complete: async () => (await import('./logs-command.ts')).logs,
  },
  {
    name: 'render',
    group: 'Observe:',
    about: 'Print a configuration file as dbctl would write it on a node; changes nothing',
    complete: async () => (await import('./render-command.ts')).renderTemplate,
  },
];
