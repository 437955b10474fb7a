import type { Backup } from '../model/backup.ts';
import type { Cluster, Machine } from '../model/cluster.ts';
import { pgbackrestFiles } from './pgbackrest.ts';
import type { Step } from '../engine/step.ts';
import { listensOn } from './pgbackrest-files-step.ts';
import { withoutLibpqVariables } from '../host/systemd.ts';
import { render } from '../model/render.ts';
import { ownFile } from '../system/own-file.ts';
import { ensureService } from '../system/service-step.ts';

/** Keeps pgBackRest's TLS server running on a machine. */
export function ensureTlsServer(cluster: Cluster, backup: Backup, machine: Machine): readonly Step[] {
  const files = pgbackrestFiles(cluster);
  const unitFile = `/etc/systemd/system/${files.unit}`;
  return [
    ownFile("Write the TLS server's unit", {
      path: unitFile,
      content: render('etc/systemd/system/dbctl-pgbackrest.service', {
        cluster: cluster.name,
        listens: `${listensOn(machine)}, port ${backup.tlsPort}`,
        unset: withoutLibpqVariables,
        config: files.serverConfig,
      }),
      isSealed: true,
    }),
    ensureService('Run the TLS server', {
      unit: files.unit,
      startFiles: [unitFile],
      reloadFiles: [files.serverConfig, files.caCertificate, files.serverCertificate, files.serverKey],
    }),
  ];
}
