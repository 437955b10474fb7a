import { hostAndPort } from '../model/address.ts';
import { shownMachine, shownNode, type Cluster } from '../model/cluster.ts';
import { quote } from '../host/quote.ts';

/** The same for machines. */
export const newClusterJson = (cluster: Cluster, file: string) => ({
  file: cluster.file,
  cluster: cluster.name,
  nodes: cluster.nodes.map(shownNode),
  control: shownMachine(cluster.control),
  database: cluster.postgres.database,
  repository: cluster.backup?.repository.kind ?? null,
  next: nextCommands(file).map(([command]) => command),
});

/** What `dbctl init` wrote, and what to type next. */
export function newClusterText(cluster: Cluster, file: string): string {
  const next = nextCommands(file);
  const nodes = cluster.nodes;
  const widest = Math.max(...next.map(([command]) => command.length));
  const longest = Math.max(...nodes.map(({ name }) => name.length));
  return [
    `${file} describes the cluster ${cluster.name}:`,
    ...nodes.map(
      (node, index) =>
        `  ${node.name.padEnd(longest)}  ${index === 0 ? 'primary' : 'replica'}  ${hostAndPort(node)}`,
    ),
    backupLine(cluster),
    'It contains every password: keep a copy in a safe place.',
    '',
    ...next.map(([command, why]) => `→ ${command.padEnd(widest)}  ${why}`),
    '',
  ].join('\n');
}

const nextCommands = (file: string): readonly (readonly [command: string, why: string])[] => {
  const flag = file === '.env.cluster' ? '' : ` -c ${quote([file])}`;
  return [
    [`dbctl config${flag}`, 'shows the settings, without the secrets'],
    [`dbctl doctor${flag}`, 'checks the hosts; changes nothing'],
    [`dbctl up${flag}`, 'creates the cluster'],
  ];
};

function backupLine({ backup, control }: Cluster): string {
  if (backup === undefined)
    return '  no backups: they need a control host, or an object store (BACKUP_REPOSITORY)';
  const { repository } = backup;
  const place = repository.kind === 's3' ? hostAndPort(repository) : control.name;
  return `  backups on ${place} (${repository.kind}), encrypted`;
}
