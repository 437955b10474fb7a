import type { LoginOptions } from '../host/ask-machines.ts';
import { query, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';
import { withHosts } from '../host/with-hosts.ts';
import type { Cluster } from '../model/cluster.ts';
import { findMachine, isNamed } from '../model/find-node.ts';
import { instanceOf } from '../model/instance.ts';
import { controlOf } from '../postgres/control/control-of.ts';

/** What stands beside a server says little that is worth reading, and often. */
const shortly = 10;

/** Characters of a line that are shown: the beginning of a longer statement says as much. */
const longestLine = 100_000;

const cut = (line: string): string => (line.length > longestLine ? `${line.slice(0, longestLine)} …` : line);

/**
 * Of a node: PostgreSQL's log and the journal of what runs it, PostgreSQL itself or Patroni. Of every host: the journals of etcd
 * and the gateways there. Whoever tries to log in can write into a log: these lines are to be made printable.
 */
export async function lastLogs(
  cluster: Cluster,
  name: string,
  lines: number | undefined,
  login: LoginOptions,
) {
  const machine = findMachine(cluster, name);
  const node = cluster.nodes.find((one) => isNamed(one, name));
  const texts = await withHosts([machine], { ...login, ssh: cluster.ssh }, (hosts) => {
    const host = hosts.get(machine.name);
    return Promise.all([
      ...(node ? [host.ask(controlOf(instanceOf(cluster, node)).log(lines ?? 50))] : []),
      host.ask(journalsBeside(cluster, lines ?? shortly)),
    ]);
  });
  return {
    node: machine.name,
    lines: texts.flatMap((text) => (text === '' ? [] : text.split('\n').map(cut))),
  };
}

const programs = ['etcd', 'haproxy', 'pgbouncer'];

/** Those that have one. With times of the journal: HAProxy says none. */
const journalsBeside = ({ name }: Cluster, lines: number): Query<string> =>
  query(
    sh(
      `lines=$1; shift
       for unit; do
         said=$(journalctl -qu "$unit" -n "$lines" --no-pager -o short-iso 2>/dev/null) || :
         [ -z "$said" ] || printf 'journal of %s:\\n%s\\n' "$unit" "$said"
       done`,
      String(lines),
      ...programs.map((program) => `dbctl-${program}-${name}.service`),
    ),
    (stdout) => stdout.trimEnd(),
  );
