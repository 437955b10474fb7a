import type { Cluster, Machine, Node } from '../cluster/cluster.ts';
import { instanceOf } from '../cluster/instance.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../remote/host.ts';
import { keepCredential } from './credential.ts';

/** Keeps a node's TLS certificate, which PostgreSQL shows to its clients. */
export function keepServerCertificate(cluster: Cluster, node: Node, control: ReadableHost): Step {
  const { dbctlDirectory } = instanceOf(cluster, node);
  const place = {
    title: 'Keep the certificate',
    authority: `${dbctlDirectory}/ca.crt`,
    certificate: `${dbctlDirectory}/server.crt`,
    key: `${dbctlDirectory}/server.key`,
    names: namesOf(node),
    purpose: 'server',
    owner: 'postgres:postgres',
  } as const;
  return keepCredential(cluster, place, control);
}

/** How a machine is called by those who connect to it: its name and its address. */
export const namesOf = ({ name, host }: Machine): [string, ...string[]] =>
  host === name ? [name] : [name, host];
