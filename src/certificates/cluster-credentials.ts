import { backupCredentials } from '../backup/credentials.ts';
import type { Cluster } from '../model/cluster.ts';
import type { ClusterCredential } from '../pki/cluster-credential.ts';
import { serverCredentials } from '../server/credentials.ts';
import { storeCredentials } from '../store/credentials.ts';

/** In the order in which people look: databases first. */
const areas = [serverCredentials, backupCredentials, storeCredentials] as const;

/** Every certificate that a cluster has; one that is not set up yet is in it too. */
export const credentialsOf = (cluster: Cluster): readonly ClusterCredential[] =>
  areas.flatMap((credentials) => credentials(cluster));
