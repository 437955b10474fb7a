// The bucket in a store of dbctl's own, made with the root key, from the store's own host.

import { isDeepStrictEqual } from 'node:util';
import type { StoreRepository } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { bucketStatements, storeFiles } from './store.ts';
import { change, type Step } from '../engine/step.ts';
import { askStore, type StoreAccess, tellStore } from './s3-query.ts';

/** The store as its root sees it. */
export const rootAccess = (cluster: Cluster, store: StoreRepository): StoreAccess => ({
  place: store,
  key: { id: store.root.user, secret: store.root.password },
  caFile: storeFiles(cluster, store.kind).caCertificate,
});

export function ensureBucket(cluster: Cluster, store: StoreRepository): Step {
  const root = rootAccess(cluster, store);
  return {
    title: 'Create the bucket',

    async diff(host) {
      const path = `/${store.bucket}?list-type=2&max-keys=1`;
      const { status } = await host.ask(askStore(root, { method: 'GET', path }));
      return status === 200 ? [] : [change('bucket.make', `make the bucket ${store.bucket}`, store.bucket)];
    },

    async apply(host) {
      await host.run(tellStore(root, { method: 'PUT', path: `/${store.bucket}` }));
    },
  };
}

/** What the key may do, where the store keeps that with the bucket. */
export function ensureBucketPolicy(cluster: Cluster, store: StoreRepository): Step {
  const root = rootAccess(cluster, store);
  const path = `/${store.bucket}?policy=`;
  const policy = {
    Version: '2012-10-17',
    Statement: bucketStatements(store).map((statement) => ({
      ...statement,
      Principal: { AWS: [store.accessKey.reveal()] },
    })),
  };
  return {
    title: 'Grant the key access to the bucket',

    async diff(host) {
      const { status, body } = await host.ask(askStore(root, { method: 'GET', path }));
      const isRight = status === 200 && isDeepStrictEqual(JSON.parse(body.toString()), policy);
      return isRight
        ? []
        : [change('bucket.key', `let the key use ${store.bucket}, and nothing else`, store.bucket)];
    },

    async apply(host) {
      await host.run(tellStore(root, { method: 'PUT', path, body: JSON.stringify(policy) }));
    },
  };
}
