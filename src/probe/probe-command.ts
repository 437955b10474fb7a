import { shortenNameLookups } from '../config/environment.ts';
import { command } from '../kit/command.ts';
import { duration, option } from '../kit/flags.ts';
import type { ProbeReport } from './report.ts';

/** `dbctl probe`: is the cluster what .env.cluster says? Answers with monitoring's exit codes. */
export const probe = command({
  needs: 'cluster',
  examples: {
    'dbctl probe': 'every node and role, as an application connects',
    'dbctl probe --wait 2m': 'after a deployment: until all is OK, at most so long',
  },
  flags: {
    wait: option('--wait <duration>', 'repeat until all is OK, at most this long (30s, 2m)', {
      read: duration,
    }),
    timeout: option('--timeout <duration>', 'time limit of one check (default: 3s)', { read: duration }),
  },
  help: 'Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.',
  async run({ cluster, flags: { wait: waitMs = 0, timeout: timeoutMs = 3000 }, remark }) {
    shortenNameLookups();
    const [{ probeUntilGreen }, { verdict }] = await Promise.all([
      import('./probe.ts'),
      import('../ui/findings.ts'),
    ]);
    const onProblem = (report: ProbeReport): void => remark(`${verdict(report)}, looking again`);
    return probeUntilGreen(cluster, { timeoutMs, waitMs, onProblem });
  },
  text: async (report, { colour }) => (await import('./probe-text.ts')).probeText(report, colour),
  exitCode: (report) => report.exitCode,
});
