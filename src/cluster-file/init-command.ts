import type { Command } from 'commander';
import type { Answers } from '../config/new-cluster.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

type InitFlags = Partial<Omit<Answers, 'hosts'>> & { readonly yes?: boolean };

/** `dbctl init`: a new .env.cluster, from flags and, at a terminal, from questions. */
export const init = (bare: Command): Command =>
  withCommonFlags(bare)
    .argument('[host...]', '[name=]host[:port] of each node, the primary first')
    .option('--name <cluster>', 'short name of the cluster (default: the name of this directory)')
    .option(
      '--control <host>',
      "[name=]host that keeps the CA's key and the backups (default: local, this machine)",
    )
    .option(
      '--allow <networks>',
      'networks that applications connect from: 10.0.1.0/24,10.0.2.7 (default: none)',
    )
    .option('--ssh-user <user>', 'user to log in as (default: from ~/.ssh/config, else your own name)')
    .option('--ssh-port <port>', 'port of sshd on the hosts')
    .option('--ssh-key <file>', 'private key to log in with')
    .option('--known-hosts <file>', "file with the hosts' keys, instead of your own")
    .option('--database <name>', "the application's database (default: the name of the cluster)")
    .option('--postgres-version <number>', 'major version (default: 17)')
    .option('--repository <kind>', 'posix, minio, versitygw, s3 or none (default: posix, with --control)')
    .option('--endpoint <host>', 'with s3: host[:port] of the store')
    .option('--bucket <name>', 'bucket for the backups (default: the name of the cluster)')
    .option('--region <name>', 'with s3: region of the store')
    .option('--access-key-file <file>', 'with s3: file with the id of the key to the bucket')
    .option('--secret-key-file <file>', 'with s3: file with that key')
    .option('-y, --yes', 'ask nothing: use the defaults')
    .action(async (hosts: readonly string[], { yes, ...flags }: InitFlags, command: Command) => {
      const { createFile, refuseExisting } = await import('../config/create-file.ts');
      const { newClusterText } = await import('../config/new-cluster.ts');
      const { loadCluster } = await import('../config/load.ts');
      const { newClusterMessage } = await import('./new-cluster-text.ts');
      const { config: file, output } = commonFlags(command);
      refuseExisting(file);
      const answers = await answersFrom({ ...flags, hosts }, file, yes ?? false);
      createFile(file, newClusterText(answers, file));
      const cluster = loadCluster(file);
      process.stdout.write(newClusterMessage(cluster, file, output));
    });

/** What was said on the command line, and the rest by asking where somebody can be asked. */
async function answersFrom(
  flags: Partial<Answers> & Pick<Answers, 'hosts'>,
  file: string,
  yes: boolean,
): Promise<Answers> {
  const { clusterNameFor } = await import('../config/new-names.ts');
  const said = new Set(Object.entries(flags).flatMap(([key, value]) => (value === undefined ? [] : key)));
  const answers = { ...flags, name: flags.name ?? clusterNameFor(process.cwd()) };
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  if (yes || !isTerminal) {
    const { refuseWithoutHosts } = await import('../config/new-cluster.ts');
    refuseWithoutHosts(answers, isTerminal);
    return answers;
  }
  const { askNewCluster } = await import('./ask-new-cluster.ts');
  const { askAt } = await import('../ui/questions.ts');
  const asking = askAt(process.stdin, process.stderr);
  try {
    return await askNewCluster(answers, said, file, asking);
  } finally {
    asking.close();
  }
}
