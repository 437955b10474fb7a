// The control host's side of a rotation: its mark, the CA that is to follow, the end of the one before.

import type { Cluster } from '../model/cluster.ts';
import type { Rotation } from '../pki/rotation.ts';
import { isPair } from '../pki/problems.ts';
import { change, type Step } from '../engine/step.ts';
import { dropAuthority, removeMark } from './drop-authority-query.ts';
import { placeAuthority } from '../pki/certificate-authority.ts';
import { ownFile } from '../system/own-file.ts';
import { authorityFiles, readAuthority, readNextAuthority } from '../pki/read-authority.ts';

/** Makes the CA that is to follow. Nobody trusts it yet. */
export const makeNextAuthority = (cluster: Cluster, startedAt: string): Step => ({
  title: 'Create a new certificate authority',

  async diff(host) {
    const next = await readNextAuthority(cluster, host);
    return next !== undefined && isPair(next)
      ? []
      : [change('authority.make-next', `make a new certificate authority of ${cluster.name}`)];
  },

  async apply(host) {
    const { createAuthority } = await import('../pki/issue.ts');
    const authority = await createAuthority(cluster.name, startedAt.slice(0, 19).replaceAll(/[-:]/g, ''));
    await placeAuthority(host, authority, authorityFiles(cluster).next.directory, async () => true);
  },
});

/** Says on the control host where the rotation is, so that the next run goes on there. */
export const markRotation = (cluster: Cluster, rotation: Rotation): Step =>
  ownFile('Record the rotation', {
    path: authorityFiles(cluster).rotation,
    content: `${JSON.stringify(rotation)}\n`,
    owner: 'root:root',
    mode: 0o644,
  });

/** The rotation is done. */
export const unmarkRotation = (cluster: Cluster): Step => ({
  title: 'End the rotation',

  async diff(host) {
    const authority = await readAuthority(cluster, host);
    return authority?.rotation === undefined
      ? []
      : [change('rotation.end', 'remove the mark of the rotation')];
  },

  async apply(host) {
    await host.run(removeMark(authorityFiles(cluster).rotation));
  },
});

/** Removes the CA before the new one, with its key. Nobody trusts it any more. */
export const removeOldAuthority = (cluster: Cluster): Step => ({
  title: 'Remove the old certificate authority',

  async diff(host) {
    const [next, authority] = await Promise.all([
      readNextAuthority(cluster, host),
      readAuthority(cluster, host),
    ]);
    return next === undefined && authority?.rotation === undefined
      ? []
      : [change('authority.remove-old', `remove the old certificate authority of ${cluster.name}`)];
  },

  async apply(host) {
    await host.run(dropAuthority(authorityFiles(cluster).directory));
  },
});
