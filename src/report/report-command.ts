import { option } from '../kit/flags.ts';
import { lookCommand } from '../kit/look-command.ts';

/** `dbctl report`: one file with everything that support needs, and no secret. */
export const report = lookCommand({
  needs: 'settings',
  flags: {
    outputFile: option(
      '--output-file <file>',
      'where to write it (default: dbctl-report-<cluster>-<time>.tar.gz here)',
    ),
  },
  run: async ({ login, flags: { outputFile }, progress, ...understood }) =>
    (await import('./report-operation.ts')).writeReport(understood, login, {
      outputFile,
      progress: await progress(),
    }),
  text: async (bundle) => (await import('./report-text.ts')).reportText(bundle),
});
