import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { loadCluster } from '../../../src/config/load.ts';
import { fileOf, problemsOf, temporaryFile } from '../../support/cluster-file.ts';

const posix = {
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  BACKUP_REPOSITORY: 'posix',
  PGBACKREST_CIPHER_PASS: 'the old passphrase of it',
};
const store = {
  ...posix,
  BACKUP_REPOSITORY: 'minio',
  MINIO_ACCESS_KEY: 'access-key',
  MINIO_SECRET_KEY: 'secret-key',
  MINIO_ROOT_USER: 'root-user',
  MINIO_ROOT_PASSWORD: 'root-password',
  PGBACKREST_CIPHER_PASS: 'the new passphrase of it',
};

const moved = (before: Record<string, string>, now: Record<string, string>): string => {
  const former = temporaryFile(fileOf(before));
  return temporaryFile(fileOf({ ...now, BACKUP_MOVE_FROM: former }));
};

test('while backups move, both repositories are known, each with its own passphrase', () => {
  const { backup } = loadCluster(moved(posix, store));

  expect(backup?.repository.kind).toBe('minio');
  expect(backup?.movingFrom?.repository.kind).toBe('posix');
  expect(backup?.cipherPass.reveal()).toBe('the new passphrase of it');
  expect(backup?.movingFrom?.cipherPass.reveal()).toBe('the old passphrase of it');
});

test.each([
  ['no repository', {}, 'It has no repository'],
  ['the same one', store, 'the same repository'],
  ['another stanza', { ...posix, PGBACKREST_STANZA: 'other' }, 'another stanza: other'],
  [
    'another store of our own',
    { ...store, BACKUP_REPOSITORY: 'versitygw', MINIO_BUCKET: 'other' },
    'one store at a time',
  ],
])('a former file with %s is refused', (_, before, message) => {
  expect(problemsOf(() => loadCluster(moved(before, store)))).toContain(message);
});

test('a former file that is missing is named', () => {
  const file = temporaryFile(fileOf({ ...posix, BACKUP_MOVE_FROM: 'gone.env' }));

  expect(problemsOf(() => loadCluster(file))).toContain(`${dirname(file)}/gone.env`);
});
