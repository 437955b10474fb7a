import type { LabEnvironment } from '../config/environment.ts';
import type { Ground } from './boot.ts';
import type { Lab } from './lab.ts';
import { findMirrors } from './mirror.ts';
import { wayOut } from './network.ts';

/** What the hosts of a lab are started on. */
export const groundFor = async (
  { online }: Pick<Lab, 'online'>,
  { root, mirror }: LabEnvironment,
): Promise<Ground> => ({
  root,
  mtu: (await wayOut()).mtu,
  mirrors: online ? findMirrors(mirror) : undefined,
});
