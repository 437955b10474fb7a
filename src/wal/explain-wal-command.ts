import { lookCommand } from '../kit/look-command.ts';
import { exitCode } from '../model/errors.ts';

/** `dbctl explain wal`: who keeps how much WAL, how long until the disk is full, what to do. */
export const explainWalCommand = lookCommand({
  needs: 'leader',
  help: "Exit codes: 0 answered, whatever the answer; 3 the primary's host cannot be reached.",
  run: async ({ cluster, login, progress }) =>
    (await import('./explain-wal-facts.ts')).explainWalOf(cluster, login, await progress()),
  text: async ({ explanation }) => (await import('./wal-text.ts')).walText(explanation),
  json: ({ explanation }) => explanation,
  exitCode: ({ isPrimarySeen }) => (isPrimarySeen ? exitCode.ok : exitCode.unreachable),
});
