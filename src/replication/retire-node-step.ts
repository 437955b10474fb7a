// A node's host forgets it: nothing of it runs or starts at boot any more, and none of the cluster's secrets stay there.

import { sameHost } from '../model/address.ts';
import { type Cluster, type Node } from '../model/cluster.ts';
import { drillDirectory, drillFiles } from '../backup/drill/drill.ts';
import { roleCheckFiles } from '../gateways/role-check.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import type { Query } from '../host/command.ts';
import { forgetDefaultConfig, forgetDefaultConfigLine } from '../backup/default-config-step.ts';
import { nodeSpoolOf, pgbackrestFiles, recoverUnitOf, restoreUnitOf } from '../backup/pgbackrest.ts';
import { change, type Change, type Step } from '../engine/step.ts';
import { activeUnits, existing, removePaths, stopUnits } from '../system/removal.ts';
import * as retire from './retire-query.ts';
import { cloneUnitName } from './clone-unit-step.ts';
import { isKept } from '../patroni/patroni.ts';
import { controlOf } from '../postgres/control/control-of.ts';

/** Whether no other node of the cluster is on the node's host. */
const isLastNode = (cluster: Cluster, node: Node): boolean =>
  !cluster.nodes.some(({ name, host }) => name !== node.name && sameHost(host, node.host));

/** Whether nothing of the cluster is on the node's host without it: no other node, and not the control host's part. */
const isAlone = (cluster: Cluster, node: Node): boolean =>
  isLastNode(cluster, node) && !sameHost(cluster.control.host, node.host);

const unitsAt = '/etc/systemd/system';

/** Everything that runs for the node besides its server. */
function unitsOf(cluster: Cluster, node: Node): readonly string[] {
  const { unit, scheduledUnit } = drillFiles(cluster);
  const { patroni } = instanceOf(cluster, node);
  const works = [cloneUnitName(cluster, node), restoreUnitOf(cluster, node), recoverUnitOf(cluster, node)];
  const drills = [`${scheduledUnit}.timer`, `${scheduledUnit}.service`, `${unit}.service`];
  return [
    ...(cluster.gateways ? [roleCheckFiles(cluster, node).socket] : []),
    ...(isKept(cluster) ? [patroni.lease.unit] : []),
    ...works.map((name) => `${name}.service`),
    ...(isLastNode(cluster, node) ? drills : []),
    ...(isAlone(cluster, node) ? [pgbackrestFiles(cluster).unit] : []),
  ];
}

/** The files of those units, and everything that dbctl wrote for the node; what says whose data it was comes last. */
function pathsOf(cluster: Cluster, node: Node): readonly string[] {
  const instance = instanceOf(cluster, node);
  const drill = drillFiles(cluster);
  const ofDrills = [`${unitsAt}/${drill.scheduledUnit}.timer`, drill.scheduledFile, drillDirectory(cluster)];
  const ofHost = [`${unitsAt}/${pgbackrestFiles(cluster).unit}`, `/etc/dbctl/${cluster.name}`];
  const { socketFile, serviceFile } = roleCheckFiles(cluster, node);
  return [
    ...(cluster.gateways ? [socketFile, serviceFile] : []),
    ...controlOf(instance).paths,
    ...(isKept(cluster) ? [instance.patroni.passfile] : []),
    nodeSpoolOf(cluster, node),
    ...(isLastNode(cluster, node) ? ofDrills : []),
    ...(isAlone(cluster, node) ? ofHost : []),
    ...(isLastNode(cluster, node) && !isAlone(cluster, node) ? [drill.config, drill.assertions] : []),
    ...(isAlone(cluster, node) ? [] : [instance.dbctlDirectory]),
  ];
}

/** Ends clones, restores, drills and the TLS server of pgBackRest. */
export function stopNodeWork(cluster: Cluster, node: Node): Step {
  const units = unitsOf(cluster, node);
  return {
    title: `Stop the services of ${node.name}`,
    diff: eachOf(activeUnits(units), (unit) => change('unit.stop', `stop ${unit}`, unit)),
    apply: (host) => host.run(stopUnits(units)),
  };
}

/** A change for each that is there. */
const eachOf =
  (found: Query<readonly string[]>, changeOf: (one: string) => Change): Step['diff'] =>
  async (host) =>
    (await host.ask(found)).map(changeOf);

const removal = (path: string): Change => change('file.remove', `remove ${path}`, path);

const dataOf = ({ dataDirectory, configDirectory }: Instance): Query<readonly string[]> =>
  existing([dataDirectory, configDirectory]);

/** Takes the instance away from postgresql-common, which would start it at boot; its data is kept aside. */
export function keepRemovedData(cluster: Cluster, node: Node, stamp: string): Step {
  const instance = instanceOf(cluster, node);
  const kept = retire.removedDataOf(instance, stamp);
  return {
    title: `Set aside the data of ${node.name}`,
    diff: eachOf(dataOf(instance), (path) => change('data.keep', `keep ${path} in ${kept}`, path)),
    apply: (host) => host.run(retire.keepRemovedData(instance, stamp)),
  };
}

/** Removes the data for good. */
export function wipeNode(cluster: Cluster, node: Node): Step {
  const instance = instanceOf(cluster, node);
  return {
    title: `Remove the data of ${node.name}`,
    diff: eachOf(dataOf(instance), removal),
    async apply(host, report) {
      report(`removing ${instance.dataDirectory}`);
      await host.run(retire.wipeData(instance));
    },
  };
}

/** Removes certificates, keys, passwords, units: everything that dbctl wrote on the host for this node. */
export function forgetNode(cluster: Cluster, node: Node): Step {
  const paths = pathsOf(cluster, node);
  return {
    title: `Remove the files of ${node.name}`,
    diff: eachOf(existing(paths), removal),
    apply: (host) => host.run(removePaths(paths)),
  };
}

/** Removes what was written for those who type there by hand, where nothing of the cluster stays. */
export const forgetTyping = (cluster: Cluster, node: Node): readonly Step[] =>
  cluster.backup && isAlone(cluster, node) ? [forgetDefaultConfig(cluster, cluster.backup)] : [];

/** What is still to be typed on the host of a node that was removed while nobody reached it, once it is back. */
export function leftOnHost(cluster: Cluster, node: Node): readonly string[] {
  const { version, name, patroni } = instanceOf(cluster, node);
  const drill = drillFiles(cluster);
  const { backup } = cluster;
  return [
    ...(isAlone(cluster, node) ? [`systemctl disable --now ${pgbackrestFiles(cluster).unit}`] : []),
    ...(isLastNode(cluster, node) ? [`systemctl disable --now ${drill.scheduledUnit}.timer`] : []),
    ...(isKept(cluster) ? [`systemctl disable --now ${patroni.lease.unit} ${patroni.unit}`] : []),
    `pg_dropcluster --stop ${version} ${name}`,
    ...(backup && isAlone(cluster, node) ? [forgetDefaultConfigLine(cluster, backup)] : []),
    `rm -rf ${pathsOf(cluster, node).join(' ')}`,
    'systemctl daemon-reload',
  ];
}
