import { bucketOf, repositoriesOf, type Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Site } from '../model/site.ts';
import type { Link, OwnPort } from '../system/network.ts';
import { ownStores } from './credentials.ts';
import { storeFiles } from './store.ts';

/** WAL goes there from every node; the control host looks after it. */
export const storeLinks = ({ backup }: Cluster, sites: readonly Site[]): readonly Link[] =>
  backup === undefined
    ? []
    : sites.flatMap((site) =>
        toBuckets(
          backup,
          site,
          sites.find(({ isControl }) => isControl),
        ),
      );

function toBuckets(backup: Backup, from: Site, control: Site | undefined): readonly Link[] {
  return repositoriesOf(backup).flatMap((target) => {
    const bucket = bucketOf(target);
    if (bucket === undefined) return [];
    const host = bucket.uriStyle === 'host' ? `${bucket.bucket}.${bucket.host}` : bucket.host;
    const to = bucket.kind !== 's3' && control ? control.name : bucket.host;
    const why = `backups and WAL are kept in bucket ${bucket.bucket}`;
    return [{ from: from.name, to, host, port: bucket.port, service: 'store', why, isLater: false }];
  });
}

/** Of the object stores that dbctl runs. */
export const storePorts = (cluster: Cluster, { isControl }: Site): readonly OwnPort[] =>
  (isControl ? ownStores(cluster) : []).map((store) => ({
    port: store.port,
    unit: storeFiles(cluster, store.kind).unit,
    setting: 'MINIO_ENDPOINT',
  }));
