// A primary whose Patroni hangs would go on beside the node that was elected in its place: something else ends it.

import type { Step } from '../engine/step.ts';
import { hostAndPort } from '../model/address.ts';
import type { Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { restPortOf, timingOf } from '../model/patroni.ts';
import { render } from '../model/render.ts';
import { installPackage } from '../system/install-package.ts';
import { ownFile } from '../system/own-file.ts';
import { removeParts } from '../system/removal-step.ts';
import { ensureService } from '../system/service-step.ts';
import type { KeptCluster } from './patroni.ts';

/** How long before the end of the lease the server is killed at the latest, in seconds: a look takes up to four. */
const marginSeconds = 3;

/**
 * Before Patroni is set up, or told to answer on another port: what asks on the old one would take its silence for the end,
 * and what has just started waits for the first answer.
 */
export function ensureLease(cluster: KeptCluster, node: Node): readonly Step[] {
  const { patroni, dataDirectory } = instanceOf(cluster, node);
  const { script, unit, unitFile } = patroni.lease;
  const { ttl, loop } = timingOf(cluster.patroni);
  const names = { cluster: cluster.name, node: node.name, unit: patroni.unit };
  return [
    installPackage('curl'),
    ownFile('Write what watches over the lease', {
      path: script,
      content: render('etc/dbctl/cluster/node/lease.sh', {
        ...names,
        data: dataDirectory,
        config: patroni.config,
        address: hostAndPort({ host: node.host, port: restPortOf(cluster.patroni, node) }),
        // It may have hung since just before it would have prolonged the lease.
        limit: String(ttl - loop - marginSeconds),
      }),
      isSealed: true,
    }),
    ownFile('Write the unit that watches over the lease', {
      path: unitFile,
      content: render('etc/systemd/system/dbctl-lease.service', { ...names, script }),
      isSealed: true,
    }),
    ensureService('Watch over the lease', { unit, startFiles: [script, unitFile], reloadFiles: [] }),
  ];
}

export const removeLease = ({ patroni: { lease } }: Instance): Step =>
  removeParts('Stop watching over the lease', { units: [lease.unit], paths: [lease.unitFile, lease.script] });
