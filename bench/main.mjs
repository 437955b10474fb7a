// npm run bench [-- part…]: every figure of docs/performance.md, in one run. Needs what `dbctl lab` needs.

import { availability } from './availability.mjs';
import { backups } from './backups.mjs';
import { compression } from './compression.mjs';
import { memory } from './memory.mjs';
import { probe } from './probe.mjs';
import { provisioning } from './provisioning.mjs';
import { remoteCommand } from './remote-command.mjs';
import { replica } from './replica.mjs';
import { replicas } from './replicas.mjs';
import { startUp } from './start-up.mjs';
import { up } from './up.mjs';

const parts = {
  'start-up': startUp,
  'remote-command': remoteCommand,
  provisioning: () => provisioning(Number(process.env.ROUNDS ?? 5)),
  memory,
  replica: () => replica(Number(process.env.ROUNDS ?? 3)),
  replicas: () => replicas(Number(process.env.ROUNDS ?? 3)),
  probe: () => probe(Number(process.env.ROUNDS ?? 5)),
  up: () => up(Number(process.env.ROUNDS ?? 5)),
};

/** Only when asked for by name. */
const more = {
  compression,
  backups: () => backups(Number(process.env.ROUNDS ?? 3)),
  availability: () => availability(Number(process.env.ROUNDS ?? 3)),
};

const all = { ...parts, ...more };
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in all));
if (unknown.length > 0)
  throw new Error(`no such part: ${unknown.join(', ')} (there are: ${Object.keys(all).join(', ')})`);

for (const name of asked.length > 0 ? asked : Object.keys(parts)) await all[name]();
