import type { Command } from 'commander';
import { withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

interface Flags extends Pick<ChangeFlags, 'acceptHostKey'> {
  readonly outputFile?: string;
}

/** `dbctl report`: one file with everything that support needs, and no secret. */
export const report = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare))
    .option('--output-file <file>', 'where to write it (default: dbctl-report-<cluster>-<time>.tar.gz here)')
    .action(async ({ acceptHostKey, outputFile }: Flags, command: Command) => {
      const { allSecrets } = await import('../config/load.ts');
      const { loginEnvironment } = await import('../config/environment.ts');
      const { loadConfig } = await import('../config/load.ts');
      const { lastRuns } = await import('../config/environment.ts');
      const { shownSettings, unusedLines } = await import('../config/shown-settings.ts');
      const { bundleName, makeBundle } = await import('./make-bundle.ts');
      const { gatherReport } = await import('./report-facts.ts');
      const { progressFor } = await import('../ui/progress-for.ts');
      const { settingsText } = await import('../cluster-file/settings-text.ts');
      const { reportText } = await import('./report-text.ts');
      const { config, output } = commonFlags(command);
      const understood = loadConfig(config);
      const { cluster } = understood;
      const settings = shownSettings(understood);
      const configText = settingsText({ cluster, settings, unused: unusedLines(understood) });
      const now = new Date();
      const login = { ...loginEnvironment(), acceptHostKeys: acceptHostKey };
      const hosts = await gatherReport(cluster, login, await progressFor(process.stderr));
      const bundle = makeBundle(outputFile ?? `${bundleName(cluster, now)}.tar.gz`, {
        cluster,
        secrets: allSecrets(understood),
        local: [{ path: 'config.txt', text: configText }, ...lastRuns(cluster)],
        hosts,
        now,
      });
      process.stdout.write(output === 'json' ? `${JSON.stringify(bundle, null, 2)}\n` : reportText(bundle));
    });
