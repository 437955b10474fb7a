// Every command that can be typed. A command's own file is imported only when the command line names it: with dozens of
// them, importing all would cost --help more than Node's own start.

import type { Listed } from '../kit/listed.ts';

export const list: readonly Listed[] = [
  {
    name: 'init',
    about: 'Write a new .env.cluster with random secrets; prompts for what the flags leave open',
    complete: async () => (await import('../cluster-file/init-command.ts')).init,
  },
  {
    name: 'config',
    about: 'Show the effective settings, without secrets, and where each value comes from',
    complete: async () => (await import('../cluster-file/show-command.ts')).configShow,
    children: async () => (await import('../cluster-file/commands.ts')).configCommands,
  },
  {
    name: 'doctor',
    about: 'Check every host and every network link before anything is changed',
    complete: async () => (await import('../doctor/doctor-command.ts')).doctor,
  },
  {
    name: 'init-primary',
    about: 'Set up the primary of .env.cluster on its host',
    complete: async () => (await import('../server/init-primary-command.ts')).initPrimary,
  },
  {
    name: 'add-replica',
    about: 'Create replicas of the primary; without a name: every replica of .env.cluster',
    complete: async () => (await import('../replication/add-replica-command.ts')).addReplica,
  },
  {
    name: 'plan',
    about: 'Show what up would change, line by line; changes nothing',
    complete: async () => (await import('../up/plan-command.ts')).plan,
  },
  {
    name: 'up',
    about: 'Bring the whole cluster to the state that .env.cluster describes',
    complete: async () => (await import('../up/up-command.ts')).up,
  },
  {
    name: 'remove-replica',
    about: 'Remove a replica from the cluster; its data is kept, or wiped',
    complete: async () => (await import('../replication/remove-replica-command.ts')).removeReplica,
  },
  {
    name: 'restart',
    about: 'Restart nodes: replicas one by one, each confirmed streaming before the next, the primary last',
    complete: async () => (await import('../server/restart-command.ts')).restart,
  },
  {
    name: 'reload',
    about: 'Reload the configuration of PostgreSQL on all nodes',
    complete: async () => (await import('../server/reload-command.ts')).reload,
  },
  {
    name: 'roles',
    about: 'Roles, database and privileges',
    children: async () => (await import('../server/commands.ts')).rolesCommands,
  },
  {
    name: 'reinit',
    about: 'Clone a broken replica again',
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
    about: 'Explain a state: what retains WAL on the disks, and for how long',
    children: async () => (await import('../wal/commands.ts')).explainCommands,
  },
  {
    name: 'report',
    about: 'Collect a support bundle in one file, without secrets',
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
    about: 'The lock of the cluster: one operation changes it at a time',
    children: async () => (await import('../operation/commands.ts')).lockCommands,
  },
  {
    name: 'backup',
    about: 'Backups with pgBackRest: set up, run, check, restore, drill',
    children: async () => [
      ...(await import('../backup/commands.ts')).backupCommands,
      ...(await import('../restore/commands.ts')).restoreCommands,
    ],
  },
  {
    name: 'certs',
    about: 'Certificates: status and rotation',
    children: async () => (await import('../certificates/commands.ts')).certsCommands,
  },
  {
    name: 'completion',
    about: 'Print a completion script for bash, zsh or fish',
    complete: async () => (await import('./completion-command.ts')).completion,
  },
  {
    name: 'lab',
    about: 'Real Debian hosts on this machine, to try, learn and test',
    complete: async () => (await import('../lab/lab-command.ts')).lab,
  },
];
