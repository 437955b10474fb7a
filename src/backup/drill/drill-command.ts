import { flag, option } from '../../kit/flags.ts';
import { exitCode } from '../../model/errors.ts';
import { lockedCommand } from '../../operation/change-command.ts';
import { targetTypes } from '../typed-target.ts';

/** `dbctl backup drill`: restores beside the cluster, checks what came back, and throws it away. */
export const backupDrill = lockedCommand({
  needs: 'leader and backup',
  examples: {
    'dbctl backup drill': "proves on a replica's host that the newest backup can be restored",
  },
  flags: {
    randomPoint: flag('--random-point', 'restore to a random time of all that can be restored'),
    set: option('--set <label>', 'start from this backup instead of the newest one'),
    type: option(
      '--type <type>',
      'kind of recovery target (default: default, the end of the archive; a time or an LSN is known without)',
      {
        choices: targetTypes,
      },
    ),
    target: option('--target <target>', 'the target, in the form of its type: "2026-11-21 10:00:00+00"'),
    history: flag('--history', 'show past drills instead'),
  },
  async run({ cluster, backup, flags, ...access }) {
    const { drill, pastDrills } = await import('./drill-plan.ts');
    if (flags.history) return pastDrills(cluster, access);
    return drill({ cluster, backup, flags }, access);
  },
  async text(answer) {
    const { drillHistoryText, drillText } = await import('./drill-text.ts');
    return 'drills' in answer ? drillHistoryText(answer.drills) : drillText(answer);
  },
  exitCode: (answer) => ('result' in answer && answer.result === 'failed' ? exitCode.failed : exitCode.ok),
});
