// One PostgreSQL session over verified TLS, with a deadline. Nothing in the environment (PGHOST, PGSSLMODE,
// PGOPTIONS, ~/.pgpass …) changes where it goes or how: every option that pg would look up there is given here.

import type { LookupAddress } from 'node:dns';
import { lookup as resolveAll } from 'node:dns/promises';
import { Socket, type LookupFunction } from 'node:net';
import { checkServerIdentity, createSecureContext, type SecureContext } from 'node:tls';
// Not 'pg' itself, which loads another driver when NODE_PG_FORCE_NATIVE is set.
import Client from 'pg/lib/client.js';
import type { Node, Role } from '../model/cluster.ts';
import type { Failure } from './facts.ts';
import { prepare } from '../postgres/saslprep.ts';
import { classify } from './failure.ts';

export interface Target {
  readonly node: Node;
  readonly database: string;
  /** Of the cluster's CA, the only one that is trusted; shared, because making one costs as much as a login. */
  readonly trust: SecureContext;
  /** Ends every session to this node, answered or not. */
  readonly deadline: AbortSignal;
  /** Shared by the sessions to one node: getaddrinfo has only four threads, and a dead name server blocks them. */
  readonly lookup: LookupFunction;
  /** Called at every sign of life. */
  readonly answered: () => void;
}

/** Trusts the servers of one CA and no others. `ca` is PEM. */
export const trustOnly = (ca: string): SecureContext => createSecureContext({ ca, minVersion: 'TLSv1.2' });

export interface Session {
  /** Rows of one statement. Rejects with pg's error: `code` is the SQLSTATE. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly unknown[]>;
  /** Statements without answers, in one message: none runs after the first that fails. Rejects like `query`. */
  run(...statements: readonly string[]): Promise<void>;
  /** When the server's certificate ends, milliseconds since 1970. */
  readonly certificateEnds: number;
  close(): Promise<void>;
}

export type Connected =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly failure: Failure };

export type Mode = 'sql' | 'physical replication';

/** Logs in. A login that fails is an answer here, not an error. Calls `reached` as soon as something listens. */
export async function connect(
  target: Target,
  role: Role,
  mode: Mode = 'sql',
  reached: () => void = () => {},
): Promise<Connected> {
  const { socket, tlsAnswer } = makeSocket(target);
  socket.once('connect', () => {
    target.answered();
    reached();
  });
  const certificate = { ends: 0 };
  const client = new Client(options(target, role, mode, socket, certificate));
  // A connection that breaks while idle must not end the process; the next query tells.
  client.on('error', () => {});
  const hangUp = () => socket.destroy(new Error('deadline'));
  target.deadline.addEventListener('abort', hangUp, { once: true });
  try {
    target.deadline.throwIfAborted();
    await client.connect();
    target.answered();
    return { ok: true, session: sessionOf(client, socket, certificate.ends, target) };
  } catch (error) {
    socket.destroy();
    const isLate = target.deadline.aborted;
    return { ok: false, failure: classify(error, { isLate, tlsAnswer: tlsAnswer() }) };
  }
}

function options(
  { node, database, trust }: Target,
  role: Role,
  mode: Mode,
  socket: Socket,
  certificate: { ends: number },
) {
  return {
    host: node.host,
    port: node.port,
    database,
    user: role.name,
    password: () => prepare(role.password.reveal()),
    replication: mode === 'sql' ? 'false' : 'true',
    application_name: 'dbctl probe',
    client_encoding: 'UTF8',
    sslnegotiation: 'postgres' as const,
    connectionTimeoutMillis: 0,
    // Names in public must not shadow the catalog; what we leave behind must not outlive us.
    options:
      '-c search_path=pg_catalog -c lock_timeout=2s -c statement_timeout=10s -c idle_in_transaction_session_timeout=10s',
    stream: () => socket,
    ssl: {
      secureContext: trust,
      rejectUnauthorized: true,
      checkServerIdentity: (host: string, peer: Parameters<typeof checkServerIdentity>[1]) => {
        certificate.ends = Date.parse(peer.valid_to);
        return checkServerIdentity(host, peer);
      },
    },
  };
}

/** A socket that keeps the server's answer to the request for TLS, because pg reports a "no" only in words. */
function makeSocket({ lookup }: Target): { socket: Socket; tlsAnswer: () => string | undefined } {
  let answer: string | undefined;
  const socket = new Socket();
  const connectTo = socket.connect.bind(socket);
  socket.connect = ((port: number, host: string) => connectTo({ port, host, lookup })) as Socket['connect'];
  socket.once('data', (bytes: Buffer) => {
    answer = bytes.toString('latin1', 0, 1);
  });
  return { socket, tlsAnswer: () => answer };
}

function sessionOf(
  client: Client,
  socket: Socket,
  certificateEnds: number,
  { deadline, answered }: Target,
): Session {
  const ask = async (sql: string, values?: readonly unknown[]) => {
    deadline.throwIfAborted();
    const result = await client.query(sql, values && [...values]);
    answered();
    return result;
  };
  return {
    certificateEnds,
    query: async (sql, values) => (await ask(sql, values)).rows as readonly unknown[],
    run: async (...statements) => {
      await ask(statements.join('; '));
    },
    close: async () => {
      if (!deadline.aborted) await client.end().catch(() => {});
      socket.destroy();
    },
  };
}

/** libuv works on this many names at a time. */
const lookupsAtOnce = 2;

/**
 * Asks the resolver once, however many sessions want the answer, and starts no question after the deadline: one that
 * has started cannot be stopped, and keeps the process alive.
 */
export function lookupOnce(deadline: AbortSignal): LookupFunction {
  const answers = new Map<string, Promise<LookupAddress[]>>();
  const lanes = Array.from({ length: lookupsAtOnce }, () => Promise.resolve());
  const ask = (host: string): Promise<LookupAddress[]> => {
    const lane = answers.size % lanes.length;
    const addresses = lanes[lane]!.then(() => {
      deadline.throwIfAborted();
      return resolveAll(host, { all: true });
    });
    lanes[lane] = addresses.then(
      () => undefined,
      () => undefined,
    );
    return addresses;
  };
  return (host, { all }, answer) => {
    const found = answers.get(host) ?? ask(host);
    answers.set(host, found);
    found.then(
      (addresses) => (all ? answer(null, addresses) : answer(null, ...firstOf(addresses))),
      (error: NodeJS.ErrnoException) => answer(error, '', 0),
    );
  };
}

const firstOf = ([first]: readonly LookupAddress[]): [string, number] => [
  first?.address ?? '',
  first?.family ?? 0,
];
