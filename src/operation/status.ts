import type { Command } from 'commander';
import { onHosts, withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl lock status`: who changes the cluster now? */
export const lockStatus = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare)).action(
    async (flags: Pick<ChangeFlags, 'acceptHostKey'>, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const { lockHolder } = await import('./lock.ts');
      const { lockText } = await import('./lock-text.ts');
      const { config, output } = commonFlags(command);
      const cluster = loadCluster(config);
      const { name, control } = cluster;
      const holder = await onHosts(cluster, [control], flags, (hosts) =>
        hosts.get(control.name).ask(lockHolder(name)),
      );
      const json = { cluster: name, isHeld: holder !== undefined, holder: holder ?? null };
      process.stdout.write(output === 'json' ? `${JSON.stringify(json, null, 2)}\n` : lockText(name, holder));
    },
  );
