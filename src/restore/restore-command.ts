import { targetTypes } from '../backup/typed-target.ts';
import { flag, lostDiskFlag, option } from '../kit/flags.ts';
import { shownNode } from '../model/cluster.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl backup restore`: the past, beside the running cluster or in its place. */
export const backupRestore = changeCommand({
  needs: 'leader and backup',
  examples: {
    "dbctl backup restore --target '2026-11-30 14:00:00+00' --to=pg2:5433":
      'a server with the data of that time, next to the cluster',
    'dbctl backup restore --in-place --dry-run':
      'what setting the cluster itself back to the newest point would do',
  },
  flags: {
    type: option(
      '--type <type>',
      'kind of recovery target (default: default, the end of the archive; a time or an LSN is known without)',
      {
        choices: targetTypes,
      },
    ),
    target: option(
      '--target <value>',
      'the target: a time with its zone, an LSN, a transaction id or a restore point',
    ),
    targetExclusive: flag('--target-exclusive', 'stop just before the target, not just after it'),
    targetTimeline: option('--target-timeline <number>', "follow this timeline instead of the cluster's own"),
    acceptLoss: option(
      '--accept-loss <lsn>',
      'restore to the newest point though WAL is missing, and lose what was written after this position',
    ),
    set: option('--set <label>', 'start from this backup instead of the newest that leads to the target'),
    to: option('--to <[name=]host:port>', 'restore into a new server; the cluster keeps running'),
    inPlace: flag(
      '--in-place',
      'replace the data of the primary; its old data is kept, replicas are cloned again',
    ),
    lostDisk: lostDiskFlag(),
  },
  yes: 'do not ask for the name of the cluster',
  run: async ({ cluster, backup, flags, ...access }) =>
    (await import('./restore-operation.ts')).restore({ cluster, backup, flags }, access),
  text: async (answer) => (await import('./restore-text.ts')).restoredText(answer),
  json: ({ where, node, record }) => ({
    ...(where === 'beside' && { node: shownNode(node) }),
    restored: record ?? null,
  }),
});
