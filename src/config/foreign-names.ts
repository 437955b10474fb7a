// Names that are no settings: misspelt ones, and those that other programs of a database cluster read and that people
// bring along in their files.

import { distance } from 'fastest-levenshtein';

interface ForeignName {
  readonly pattern: RegExp;
  /** Completes "… is not a setting: ". */
  readonly about: string;
}

const foreign: readonly ForeignName[] = [
  { pattern: /^FAILOVER_(EMAIL|SLACK|PAGERDUTY)_/, about: notYet('notifications about a failover') },
  {
    pattern: /^(ENABLE_AUTO_FAILOVER|FAILOVER_TIMEOUT|CLUSTER_HA|CLUSTER_SYNCHRONOUS|ETCD_HOSTS)$/,
    about: notYet('automatic failover'),
  },
  {
    pattern: /^(REPLICA_LAG_CHECK_INTERVAL|HEALTH_CHECK_(INTERVAL|TIMEOUT))$/,
    about: notYet('the interval of a check'),
  },
  {
    pattern: /^(CLUSTER_GATEWAYS?(_HOSTS)?|READ_AFTER_WRITE_TTL|PGPOOL_.*|HAPROXY_.*|PGBOUNCER_.*)$/,
    about: notYet('a gateway in front of the nodes'),
  },
  { pattern: /^DB_POOL_/, about: notYet("the application's pool of connections") },
  { pattern: /^(DB|PG)_?(USER|USERNAME)$/, about: meant('POSTGRES_APP_USER') },
  { pattern: /^(DB|PG)_?(PASS|PASSWORD)$/, about: meant('POSTGRES_APP_PASSWORD') },
  { pattern: /^(DB|PG)_?HOST$/, about: meant('CLUSTER_DB_PRIMARY_HOST') },
  { pattern: /^(DB|PG)_?PORT$/, about: meant('POSTGRES_PORT') },
  { pattern: /^(DB|PG)_?(NAME|DATABASE)$/, about: meant('POSTGRES_DB') },
  {
    pattern: /^DATABASE_REPLICAS?(_|$)/,
    about: 'one replica is DATABASE_REPLICA_1_HOST with _PORT, or an entry of CLUSTER_DB_REPLICA_HOSTS',
  },
];

/** Why a name is no setting though it looks like one; undefined for a name that nobody brings along. */
export const whyForeign = (name: string): string | undefined =>
  foreign.find(({ pattern }) => pattern.test(name))?.about;

function notYet(topic: string): string {
  return `it is about ${topic}, which dbctl does not manage; keep it in the application's own file`;
}

function meant(setting: string): string {
  return `dbctl calls it ${setting}`;
}

/** The known name that was probably meant, or undefined when none is near. */
export function suggest(name: string, known: readonly string[]): string | undefined {
  const allowed = Math.max(2, Math.floor(name.length / 5));
  const near = known
    .filter((one) => Math.abs(one.length - name.length) <= allowed)
    .map((one) => ({ one, edits: distance(name.toUpperCase().slice(0, 100), one) }))
    .filter(({ edits }) => edits <= allowed)
    .toSorted((a, b) => a.edits - b.edits);
  return near[0]?.one;
}
