import { bucketOf, storeOf, type Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import type { StoreProblem } from '../store/store-link.ts';
import { change, type Step } from '../engine/step.ts';
import {
  CommandError,
  type DbctlError,
  type Explanation,
  RefusedError,
  UnreachableError,
} from '../model/errors.ts';
import { type BucketProblem, findBucketProblem, storeCaFile } from './bucket-link-facts.ts';

/** Every link from this host to the bucket works. Changes nothing, ever. */
export const verifyBucket = (cluster: Cluster, backup: Backup): Step => ({
  title: 'Verify access to the bucket',

  async diff(host) {
    const bucket = bucketOf(backup);
    const caFile = bucket && storeCaFile(cluster, bucket);
    // A host that is not set up yet has nothing to judge by.
    if (caFile !== undefined && (await host.readFile(caFile)) === undefined) return [];
    const problem = await findBucketProblem(cluster, backup, host);
    if (problem === undefined) return [];
    // In a dry run, what dbctl will do to a store of its own has not been done yet.
    if (storeOf(backup)) return [change('bucket.verify', `see ${problem.from} work (now: ${problem.what})`)];
    throw errorFor(problem);
  },

  async apply(host) {
    const problem = await findBucketProblem(cluster, backup, host);
    if (problem) throw errorFor(problem);
  },
});

const errors: Readonly<Record<StoreProblem['link'], new (explanation: Explanation) => DbctlError>> = {
  program: RefusedError,
  name: UnreachableError,
  connection: UnreachableError,
  certificate: UnreachableError,
  clock: RefusedError,
  key: RefusedError,
  bucket: RefusedError,
  store: CommandError,
};

const errorFor = ({ from, link, what, next }: BucketProblem): DbctlError =>
  new errors[link]({
    what: `${from}: ${what}`,
    why: 'Every host that sends backups or WAL must have access to the bucket. Nothing was created in it.',
    next: [next, 'then run the same command again: it is safe'],
  });
