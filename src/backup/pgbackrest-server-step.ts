import type { Cluster } from '../model/cluster.ts';
import { pgbackrestFiles } from './pgbackrest.ts';
import type { Step } from '../engine/step.ts';
import { render } from '../model/render.ts';
import { ownFile } from '../system/own-file.ts';
import { ensureService } from '../system/service-step.ts';

/** Keeps pgBackRest's TLS server running on a machine. */
export function ensureTlsServer(cluster: Cluster): readonly Step[] {
  const files = pgbackrestFiles(cluster);
  const unitFile = `/etc/systemd/system/${files.unit}`;
  return [
    ownFile("Write the TLS server's unit", {
      path: unitFile,
      content: render('etc/systemd/system/dbctl-pgbackrest.service', {
        cluster: cluster.name,
        config: files.serverConfig,
      }),
      owner: 'root:root',
      mode: 0o644,
      isSealed: true,
    }),
    ensureService('Run the TLS server', {
      unit: files.unit,
      startFiles: [unitFile],
      reloadFiles: [files.serverConfig, files.caCertificate, files.serverCertificate, files.serverKey],
    }),
  ];
}
