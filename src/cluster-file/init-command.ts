import { command } from '../kit/command.ts';
import { argument, option } from '../kit/flags.ts';

/** `dbctl init`: a new .env.cluster, from flags and, at a terminal, from questions. */
export const init = command({
  needs: 'file',
  examples: {
    'dbctl init --ssh-user admin --control 10.0.0.10 10.0.0.11 10.0.0.12':
      'a primary, a replica, and a control host for the backups',
    'dbctl init': 'at a terminal: asks for everything',
  },
  arguments: { hosts: argument('[host...]', '[name=]host[:port] of each node, the primary first') },
  flags: {
    name: option('--name <cluster>', 'short name of the cluster (default: the name of this directory)'),
    control: option(
      '--control <host>',
      "[name=]host that keeps the CA's key and the backups (default: local, this machine)",
    ),
    allow: option(
      '--allow <networks>',
      'networks that applications connect from: 10.0.1.0/24,10.0.2.7 (default: none)',
    ),
    sshUser: option(
      '--ssh-user <user>',
      'user to log in as (default: from ~/.ssh/config, else your own name)',
    ),
    sshPort: option('--ssh-port <port>', 'port of sshd on the hosts'),
    sshKey: option('--ssh-key <file>', 'private key to log in with'),
    knownHosts: option('--known-hosts <file>', "file with the hosts' keys, instead of your own"),
    database: option('--database <name>', "the application's database (default: the name of the cluster)"),
    postgresVersion: option('--postgres-version <number>', 'major version (default: 17)'),
    repository: option(
      '--repository <kind>',
      'posix, minio, versitygw, s3 or none (default: posix, with --control)',
    ),
    endpoint: option('--endpoint <host>', 'with s3: host[:port] of the store'),
    bucket: option('--bucket <name>', 'bucket for the backups (default: the name of the cluster)'),
    region: option('--region <name>', 'with s3: region of the store'),
    accessKeyFile: option('--access-key-file <file>', 'with s3: file with the id of the key to the bucket'),
    secretKeyFile: option('--secret-key-file <file>', 'with s3: file with that key'),
  },
  yes: 'ask nothing: use the defaults',
  run: async ({ file, args: { hosts }, flags, yes }) =>
    (await import('./init-operation.ts')).writeNewCluster(file, { ...flags, hosts }, yes),
  text: async (cluster, { file }) => (await import('./new-cluster-text.ts')).newClusterText(cluster, file),
  json: async (cluster, { file }) => (await import('./new-cluster-text.ts')).newClusterJson(cluster, file),
});
