// What probe cannot do without: the sessions of every role on every node, each with one answer, and nothing else.

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { createSecureContext } from 'node:tls';
import { parse } from 'dotenv';
import Client from 'pg/lib/client.js';

/** As many as probe opens at a time. */
const atOnce = 160;

const { living, file, ca } = JSON.parse(await text(process.stdin));
const settings = parse(readFileSync(file));
const ssl = { secureContext: createSecureContext({ ca: readFileSync(ca) }) };
const replication = ['POSTGRES_REPLICATION_USER', 'POSTGRES_REPLICATION_PASSWORD'];
const roles = [
  ['POSTGRES_USER', 'POSTGRES_PASSWORD'],
  ['POSTGRES_APP_USER', 'POSTGRES_APP_PASSWORD'],
  ['POSTGRES_READONLY_USER', 'POSTGRES_READONLY_PASSWORD'],
  [...replication, 'true'],
  replication,
];

const waiting = living.flatMap((node) => roles.map((role) => ({ node, role })));
const count = { answered: 0, refused: 0 };
await Promise.all(Array.from({ length: atOnce }, lane));
process.stdout.write(JSON.stringify(count));
if (count.answered !== living.length * 3) process.exitCode = 1;

async function lane() {
  for (let next = waiting.shift(); next; next = waiting.shift()) await open(next);
}

async function open({ node, role: [user, password, mode = 'false'] }) {
  const [, host, port = '5432'] = /^(?:.*=)?([^:]*)(?::(\d+))?$/.exec(node);
  const client = new Client({
    host,
    port: Number(port),
    database: settings.POSTGRES_DB,
    user: settings[user],
    password: settings[password],
    replication: mode,
    ssl,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    count.answered += 1;
  } catch (error) {
    // The replication role is let in on the cluster's own hosts only.
    if (error.code !== '28000') throw error;
    count.refused += 1;
  }
  await client.end().catch(() => {});
}
