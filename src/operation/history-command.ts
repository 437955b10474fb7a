import { count, flag, option } from '../kit/flags.ts';
import { lookCommand } from '../kit/look-command.ts';

/** `dbctl history`: who did what to the cluster, when, from where, and how it ended; with Patroni, who led since when. */
export const history = lookCommand({
  needs: 'cluster',
  examples: {
    'dbctl history -n 5': 'the last five operations: who, when, from where, how it ended',
  },
  flags: {
    number: option('-n, --number <count>', 'show the last N operations and changes of the leader', {
      read: count(999_999),
      otherwise: 20,
    }),
    steps: flag('--steps', 'show each step with its host and changes'),
  },
  async run({ cluster, login, flags }) {
    const { lastEvents, readHistory } = await import('./read-history.ts');
    return lastEvents(await readHistory(cluster, login), flags.number);
  },
  text: async (found, { flags: { steps } }) =>
    (await import('./history-text.ts')).historyText(found, { steps }),
  json: ({ missing, operations, leaderChanges }) => ({
    operations,
    /** Each time another node became the leader under Patroni, by a failover or a switchover. */
    leaderChanges,
    /** Hosts whose journal could not be read. */
    unknown: missing.map(({ host, problem }) => ({ host, why: problem })),
  }),
});
