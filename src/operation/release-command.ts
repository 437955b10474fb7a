import type { Command } from 'commander';
import { onHosts, withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

interface Flags extends Pick<ChangeFlags, 'acceptHostKey'> {
  readonly yes?: boolean;
}

/** `dbctl lock release`: ends the operation that has the lock, before its next change. */
export const lockRelease = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare))
    .option('--yes', 'do not ask')
    .action(async (flags: Flags, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const { operatorName } = await import('../config/environment.ts');
      const { lockHolder, releaseLock } = await import('./lock-query.ts');
      const { confirmByName } = await import('../ui/confirm.ts');
      const { lockText, releasedText } = await import('./lock-text.ts');
      const { config, output } = commonFlags(command);
      const cluster = loadCluster(config);
      const { name, control } = cluster;
      const holder = await onHosts(cluster, [control], flags, async (hosts) => {
        const host = hosts.get(control.name);
        const found = await host.ask(lockHolder(name));
        if (found === undefined || found === 'unknown') return found;
        const what = `${lockText(name, found)}It stops before its next change; its long work goes on by itself.`;
        await confirmByName(name, what, { yes: flags.yes === true });
        await host.run(releaseLock(name, found, operatorName()));
        return found;
      });
      const json = { cluster: name, released: holder ?? null };
      process.stdout.write(
        output === 'json' ? `${JSON.stringify(json, null, 2)}\n` : releasedText(name, holder),
      );
    });
