import { isIPv6 } from 'node:net';
import { singleAddressCidr } from '../model/address.ts';
import { hostsOf, type Cluster, type Machine } from '../model/cluster.ts';
import type { Gateways } from '../model/gateways.ts';
import { render } from '../model/render.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { installPackage } from '../system/install-package.ts';
import { ownFile } from '../system/own-file.ts';
import { addressesOf } from '../system/resolve.ts';
import { ensureService } from '../system/service-step.ts';
import { firstOf, haproxyConfig, haproxyFiles } from './haproxy.ts';

/** Keeps HAProxy running on a gateway's host, with what the file says. A reload drops no session. */
export function ensureHaproxy(cluster: Cluster, gateways: Gateways, machine: Machine): readonly Step[] {
  const files = haproxyFiles(cluster);
  return [
    installPackage('haproxy'),
    ownFile('Write haproxy.cfg', {
      path: files.config,
      content: async (host) =>
        haproxyConfig(cluster, gateways, await addressesFor(cluster, gateways, machine, host)),
      isSealed: true,
      isShown: true,
    }),
    ownFile('Write the unit of HAProxy', {
      path: files.unitFile,
      content: render('etc/systemd/system/dbctl-haproxy.service', {
        cluster: cluster.name,
        runtime_directory: files.runtimeDirectory,
        config: files.config,
      }),
      isSealed: true,
    }),
    ensureService('Run HAProxy', {
      unit: files.unit,
      startFiles: [files.unitFile],
      reloadFiles: [files.config],
    }),
  ];
}

/** As the gateway's own host finds them. */
async function addressesFor(cluster: Cluster, gateways: Gateways, machine: Machine, host: ReadableHost) {
  const machines = [cluster.control, ...gateways.machines].filter(({ host: place }) => place !== 'local');
  const [own, others, ...ofNodes] = await Promise.all([
    host.ask(addressesOf([machine.host])),
    host.ask(addressesOf(machines.map(({ host: place }) => place))),
    ...cluster.nodes.map((node) => host.ask(addressesOf(hostsOf(node)))),
  ]);
  const clients = [...own, ...others, ...ofNodes.flat(), '127.0.0.1', '::1'].map(singleAddressCidr);
  return {
    nodes: new Map(cluster.nodes.map(({ name }, index) => [name, firstOf(ofNodes[index]!)!])),
    clients: [...new Set([...clients.toSorted(), ...cluster.allowedCidrs])],
    isIPv6: own.some(isIPv6),
  };
}
