import { isIPv6 } from 'node:net';
import { bracketed } from '../model/address.ts';
import type { Etcd } from '../model/etcd.ts';
import type { Cluster, Machine } from '../model/cluster.ts';
import { render } from '../model/render.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { ensureCredential } from '../pki/credential-step.ts';
import { ownFile } from '../system/own-file.ts';
import { addressesOf } from '../system/resolve.ts';
import { memberCredentialOf, rootCredentialOf } from './credentials.ts';
import { etcdFiles } from './etcd.ts';

/** What a member needs before it starts. */
export const prepareEtcd = (
  cluster: Cluster,
  etcd: Etcd,
  machine: Machine,
  control: ReadableHost,
): readonly Step[] => {
  const files = etcdFiles(cluster);
  return [
    ensureCredential(cluster, memberCredentialOf(cluster, machine), control),
    ensureCredential(cluster, rootCredentialOf(cluster), control),
    ownFile('Write the settings of etcd', {
      path: files.environment,
      content: async (host) =>
        environmentText(cluster, etcd, machine, await host.ask(addressesOf([machine.host]))),
      isSealed: true,
      isShown: true,
    }),
    ownFile('Write the unit of etcd', {
      path: files.unitFile,
      content: render('etc/systemd/system/dbctl-etcd.service', {
        cluster: cluster.name,
        state_directory: files.stateDirectory,
        environment: files.environment,
        first_start: files.firstStart,
      }),
      isSealed: true,
    }),
  ];
};

function environmentText(
  cluster: Cluster,
  etcd: Etcd,
  { name, host }: Machine,
  addresses: readonly string[],
): string {
  const { data, authority, certificate, key } = etcdFiles(cluster);
  return render('etc/dbctl/cluster/_etcd/etcd.env', {
    ...{ cluster: cluster.name, name, data, authority, certificate, key },
    // Whoever connects shows a certificate of the cluster's CA.
    listen: addresses.some(isIPv6) ? '[::]' : '0.0.0.0',
    host: bracketed(host),
    client_port: String(etcd.clientPort),
    peer_port: String(etcd.peerPort),
  });
}
