import { createServer } from 'node:net';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createAuthority, issueCertificate } from '../../src/pki/issue.ts';
import { connect, lookupOnce, trustOnly, type Mode, type Target } from '../../src/probe/connection.ts';
import { Secret } from '../../src/model/secret.ts';
import { startPostgres, type Behaviour, type PostgresServer } from '../support/postgres-server.ts';

// Read by pg when it is imported, so it is set before that.
vi.hoisted(() => {
  process.env['NODE_PG_FORCE_NATIVE'] = '1';
});

const role = { name: 'app', password: new Secret('pass word') };
const open: PostgresServer[] = [];
let ca: string;
let good: Behaviour['tls'];
let named: Behaviour['tls'];
let foreign: Behaviour['tls'];

beforeAll(async () => {
  const authority = await createAuthority('shop');
  const issue = async (from: typeof authority, names: readonly [string, ...string[]]) => {
    const { certificate, key } = await issueCertificate(from, names);
    return { certificate, key: key.reveal() };
  };
  ca = authority.certificate;
  good = await issue(authority, ['pg1', '127.0.0.1', 'localhost']);
  named = await issue(authority, ['pg1', 'db.example.org']);
  foreign = await issue(await createAuthority('shop'), ['pg1', '127.0.0.1']);
});

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

const start = async (behaviour: Behaviour): Promise<PostgresServer> => {
  const server = await startPostgres(behaviour);
  open.push(server);
  return server;
};

function target(port: number, host = '127.0.0.1', timeoutMs = 2000): Target {
  const deadline = AbortSignal.timeout(timeoutMs);
  const node = { name: 'pg1', host, port };
  return {
    node,
    database: 'app',
    trust: trustOnly(ca),
    deadline,
    lookup: lookupOnce(deadline),
    answered: () => {},
  };
}

const login = async (to: Target, mode?: Mode): Promise<string> => {
  const connected = await connect(to, role, mode);
  if (!connected.ok) return connected.failure.kind;
  await connected.session.close();
  return 'welcome';
};

test.each(['127.0.0.1', 'localhost'])('a certificate for %s is good for that address', async (host) => {
  const { port } = await start({ tls: good });

  expect(await login(target(port, host))).toBe('welcome');
});

test('a certificate for other names is refused, for an IP address and for a name', async () => {
  const { port } = await start({ tls: named });

  expect(await login(target(port))).toBe('tls-name');
  expect(await login(target(port, 'localhost'))).toBe('tls-name');
});

test('a certificate of another CA with the same name is refused', async () => {
  const { port } = await start({ tls: foreign });

  expect(await login(target(port))).toBe('tls-ca');
});

test('a server without TLS is told apart, and gets no login', async () => {
  const { port, logins } = await start({ tls: 'no' });

  expect(await login(target(port))).toBe('no-tls');
  expect(logins).toEqual([]);
});

test('a server that says nothing costs the timeout and no more', async () => {
  const { port } = await start({ tls: 'silent' });
  const started = performance.now();

  expect(await login(target(port, '127.0.0.1', 200))).toBe('timeout');
  expect(performance.now() - started).toBeLessThan(600);
});

test('a closed port is refused', async () => {
  const closed = createServer();
  const port = await new Promise<number>((ready) => {
    closed.listen(0, '127.0.0.1', () => ready((closed.address() as { port: number }).port));
  });
  await new Promise((ready) => {
    closed.close(ready);
  });

  expect(await login(target(port))).toBe('refused');
});

test('a name that does not exist is a name problem', async () => {
  expect(await login(target(5432, 'nowhere.invalid'))).toMatch(/^(dns|timeout)$/);
});

test.each([
  ['28P01', 'auth'],
  ['28000', 'hba'],
  ['42501', 'permission'],
  ['3D000', 'no-database'],
  ['53300', 'too-many'],
  ['57P03', 'starting-up'],
  ['XX000', 'other'],
])('SQLSTATE %s is understood whatever the words are: %s', async (refuseWith, kind) => {
  const { port } = await start({ tls: good, refuseWith });

  expect(await login(target(port))).toBe(kind);
});

test.each([
  ['sql', 'false'],
  ['physical replication', 'true'],
] as const)(
  'libpq variables of the environment change nothing about a login for %s',
  async (mode, wanted) => {
    const hostile = {
      PGHOST: '192.0.2.1',
      PGPORT: '1',
      PGUSER: 'mallory',
      PGDATABASE: 'other',
      PGPASSWORD: 'other',
      PGSSLMODE: 'disable',
      PGSSLNEGOTIATION: 'direct',
      PGOPTIONS: '-c search_path=evil',
      PGAPPNAME: 'evil',
      PGREPLICATION: 'database',
      PGCLIENT_ENCODING: 'LATIN1',
    };
    Object.assign(process.env, hostile);
    const { port, logins } = await start({ tls: good });

    const answer = await login(target(port), mode);

    for (const name of Object.keys(hostile)) delete process.env[name];
    expect(answer).toBe('welcome');
    expect(logins).toEqual([
      {
        user: 'app',
        database: 'app',
        replication: wanted,
        application_name: 'dbctl probe',
        client_encoding: 'UTF8',
        options: expect.stringContaining('search_path=pg_catalog'),
      },
    ]);
  },
);
