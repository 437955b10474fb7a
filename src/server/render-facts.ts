import type { Cluster, Node } from '../model/cluster.ts';
import type { ReadableHost } from '../host/host.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { withHosts } from '../host/with-hosts.ts';
import { findNode } from '../model/find-node.ts';
import { hbaFile } from './hba-step.ts';
import { contentOf } from '../system/own-file.ts';
import { settingsFile } from './settings-step.ts';

/** What can be rendered, by the name people know it by. */
export const renderable = { 'postgresql.conf': settingsFile, 'pg_hba.conf': hbaFile } as const;

export interface Rendered {
  /** Where it goes on the host. */
  readonly path: string;
  readonly content: string;
}

/** A file of the node of that name; of the primary without one. */
export async function renderOn(
  { cluster, template, name }: RenderRequest,
  login: LoginOptions,
): Promise<Rendered> {
  const node = name === undefined ? cluster.configuredPrimary : findNode(cluster, name);
  return withHosts([node], { ...login, ssh: cluster.ssh }, (hosts) =>
    renderFile(cluster, node, template, hosts.get(node.name)),
  );
}

interface RenderRequest {
  readonly cluster: Cluster;
  readonly template: keyof typeof renderable;
  readonly name: string | undefined;
}

/** A file exactly as it would be written on that host; some of it, such as limits, depends on the host. */
export async function renderFile(
  cluster: Cluster,
  node: Node,
  template: keyof typeof renderable,
  host: ReadableHost,
): Promise<Rendered> {
  const file = renderable[template](cluster, node);
  return { path: file.path, content: String(await contentOf(file, host)) };
}
