import type { Command } from 'commander';
import { exitCode } from '../model/errors.ts';
import { withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

const codes = {
  ok: exitCode.ok,
  warn: exitCode.ok,
  fail: exitCode.refused,
  unreachable: exitCode.unreachable,
} as const;

/** `dbctl doctor`: is every host fit for what .env.cluster wants of it, and does it reach the others? */
export const doctor = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare))
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing to fix (there may be warnings), 4 something to fix, 3 a host cannot be reached.',
    )
    .action(async ({ acceptHostKey }: Pick<ChangeFlags, 'acceptHostKey'>, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const { loginEnvironment } = await import('../config/environment.ts');
      const { examine } = await import('./doctor-facts.ts');
      const { doctorJson, doctorText } = await import('./doctor-text.ts');
      const { colourLevel } = await import('../ui/terminal.ts');
      const { config, output } = commonFlags(command);
      const report = await examine(loadCluster(config), {
        ...loginEnvironment(),
        acceptHostKeys: acceptHostKey,
      });
      process.stdout.write(
        output === 'json'
          ? `${JSON.stringify(doctorJson(report), null, 2)}\n`
          : doctorText(report, colourLevel(process.stdout)),
      );
      process.exitCode = codes[report.verdict];
    });
