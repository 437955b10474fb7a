// Every command that can be typed. A command's own file is imported only when the command line names it: with dozens of
// them, importing all would cost --help more than Node's own start.

import type { Listed } from '../kit/listed.ts';

export const list: readonly Listed[] = [
  {
    name: 'init',
    about: 'Write a new .env.cluster, with random secrets; asks what the flags do not say',
    complete: async () => (await import('../cluster-file/init-command.ts')).init,
  },
  {
    name: 'config',
    about: 'Show what .env.cluster is understood to say, secrets hidden, and where each value comes from',
    complete: async () => (await import('../cluster-file/show-command.ts')).configShow,
    children: async () => (await import('../cluster-file/commands.ts')).configCommands,
  },
  {
    name: 'doctor',
    about: 'Look at every host and every link before anything is changed: is all fit and reachable?',
    complete: async () => (await import('../doctor/doctor-command.ts')).doctor,
  },
  {
    name: 'init-primary',
    about: 'Turn the primary host of .env.cluster into a running primary',
    complete: async () => (await import('../server/init-primary-command.ts')).initPrimary,
  },
  {
    name: 'add-replica',
    about: 'Make replicas of the primary; without a name: every replica of .env.cluster',
    complete: async () => (await import('../replication/add-replica-command.ts')).addReplica,
  },
  {
    name: 'plan',
    about: 'Show what up would change, line by line; changes nothing',
    complete: async () => (await import('../up/plan-command.ts')).plan,
  },
  {
    name: 'up',
    about: 'Bring the whole cluster to what .env.cluster says',
    complete: async () => (await import('../up/up-command.ts')).up,
  },
  {
    name: 'remove-replica',
    about: 'Take a replica out of the cluster; its data is kept aside, or wiped',
    complete: async () => (await import('../replication/remove-replica-command.ts')).removeReplica,
  },
  {
    name: 'restart',
    about: 'Restart nodes: replicas one by one, each seen to stream before the next, the primary last',
    complete: async () => (await import('../server/restart-command.ts')).restart,
  },
  {
    name: 'reload',
    about: 'Make PostgreSQL read its files anew, on all nodes at once',
    complete: async () => (await import('../server/reload-command.ts')).reload,
  },
  {
    name: 'roles',
    about: 'Roles, database and privileges as .env.cluster has them',
    children: async () => (await import('../server/commands.ts')).rolesCommands,
  },
  {
    name: 'reinit',
    about: 'Clone a broken replica anew',
    complete: async () => (await import('../replication/reinit-command.ts')).reinit,
  },
  {
    name: 'probe',
    aliases: ['check-cluster-dbs'],
    about: 'Check every node and every role over the PostgreSQL protocol (no SSH)',
    complete: async () => (await import('../probe/probe-command.ts')).probe,
  },
  {
    name: 'status',
    aliases: ['list'],
    about: 'Show every node as its own host sees it (over SSH)',
    complete: async () => (await import('../status/status-command.ts')).status,
  },
  {
    name: 'logs',
    about: "Show the last lines of a node's PostgreSQL log and journal",
    complete: async () => (await import('../server/logs-command.ts')).logs,
  },
  {
    name: 'explain',
    about: 'Explain what is there: who keeps WAL on the disks, and for how long',
    children: async () => (await import('../wal/commands.ts')).explainCommands,
  },
  {
    name: 'report',
    about: 'Gather what support needs into one file, without secrets',
    complete: async () => (await import('../report/report-command.ts')).report,
  },
  {
    name: 'render',
    about: 'Print a configuration file as dbctl would write it on a node; changes nothing',
    complete: async () => (await import('../server/render-command.ts')).renderTemplate,
  },
  {
    name: 'history',
    about: 'Show who changed what on the cluster, when, from where, and how it ended',
    complete: async () => (await import('../operation/history-command.ts')).history,
  },
  {
    name: 'lock',
    about: 'The lock that lets one operation change the cluster at a time',
    children: async () => (await import('../operation/commands.ts')).lockCommands,
  },
  {
    name: 'backup',
    about: 'Backups with pgBackRest: set up, make, look at, restore, rehearse',
    children: async () => [
      ...(await import('../backup/commands.ts')).backupCommands,
      ...(await import('../restore/commands.ts')).restoreCommands,
    ],
  },
  {
    name: 'certs',
    about: 'Certificates: what is shown where, and how they are replaced',
    children: async () => (await import('../certificates/commands.ts')).certsCommands,
  },
  {
    name: 'completion',
    about: 'Print what makes bash, zsh or fish complete commands, flags and names of nodes',
    complete: async () => (await import('./completion.ts')).completion,
  },
  {
    name: 'lab',
    about: 'Real Debian hosts on this machine, to try, learn and test',
    complete: async () => (await import('../lab/lab-command.ts')).lab,
  },
];
