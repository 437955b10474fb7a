import { Option, type Command } from 'commander';
import { targetTypes } from '../backup/typed-target.ts';
import { ConfigError } from '../model/errors.ts';
import { withHostKeyFlag, withLockFlag } from '../kit/change.ts';
import { ledAsConfigured } from '../model/cluster.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';
import type { Flags, Asked } from './restore-request.ts';

/** `dbctl backup restore`: the past, beside the running cluster or in its place. */
export const backupRestore = (bare: Command): Command =>
  withLockFlag(withHostKeyFlag(withCommonFlags(bare)))
    .addOption(
      new Option('--type <type>', 'of what kind the point is (default: default, the newest)').choices(
        targetTypes,
      ),
    )
    .option('--target <value>', 'the point: a time with its zone, a position, a transaction, a restore point')
    .option('--target-exclusive', 'stop just before the target, not just after it')
    .option('--target-timeline <number>', 'follow this timeline instead of the newest')
    .option('--set <label>', 'start from this backup instead of the newest that leads to the target')
    .option('--to <[name=]host:port>', 'into a new server beside the cluster')
    .option('--in-place', 'into the primary itself; its data is kept aside, replicas are cloned anew')
    .option('--yes', 'go on without asking for the name of the cluster')
    .option('--dry-run', 'show what would change and touch nothing')
    .action(async (flags: Flags, command: Command) => {
      const { loadBackedUpCluster } = await import('../config/load.ts');
      const { requestOf } = await import('./restore.ts');
      if ((flags.to === undefined) === (flags.inPlace !== true)) throw oneOfTwo();
      const { cluster, backup } = loadBackedUpCluster(commonFlags(command).config);
      const asked: Asked = {
        cluster: ledAsConfigured(cluster),
        backup,
        request: requestOf(flags),
        flags,
      };
      if (flags.to !== undefined) {
        const { restoreBeside } = await import('./restore-beside-command.ts');
        await restoreBeside(asked, flags.to, command);
        return;
      }
      const { restoreInPlace } = await import('./restore-in-place-command.ts');
      await restoreInPlace(asked, command);
    });

const oneOfTwo = (): ConfigError =>
  new ConfigError({
    what: 'a restore goes either beside the cluster or in its place',
    next: [
      'to look, and to copy rows back: dbctl backup restore … --to pg1:5499',
      'to set the whole cluster back: dbctl backup restore … --in-place',
    ],
  });
