// The primary that .env.cluster named when it was last carried out: the control host remembers it, so that a file that
// was edited since is told from a leader that moved by itself.

import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import type { Cluster } from '../model/cluster.ts';
import { ownFile } from '../system/own-file.ts';

const pathOf = ({ name }: Cluster): string => `/etc/dbctl/${name}/primary`;

/** Undefined when nobody remembers. */
export async function rememberedPrimary(
  cluster: Cluster,
  control: ReadableHost,
): Promise<string | undefined> {
  return (await control.readFile(pathOf(cluster)))?.content.trim();
}

/** For the control host. */
export const rememberPrimary = (cluster: Cluster): Step =>
  ownFile('Remember the primary of the file', {
    path: pathOf(cluster),
    content: `${cluster.configuredPrimary.name}\n`,
  });
