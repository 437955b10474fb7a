import { lookCommand } from '../kit/look-command.ts';
import { tellingLeader } from '../kit/see-leader.ts';
import { exitCode } from '../model/errors.ts';

/** `dbctl explain wal`: who keeps how much WAL, how long until the disk is full, what to do. */
export const explainWalCommand = lookCommand({
  needs: 'cluster',
  help: "Exit codes: 0 answered, whatever the answer; 3 the primary's host cannot be reached.",
  async run({ cluster, login, progress }) {
    const { explainWalOf } = await import('./explain-wal-facts.ts');
    return tellingLeader(cluster, await explainWalOf(cluster, login, await progress()));
  },
  text: async ({ explanation }) => (await import('./wal-text.ts')).walText(explanation),
  json: async ({ explanation }) => (await import('./wal-json.ts')).walJson(explanation),
  exitCode: ({ isPrimarySeen }) => (isPrimarySeen ? exitCode.ok : exitCode.unreachable),
});
