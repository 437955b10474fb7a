// The bucket in a store of dbctl's own, made with the root key, from the store's own host.

import { isDeepStrictEqual } from 'node:util';
import type { StoreRepository } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { bucketStatements, storeFiles, unsignedUploads } from './store.ts';
import { change, ensure, type Step, type Change } from '../engine/step.ts';
import { askStore, type StoreAccess, tellStore } from './s3-query.ts';
import type { ReadableHost } from '../host/host.ts';
import { makeZip, readZip } from './zip.ts';

/** The store as its root sees it. */
export const rootAccess = (cluster: Cluster, store: StoreRepository): StoreAccess => ({
  place: store,
  key: { id: store.root.user, secret: store.root.password },
  caFile: storeFiles(cluster, store.kind).caCertificate,
});

export function ensureBucket(cluster: Cluster, store: StoreRepository): Step {
  const root = rootAccess(cluster, store);
  const path = `/${store.bucket}`;
  const what = change('bucket.make', `make the bucket ${store.bucket}`, store.bucket);
  return ensure('Create the bucket', what, {
    async isRight(host) {
      const list = { method: 'GET', path: `${path}?list-type=2&max-keys=1` } as const;
      return (await host.ask(askStore(root, list))).status === 200;
    },
    apply: (host) => host.run(tellStore(root, { method: 'PUT', path })),
  });
}

/** What grants the key of a store its rights, however that is done. */
const grantKey = ({ bucket }: StoreRepository) =>
  change('bucket.key', `let the key use ${bucket}, and nothing else`, bucket);

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
  return ensure('Grant the key access to the bucket', grantKey(store), {
    async isRight(host) {
      const { status, body } = await host.ask(askStore(root, { method: 'GET', path }));
      return status === 200 && isDeepStrictEqual(JSON.parse(body.toString()), policy);
    },
    apply: (host) => host.run(tellStore(root, { method: 'PUT', path, body: JSON.stringify(policy) })),
  });
}

const statementsFor = (store: StoreRepository): readonly Statement[] => [
  ...bucketStatements(store),
  unsignedUploads(store),
];

const policyName = (store: StoreRepository): string => `dbctl-${store.bucket}`;

interface Users {
  readonly policies: Readonly<Record<string, { Statement: readonly Statement[] }>>;
  readonly users: Readonly<Record<string, { secretKey: string; status: string }>>;
  readonly mappings: Readonly<Record<string, { policy: string }>>;
}

interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

/** Keeps one key that may use the bucket and nothing else; keys that had this right before lose it. */
export function ensureMinioKey(cluster: Cluster, store: StoreRepository): Step {
  const root = rootAccess(cluster, store);
  const admin = '/minio/admin/v3';

  async function look(host: ReadableHost): Promise<Users | undefined> {
    const answer = await host.ask(askStore(root, { method: 'GET', path: `${admin}/export-iam` }));
    return answer.status === 200 ? parseUsers(readZip(answer.body)) : undefined;
  }

  return {
    title: 'Grant the key access to the bucket',

    async diff(host): Promise<readonly Change[]> {
      const found = await look(host);
      const isRight = found !== undefined && isRightFor(store, found);
      const stale = found === undefined ? [] : staleKeys(store, found);
      return [
        ...(isRight ? [] : [grantKey(store)]),
        ...(stale.length > 0 ? [change('bucket.remove-key', 'remove the key that was used before')] : []),
      ];
    },

    async apply(host) {
      const body = makeZip(archiveFor(store));
      await host.run(tellStore(root, { method: 'PUT', path: `${admin}/import-iam`, body }));
      const found = await look(host);
      for (const id of found === undefined ? [] : staleKeys(store, found)) {
        const path = `${admin}/remove-user?accessKey=${encodeURIComponent(id)}`;
        await host.run(tellStore(root, { method: 'DELETE', path }));
      }
    },
  };
}

function archiveFor(store: StoreRepository): Readonly<Record<string, string>> {
  const id = store.accessKey.reveal();
  const policy = { Version: '2012-10-17', Statement: statementsFor(store) };
  return {
    'iam-assets/policies.json': JSON.stringify({ [policyName(store)]: policy }),
    'iam-assets/users.json': JSON.stringify({
      [id]: { secretKey: store.secretKey.reveal(), status: 'enabled' },
    }),
    'iam-assets/user_mappings.json': JSON.stringify({ [id]: { version: 1, policy: policyName(store) } }),
  };
}

function parseUsers(files: Readonly<Record<string, string>>): Users {
  const read = (name: string): unknown => JSON.parse(files[`iam-assets/${name}.json`] ?? '{}');
  return {
    policies: (read('policies') ?? {}) as Users['policies'],
    users: (read('users') ?? {}) as Users['users'],
    mappings: (read('user_mappings') ?? {}) as Users['mappings'],
  };
}

function isRightFor(store: StoreRepository, { policies, users, mappings }: Users): boolean {
  const id = store.accessKey.reveal();
  return (
    users[id]?.secretKey === store.secretKey.reveal() &&
    users[id].status === 'enabled' &&
    mappings[id]?.policy === policyName(store) &&
    isDeepStrictEqual(sorted(policies[policyName(store)]?.Statement ?? []), sorted(statementsFor(store)))
  );
}

const sorted = (statements: readonly Statement[]) =>
  statements
    .map(({ Effect, Action, Resource, Condition }) => ({
      Effect,
      Action: Action.toSorted(),
      Resource: Resource.toSorted(),
      Condition,
    }))
    .toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));

const staleKeys = (store: StoreRepository, { mappings }: Users): readonly string[] =>
  Object.entries(mappings)
    .filter(([id, { policy }]) => policy === policyName(store) && id !== store.accessKey.reveal())
    .map(([id]) => id);
