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
      new Option(
        '--type <type>',
        'kind of recovery target (default: default, the end of the archive)',
      ).choices(targetTypes),
    )
    .option(
      '--target <value>',
      'the target: a time with its zone, an LSN, a transaction id or a restore point',
    )
    .option('--target-exclusive', 'stop just before the target, not just after it')
    .option('--target-timeline <number>', 'follow this timeline instead of the newest')
    .option('--set <label>', 'start from this backup instead of the newest that leads to the target')
    .option('--to <[name=]host:port>', 'restore into a new server; the cluster keeps running')
    .option('--in-place', 'replace the data of the primary; its old data is kept, replicas are cloned again')
    .option('--yes', 'do not ask for the name of the cluster')
    .option('--dry-run', 'show what would change; change nothing')
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
    what: 'a restore needs either --to or --in-place',
    next: [
      'into a separate server, to read and copy rows: dbctl backup restore … --to pg1:5499',
      'to set the whole cluster back in time: dbctl backup restore … --in-place',
    ],
  });
