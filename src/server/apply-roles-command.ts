import type { Command } from 'commander';
import { answer, withHostKeyFlag, withLockFlag, type ChangeFlags } from '../kit/change.ts';
import { changeHosts } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

interface Flags extends Omit<ChangeFlags, 'restart'> {
  readonly passwords?: boolean;
}

/** `dbctl roles apply`: roles, database and privileges as .env.cluster has them. */
export const rolesApply = (bare: Command): Command =>
  withLockFlag(withHostKeyFlag(withCommonFlags(bare)))
    .option('--passwords', 'set the passwords of .env.cluster where they differ')
    .option('--dry-run', 'show what would change; change nothing')
    .action(async (flags: Flags, command: Command) => {
      const { instanceOf } = await import('../model/instance.ts');
      const { loadCluster } = await import('../config/load.ts');
      const { ledAsConfigured } = await import('../model/cluster.ts');
      const { readSource } = await import('./source-facts.ts');
      const { applyRolesPlan } = await import('./apply-roles-plan.ts');
      const { rolesWithOtherPassword } = await import('./roles-step.ts');
      const { otherPasswordsText } = await import('./roles-text.ts');
      const cluster = ledAsConfigured(loadCluster(commonFlags(command).config));
      const { passwords = false } = flags;
      const { primary, replicas } = cluster;
      const machines = [primary, ...(passwords ? replicas : [])];
      await changeHosts(command, { cluster, machines, flags }, async (turn) => {
        const { hosts } = turn;
        const host = hosts.get(primary.name);
        await readSource(cluster, host);
        const differing = await rolesWithOtherPassword(cluster, instanceOf(cluster, primary), host);
        const left = passwords ? [] : differing;
        const result = await turn.carryOut(applyRolesPlan(cluster, hosts, { left, passwords }));
        const json = { otherPasswords: left };
        await answer(command, result, flags, { text: otherPasswordsText(left), json });
      });
    });
