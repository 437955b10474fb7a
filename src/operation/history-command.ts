import { count, flag, option } from '../kit/flags.ts';
import { lookCommand } from '../kit/look-command.ts';

/** `dbctl history`: who did what to the cluster, when, from where, and how it ended. */
export const history = lookCommand({
  needs: 'cluster',
  examples: {
    'dbctl history -n 5': 'the last five operations: who, when, from where, how it ended',
  },
  flags: {
    number: option('-n, --number <count>', 'show the last N operations', {
      read: count(999_999),
      otherwise: 20,
    }),
    steps: flag('--steps', 'show each step with its host and changes'),
  },
  async run({ cluster, login, flags }) {
    const found = await (await import('./read-history.ts')).readHistory(cluster, login);
    return { ...found, operations: found.operations.slice(-flags.number) };
  },
  text: async (found, { flags: { steps } }) =>
    (await import('./history-text.ts')).historyText(found, { steps }),
  json: ({ missing, operations }) => ({
    operations,
    /** Hosts whose journal could not be read. */
    unknown: missing.map(({ host, problem }) => ({ host, why: problem })),
  }),
});
