import { lookCommand } from '../kit/look-command.ts';
import { asLedNow } from '../kit/see-leader.ts';
import { exitCode } from '../model/errors.ts';

const codes = {
  ok: exitCode.ok,
  warn: exitCode.ok,
  fail: exitCode.refused,
  unreachable: exitCode.unreachable,
} as const;

/** `dbctl doctor`: is every host fit for what .env.cluster wants of it, and does it reach the others? */
export const doctor = lookCommand({
  needs: 'cluster',
  examples: {
    'dbctl doctor': 'before the first up: what on the hosts would stand in its way',
  },
  help: 'Exit codes: 0 nothing to fix (there may be warnings), 4 something to fix, 3 a host cannot be reached.',
  async run({ cluster, login }) {
    const loading = import('./doctor-facts.ts');
    const led = await asLedNow(cluster, login);
    return (await loading).examine(led, login);
  },
  text: async (report, { colour }) => (await import('./doctor-text.ts')).doctorText(report, colour),
  json: async (report) => (await import('./doctor-text.ts')).doctorJson(report),
  exitCode: ({ verdict }) => codes[verdict],
});
