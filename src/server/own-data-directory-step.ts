import type { Instance } from '../model/instance.ts';
import type { Step } from '../engine/step.ts';
import { ownFile } from '../system/own-file.ts';

/** Notes on the host, before any data is made, whose data directory this will be. */
export const ownDataDirectory = (instance: Instance, owner: string): Step =>
  ownFile('Record the owner of the data directory', {
    path: instance.ownerNote,
    content: `${owner}\n`,
    owner: 'root:root',
    mode: 0o644,
  });
