// Only the hosts of the cluster reach its object store: a table of their own in the control host's firewall.

import { isIPv4, isIPv6 } from 'node:net';
import type { StoreRepository } from '../model/backup.ts';
import { hostsOf, type Cluster } from '../model/cluster.ts';
import { storeFiles } from './store.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { render } from '../model/render.ts';
import { addressesOf } from '../system/resolve.ts';
import { reloadService, ensureService } from '../system/service-step.ts';
import { loadedFirewall } from '../system/store.ts';
import { ownFile } from '../system/own-file.ts';

export function ensureStoreFirewall(cluster: Cluster, store: StoreRepository): readonly Step[] {
  const files = storeFiles(cluster, store.kind);
  const unitFile = `/etc/systemd/system/${files.firewallUnit}`;
  return [
    ownFile("Write the store's firewall", {
      path: files.firewall,
      content: async (host) => rulesFor(cluster, store, await allowedAddresses(cluster, host)),
      isSealed: true,
    }),
    ownFile("Write the firewall's unit", {
      path: unitFile,
      content: render('etc/systemd/system/dbctl-store-firewall.service', {
        cluster: cluster.name,
        rules: files.firewall,
      }),
      isSealed: true,
    }),
    ensureService('Load the firewall rules', {
      unit: files.firewallUnit,
      startFiles: [unitFile],
      reloadFiles: [files.firewall],
    }),
    keepLoaded(cluster, store),
  ];
}

/** Rules that somebody dropped are loaded again. */
const keepLoaded = (cluster: Cluster, store: StoreRepository): Step => {
  const { firewallTable, firewallUnit } = storeFiles(cluster, store.kind);
  return ensure('Verify that the firewall is active', change('firewall.load', 'load the firewall rules'), {
    async isRight(host) {
      const [allowed, loaded] = await Promise.all([
        allowedAddresses(cluster, host),
        host.ask(loadedFirewall(firewallTable)),
      ]);
      if (loaded?.allowed.join() !== allowed.join()) return false;
      return loaded.ports.length > 0 && loaded.ports.every((port) => port === store.port);
    },
    apply: (host) => host.run(reloadService(firewallUnit)),
  });
};

/** The addresses of every node as the control host finds them. It reaches its own addresses by itself. */
const allowedAddresses = async (cluster: Cluster, host: ReadableHost): Promise<readonly string[]> =>
  (await host.ask(addressesOf(cluster.nodes.flatMap(hostsOf)))).toSorted();

const rulesFor = (cluster: Cluster, store: StoreRepository, addresses: readonly string[]): string =>
  render('etc/dbctl/cluster/_store/firewall.nft', {
    cluster: cluster.name,
    unit: storeFiles(cluster, store.kind).firewallUnit,
    table: storeFiles(cluster, store.kind).firewallTable,
    port: String(store.port),
    allowed4: elements(addresses.filter(isIPv4)),
    allowed6: elements(addresses.filter(isIPv6)),
  });

/** nft takes no empty list. */
const elements = (addresses: readonly string[]): string =>
  addresses.length === 0 ? '    # none' : `    elements = { ${addresses.join(', ')} }`;
