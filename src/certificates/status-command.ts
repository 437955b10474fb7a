import { lookCommand } from '../kit/look-command.ts';
import { exitCode } from '../model/errors.ts';

/** `dbctl certs status`: every certificate in its file and on its port. */
export const certsStatus = lookCommand({
  needs: 'cluster',
  run: async ({ cluster, login }) =>
    (await import('./certificate-status-facts.ts')).readCertificates(cluster, login),
  text: async (report) => (await texts()).certificatesText(report),
  async json(report) {
    const { nextSteps, problemsIn } = await texts();
    return { ...report, problems: problemsIn(report), next: nextSteps(report) };
  },
  exitCode: async (report) => {
    if (report.unknown.length > 0) return exitCode.unreachable;
    return (await texts()).problemsIn(report).length > 0 ? exitCode.unverified : exitCode.ok;
  },
});

const texts = () => import('./certificates-text.ts');
