import type { Command } from 'commander';
import { exitCode } from '../model/errors.ts';
import { onHosts, withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl certs status`: every certificate in its file and on its port. */
export const certsStatus = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare)).action(
    async (flags: Pick<ChangeFlags, 'acceptHostKey'>, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const { machinesOf } = await import('../model/cluster.ts');
      const { certificatesReport } = await import('./certificate-status.ts');
      const { certificatesText, nextSteps, problemsIn } = await import('./certificates-table.ts');
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
