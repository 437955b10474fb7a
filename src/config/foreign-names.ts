// Names that are no settings: misspelt ones, and those that other programs of a database cluster read and that people
// bring along in their files.

import { distance } from 'fastest-levenshtein';

/** What the names look like, and what completes "… is not a setting: ". */
const foreign: readonly (readonly [pattern: RegExp, about: string])[] = [
  [/^FAILOVER_(EMAIL|SLACK|PAGERDUTY)_/, notYet('notifications about a failover')],
  [/^(REPLICA_LAG_CHECK_INTERVAL|HEALTH_CHECK_(INTERVAL|TIMEOUT))$/, notYet('the interval of a check')],
  [
    /^(CLUSTER_GATEWAYS?(_HOSTS)?|READ_AFTER_WRITE_TTL|PGPOOL_.*|HAPROXY_.*|PGBOUNCER_.*)$/,
    notYet('a gateway in front of the nodes'),
  ],
  [/^DB_POOL_/, notYet("the application's pool of connections")],
  [/^(DB|PG)_?(USER|USERNAME)$/, meant('POSTGRES_APP_USER')],
  [/^(DB|PG)_?(PASS|PASSWORD)$/, meant('POSTGRES_APP_PASSWORD')],
  [/^(DB|PG)_?HOST$/, meant('CLUSTER_DB_PRIMARY_HOST')],
  [/^(DB|PG)_?PORT$/, meant('POSTGRES_PORT')],
  [/^(DB|PG)_?(NAME|DATABASE)$/, meant('POSTGRES_DB')],
  [
    /^DATABASE_REPLICAS?(_|$)/,
    'one replica is DATABASE_REPLICA_1_HOST with _PORT, or an entry of CLUSTER_DB_REPLICA_HOSTS',
  ],
];

/** Why a name is no setting though it looks like one; undefined for a name that nobody brings along. */
export const whyForeign = (name: string): string | undefined =>
  foreign.find(([pattern]) => pattern.test(name))?.[1];

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
