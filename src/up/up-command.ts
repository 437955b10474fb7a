import { flag, option } from '../kit/flags.ts';
import { acceptLossFlag } from '../replication/reinit-command.ts';
import { yesToPasswords } from '../server/agree-to-passwords.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl up`: the whole cluster as .env.cluster says, from bare hosts to backups. */
export const up = changeCommand({
  needs: 'cluster',
  examples: {
    'dbctl up': 'after every edit of .env.cluster',
    'dbctl up --restart': 'also restart where a changed setting needs it',
    'dbctl up --switchover': 'after CLUSTER_DB_PRIMARY_HOST names another node: let that one lead',
    'dbctl up --plan plan.json': 'only what was reviewed',
  },
  flags: {
    restart: flag('--restart', 'restart PostgreSQL where a setting needs it'),
    switchover: flag('--switchover', 'let the primary of the file lead, where another node does or is gone'),
    acceptLoss: acceptLossFlag,
    plan: option(
      '--plan <file>',
      'apply only the plan that `dbctl plan -o json` wrote there; stop when it is stale',
    ),
  },
  yes: yesToPasswords,
  run: async ({ cluster, flags: { restart, plan, switchover, acceptLoss }, ...access }) =>
    (await import('./up-operation.ts')).bringUp(
      { cluster, restart, switchover, acceptLoss, planFile: plan },
      access,
    ),
  async text({ result, problem }, { cluster, dryRun }) {
    if (dryRun || problem !== undefined || result.changes.length === 0) return '';
    return (await import('./connect-text.ts')).connectText(cluster);
  },
  async verdict({ problem }) {
    if (problem) throw problem;
  },
});
