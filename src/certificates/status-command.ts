import { lookCommand } from '../kit/look-command.ts';
import { exitCode } from '../model/errors.ts';
import { machinesOf } from '../model/cluster.ts';

/** `dbctl certs status`: every certificate in its file and on its port. */
export const certsStatus = lookCommand({
  needs: 'cluster',
  run: async ({ cluster, lookAt }) => {
    const { certificatesReport } = await import('./certificate-status-facts.ts');
    // The control host has the CA: without it, no certificate can be judged.
    const machines = machinesOf(cluster).map((machine) => ({ ...machine, mayBeDown: true }));
    return lookAt(cluster, [cluster.control, ...machines], (hosts) => certificatesReport(cluster, hosts));
  },
  text: async (report) => (await texts()).certificatesText(report),
  async json(report, { cluster }) {
    const { nextSteps, problemsIn } = await texts();
    return { cluster: cluster.name, ...report, problems: problemsIn(report), next: nextSteps(report) };
  },
  exitCode: async (report) => {
    if (report.unknown.length > 0) return exitCode.unreachable;
    return (await texts()).problemsIn(report).length > 0 ? exitCode.unverified : exitCode.ok;
  },
});

const texts = () => import('./certificates-text.ts');
