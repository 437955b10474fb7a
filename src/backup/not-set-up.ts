import type { Cluster } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';

/** For what needs a repository, before `backup setup` has made one. `or`: what else leads on. */
export const backupsNotSetUp = ({ name, control }: Cluster, ...or: readonly string[]): RefusedError =>
  new RefusedError({
    what: `backups of ${name} are not set up on ${control.name}`,
    next: ['set them up; a repository that is there is found: dbctl backup setup', ...or],
  });
