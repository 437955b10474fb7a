// The key that pgBackRest uses in MinIO, and what it may do: given and asked as MinIO's own archive of its users, which
// takes and gives all of it without naming a key in an argument.

import { isDeepStrictEqual } from 'node:util';
import type { StoreRepository } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { bucketStatements, unsignedUploads } from './store.ts';
import { change, type Change, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { askStore, tellStore } from './s3-query.ts';
import { makeZip, readZip } from './zip.ts';
import { rootAccess } from './store-bucket-step.ts';

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
        ...(isRight
          ? []
          : [change('bucket.key', `let the key use ${store.bucket}, and nothing else`, store.bucket)]),
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
