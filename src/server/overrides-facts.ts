import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import type { ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { fileSettings, type Outside } from '../postgres/file-settings.ts';
import { ifRunning } from '../postgres/psql.ts';
import { contentOf } from '../system/own-file.ts';
import { overridden, overridesOf, type Override } from './overrides.ts';
import { parametersIn } from './parameters.ts';
import { settingsFile } from './settings-step.ts';

/** What wins over the parameters of .env.cluster, node by node. Of a server that is down, what ALTER SYSTEM has left. */
export async function readOverrides(
  cluster: Cluster,
  nodes: readonly Node[],
  hosts: HostSet,
): Promise<readonly Override[]> {
  return (await Promise.all(nodes.map((node) => overridesOn(cluster, node, hosts.get(node.name))))).flat();
}

/** The error for nodes that do not have what the file says, with which the operation then ends; undefined when all have it. */
export async function overriddenOn(
  cluster: Cluster,
  nodes: readonly Node[],
  { hosts, endsWith }: { readonly hosts: HostSet; readonly endsWith: (error: Error) => void },
): Promise<Error | undefined> {
  const error = overridden(await readOverrides(cluster, nodes, hosts));
  if (error) endsWith(error);
  return error;
}

export async function overridesOn(
  cluster: Cluster,
  node: Node,
  host: ReadableHost,
): Promise<readonly Override[]> {
  const instance = instanceOf(cluster, node);
  const [content, archiving, loaded] = await Promise.all([
    contentOf(settingsFile(cluster, node), host),
    host.readFile(instance.files.archiving),
    host.ask(ifRunning(instance, fileSettings(instance))),
  ]);
  const wanted = new Map([...parametersIn(String(content)), ...parametersIn(archiving?.content ?? '')]);
  const outside = loaded === undefined ? await leftByAlterSystem(instance, host) : (loaded.outside ?? []);
  return overridesOf({ node, instance, wanted, outside });
}

async function leftByAlterSystem(
  { dataDirectory }: Instance,
  host: ReadableHost,
): Promise<readonly Outside[]> {
  const path = `${dataDirectory}/postgresql.auto.conf`;
  const found = await host.readFile(path);
  return [...parametersIn(found?.content ?? '')].map(([name, value]) => ({
    name,
    value: value.replaceAll(/^'|'$/g, '').replaceAll("''", "'"),
    by: 'ALTER SYSTEM' as const,
    place: path,
  }));
}
