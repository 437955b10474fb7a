import { hostsOf, type Cluster, type Machine, type Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { ensureCredential, type CredentialPlace } from './credential-step.ts';

/** Keeps a node's TLS certificate, which PostgreSQL shows to its clients. */
export const ensureServerCertificate = (cluster: Cluster, node: Node, control: ReadableHost): Step =>
  ensureCredential(cluster, serverCertificateOf(cluster, node), control);

export function serverCertificateOf(cluster: Cluster, node: Node): CredentialPlace {
  const { authority, certificate, key } = instanceOf(cluster, node).files;
  return {
    title: 'Install the server certificate',
    authority,
    certificate,
    key,
    names: [...namesOf(node), ...gatewayNames(cluster, node)],
    purpose: 'server',
    owner: 'postgres:postgres',
  };
}

/** Who comes through a gateway has asked for that gateway, and is shown the node's certificate. */
const gatewayNames = ({ gateways }: Cluster, node: Node): readonly string[] => {
  const own = new Set(namesOf(node));
  return [...new Set((gateways?.machines ?? []).flatMap(namesOf))].filter((name) => !own.has(name));
};

/** How a machine is called by those who connect to it: its name and its address. */
export const namesOf = ({ name, ...places }: Machine & Partial<Node>): [string, ...string[]] => [
  name,
  ...hostsOf(places).filter((host) => host !== name),
];
