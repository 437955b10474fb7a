import type { Command } from 'commander';
import type { ProbeReport } from './report.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';
import { duration } from '../kit/duration.ts';

interface Flags {
  readonly wait?: number;
  readonly timeout?: number;
}

/** `dbctl probe`: is the cluster what .env.cluster says? Answers with monitoring's exit codes. */
export const probe = (bare: Command): Command =>
  withCommonFlags(bare)
    .option('--wait <duration>', 'look again until all is OK, at most this long (30s, 2m)', duration)
    .option('--timeout <duration>', 'how long one look may take (default: 3s)', duration)
    .addHelpText('after', '\nExit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.')
    .action(async (flags: Flags, command: Command) => {
      const { config, output } = commonFlags(command);
      const report = await look(config, flags);
      process.exitCode = report.exitCode;
      process.stdout.write(output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : await asText(report));
    });

async function look(config: string, { wait = 0, timeout = 3000 }: Flags): Promise<ProbeReport> {
  const { shortenNameLookups } = await import('../config/environment.ts');
  shortenNameLookups();
  const { loadCluster } = await import('../config/load.ts');
  const { probeUntilGreen } = await import('./probe.ts');
  const { verdict } = await import('./probe-table.ts');
  const { remarks } = await import('../ui/current-run.ts');
  return probeUntilGreen(loadCluster(config), {
    timeoutMs: timeout,
    waitMs: wait,
    onProblem: (report) => remarks(process.stderr).write(`${verdict(report)}, looking again\n`),
  });
}

async function asText(report: ProbeReport): Promise<string> {
  const { probeText } = await import('./probe-table.ts');
  const { colourLevel } = await import('../ui/terminal.ts');
  return probeText(report, colourLevel(process.stdout));
}
