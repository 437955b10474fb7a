import { createFile, refuseExisting } from '../config/create-file.ts';
import { loadCluster } from '../config/load.ts';
import { newFileText, refuseWithoutHosts, type Answers } from './new-cluster.ts';
import { clusterNameFor } from '../config/new-names.ts';
import type { Cluster } from '../model/cluster.ts';

type Said = Partial<Record<Exclude<keyof Answers, 'hosts' | 'accessKey' | 'secretKey'>, string | undefined>> &
  Pick<Answers, 'hosts'>;

/** Writes a file that is not there yet, and answers the cluster that it describes. */
export async function writeNewCluster(file: string, said: Said, isQuiet: boolean): Promise<Cluster> {
  refuseExisting(file);
  createFile(file, newFileText(await answersFrom(said, file, isQuiet), file));
  return loadCluster(file);
}

/** What was said on the command line, and the rest by asking where somebody can be asked. */
async function answersFrom(flags: Said, file: string, isQuiet: boolean): Promise<Answers> {
  const said = new Set(Object.entries(flags).flatMap(([key, value]) => (value === undefined ? [] : key)));
  const answers = { ...flags, name: flags.name ?? clusterNameFor(process.cwd()) };
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  if (isQuiet || !isTerminal) {
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
