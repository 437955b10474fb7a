import { targetTypes } from '../backup/typed-target.ts';
import { flag, option } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl backup restore`: the past, beside the running cluster or in its place. */
export const backupRestore = changeCommand({
  needs: 'leader and backup',
  flags: {
    type: option('--type <type>', 'kind of recovery target (default: default, the end of the archive)', {
      choices: targetTypes,
    }),
    target: option(
      '--target <value>',
      'the target: a time with its zone, an LSN, a transaction id or a restore point',
    ),
    targetExclusive: flag('--target-exclusive', 'stop just before the target, not just after it'),
    targetTimeline: option('--target-timeline <number>', 'follow this timeline instead of the newest'),
    set: option('--set <label>', 'start from this backup instead of the newest that leads to the target'),
    to: option('--to <[name=]host:port>', 'restore into a new server; the cluster keeps running'),
    inPlace: flag(
      '--in-place',
      'replace the data of the primary; its old data is kept, replicas are cloned again',
    ),
  },
  yes: 'do not ask for the name of the cluster',
  run: async ({ cluster, backup, flags, ...access }) =>
    (await import('./restore-operation.ts')).restore({ cluster, backup, flags }, access),
  text: async (answer) => (await import('./restore-text.ts')).restoredText(answer),
  json: ({ where, node, record }) => ({
    ...(where === 'beside' && { node }),
    restored: record ?? null,
  }),
});
