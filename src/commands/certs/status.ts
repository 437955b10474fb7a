import type { Command } from 'commander';
import { exitCode } from '../../errors.ts';
import { onHosts, withHostKeyFlag, type ChangeFlags } from '../change.ts';
import { commonFlags, withCommonFlags } from '../common.ts';

/** `dbctl certs status`: every certificate in its file and on its port. */
export const certsStatus = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare)).action(
    async (flags: Pick<ChangeFlags, 'acceptHostKey'>, command: Command) => {
      const { loadCluster } = await import('../../config/load.ts');
      const { machinesOf } = await import('../../cluster/cluster.ts');
      const { certificatesReport } = await import('../../operations/certificates/certificate-status.ts');
      const { certificatesText, nextSteps, problemsIn } = await import('../../ui/certificates-table.ts');
      const { config, output } = commonFlags(command);
      const cluster = loadCluster(config);
      const report = await onHosts(cluster, machinesOf(cluster), flags, (hosts) =>
        certificatesReport(cluster, hosts),
      );
      const problems = problemsIn(report);
      process.stdout.write(
        output === 'json'
          ? `${JSON.stringify({ cluster: cluster.name, ...report, problems, next: nextSteps(report) }, null, 2)}\n`
          : certificatesText(report),
      );
      if (problems.length > 0) process.exitCode = exitCode.unverified;
    },
  );
