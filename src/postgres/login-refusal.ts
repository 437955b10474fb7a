// Why libpq did not get in, for what can be done about it. Its errors have no SQLSTATE, so they are told apart by their
// words, which a server in another language says otherwise: then it is the log that tells.

export type RefusalKind =
  | 'unreachable'
  | 'starting'
  | 'certificate'
  | 'password'
  | 'hba'
  | 'role'
  | 'limit'
  | 'unknown';

const kinds: readonly (readonly [RegExp, RefusalKind])[] = [
  [
    /connection refused|no route to host|network is unreachable|timeout expired|timed out|could not translate host name/i,
    'unreachable',
  ],
  [
    /the database system is (starting up|shutting down|in recovery mode|not accepting|not yet accepting)/i,
    'starting',
  ],
  [/certificate|SSL error|does not support SSL|SSL SYSCALL/, 'certificate'],
  [/no pg_hba\.conf entry|pg_hba\.conf rejects/, 'hba'],
  [/password authentication failed|no password supplied/, 'password'],
  [
    /is not permitted to log in|role ".*" does not exist|permission denied|must be superuser or replication role/,
    'role',
  ],
  [/too many (connections|clients)|remaining connection slots|exceeds "?max_wal_senders/, 'limit'],
];

export const refusalKind = (problem: string): RefusalKind =>
  kinds.find(([pattern]) => pattern.test(problem))?.[1] ?? 'unknown';

/** Where somebody could not log in. */
export interface RefusedLogin {
  /** What libpq said. */
  readonly problem: string;
  readonly role: string;
  /** The node that refused. */
  readonly node: string;
  /** What puts roles, passwords and pg_hba.conf of that node right. */
  readonly repair: string;
}

const readLog = (node: string): string => `read the log of ${node}: dbctl logs ${node}`;

const advice: Readonly<Record<RefusalKind, (login: RefusedLogin) => readonly string[]>> = {
  unreachable: ({ node }) => [`start PostgreSQL on ${node}: dbctl restart ${node}`, readLog(node)],
  starting: ({ node }) => [
    `wait until ${node} accepts logins, then run the same command again`,
    readLog(node),
  ],
  certificate: ({ node }) => ['look at the certificates: dbctl certs status', readLog(node)],
  password: ({ role, node, repair }) => [
    `set the password of .env.cluster for ${role}, which may also have expired: ${repair}`,
    readLog(node),
  ],
  hba: ({ problem, node, repair }) => [
    ...hbaAdvice(problem, node),
    `write pg_hba.conf of ${node} again: ${repair}`,
  ],
  role: ({ role, node, repair }) => [`give ${role} what it needs: ${repair}`, readLog(node)],
  limit: ({ node, repair }) => [
    `see who is connected, on ${node}: runuser -u postgres -- psql -c 'select usename, client_addr, count(*) from pg_stat_activity group by 1, 2'`,
    `when it is the role's own limit: ${repair}`,
  ],
  unknown: ({ node }) => [readLog(node), 'then run the same command again: it is safe'],
};

/** What to do, for this reason and no other. */
export const loginAdvice = (login: RefusedLogin): readonly string[] =>
  advice[refusalKind(login.problem)](login);

/** Hosts are let in by their addresses in the file; one may come from another of its own. */
function hbaAdvice(problem: string, node: string): readonly string[] {
  const [, address] = /for (?:replication connection from )?host "([^"]+)"/.exec(problem) ?? [];
  return address === undefined
    ? []
    : [
        `${node} saw the address ${address}: when that is another address of a node, add it to .env.cluster, and run dbctl up: CLUSTER_NODE_ADDRESSES=<node>=${address}`,
      ];
}
