// The control host's side of a rotation: its mark, the CA that is to follow, the end of the one before.

import type { Cluster } from '../model/cluster.ts';
import type { Rotation } from '../pki/rotation.ts';
import { isPair } from '../pki/inspect.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import { placeAuthority } from '../pki/certificate-authority.ts';
import { ownFile } from '../system/own-file.ts';
import { authorityFiles, readAuthority, readNextAuthority } from '../pki/read-authority.ts';
import { action, type Action } from '../host/command.ts';
import { script } from '../host/script.ts';

/** Makes the CA that is to follow. Nobody trusts it yet. */
export const makeNextAuthority = (cluster: Cluster, startedAt: string): Step => {
  const what = change('authority.make-next', `make a new certificate authority of ${cluster.name}`);
  return ensure('Create a new certificate authority', what, {
    async isRight(host) {
      const next = await readNextAuthority(cluster, host);
      return next !== undefined && isPair(next);
    },
    async apply(host) {
      const { createAuthority } = await import('../pki/issue.ts');
      const authority = await createAuthority(cluster.name, startedAt.slice(0, 19).replaceAll(/[-:]/g, ''));
      await placeAuthority(host, authority, authorityFiles(cluster).next.directory, async () => true);
    },
  });
};

/** Says on the control host where the rotation is, so that the next run goes on there. */
export const markRotation = (cluster: Cluster, rotation: Rotation): Step =>
  ownFile('Record the rotation', {
    path: authorityFiles(cluster).rotation,
    content: `${JSON.stringify(rotation)}\n`,
  });

/** The rotation is done. */
export const unmarkRotation = (cluster: Cluster): Step =>
  ensure('End the rotation', change('rotation.end', 'remove the mark of the rotation'), {
    isRight: async (host) => (await readAuthority(cluster, host))?.rotation === undefined,
    apply: (host) => host.run(removeMark(authorityFiles(cluster).rotation)),
  });

/** Removes the CA before the new one, with its key. Nobody trusts it any more. */
export const removeOldAuthority = (cluster: Cluster): Step => {
  const what = change('authority.remove-old', `remove the old certificate authority of ${cluster.name}`);
  return ensure('Remove the old certificate authority', what, {
    async isRight(host) {
      const [next, authority] = await Promise.all([
        readNextAuthority(cluster, host),
        readAuthority(cluster, host),
      ]);
      return next === undefined && authority?.rotation === undefined;
    },
    apply: (host) => host.run(dropAuthority(authorityFiles(cluster).directory)),
  });
};

/** Puts the CA in next/ in the place of the one before it, and removes the mark of the rotation; safe to repeat. */
export const dropAuthority = (directory: string): Action =>
  action(script('certificates/drop-authority.sh', directory));

/** Removes the mark of a rotation. */
export const removeMark = (path: string): Action => action(['rm', '-f', '--', path]);
