import { expect, test } from 'vitest';
import { explain, explainAll } from '../../../src/cluster-file/explain.ts';
import { settings } from '../../../src/config/settings.ts';
import { explainedList, explainedText } from '../../../src/cluster-file/settings-text.ts';

test('every setting is explained, with what it takes', () => {
  const all = explainAll();

  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(settings)));
  for (const { name, takes, meaning } of all) {
    expect(takes, name).not.toBe('');
    expect(meaning, name).toMatch(/\.$/);
  }
});

test.each([
  ['POSTGRES_PORT', 'POSTGRES_PORT'],
  ['postgres_port', 'POSTGRES_PORT'],
  ['PORT_DATABASE', 'POSTGRES_PORT'],
  ['POSTGRES_SUPERUSER_PASSWORD_FILE', 'POSTGRES_PASSWORD'],
  ['DATABASE_URL_FILE', 'DATABASE_URL'],
  ['DATABASE_REPLICA_12_HOST', 'DATABASE_REPLICA_<n>_HOST'],
  ['POSTGRES_CONF_Work_Mem', 'POSTGRES_CONF_work_mem'],
  ['POSTGRES_CONF_', 'POSTGRES_CONF_<parameter>'],
])('asked for %s, it explains %s', (asked, name) => {
  expect(explain(asked).name).toBe(name);
});

test.each([
  ['POSTGRES_PORTT', 'did you mean POSTGRES_PORT?'],
  ['__proto__', 'is not a setting'],
  ['constructor', 'is not a setting'],
])('%s is unknown, and the error helps', (asked, message) => {
  expect(() => explain(asked)).toThrow(message);
});

test('a parameter that dbctl keeps for itself is explained with the reason', () => {
  expect(explain('POSTGRES_CONF_port').meaning).toContain('set POSTGRES_PORT');
  expect(explain('POSTGRES_CONF_fsync').meaning).toBe('Sets fsync in postgresql.conf.');
});

test('one setting is shown in full', () => {
  expect(explainedText(explain('REPLICAS_IP'))).toMatchInlineSnapshot(`
    "CLUSTER_DB_REPLICA_HOSTS
      The replicas: [name=]host[:port], separated by commas. \`dbctl add-replica\`
      adds to it.

      takes        [name=]host[:port], separated by commas
      default      none
      example      pg2=10.0.0.12,pg3=10.0.0.13
      also         REPLICAS_IP
      part of      DATABASE_REPLICA_<n>_HOST, DATABASE_REPLICA_<n>_PORT
      topic        The cluster and its hosts
    "
  `);
  expect(explainedText(explain('MINIO_SECRET_KEY'))).toMatchInlineSnapshot(`
    "MINIO_SECRET_KEY
      The key to that id, 8 to 40 characters (up to 128 where the store is not
      minio). It may touch this bucket only.

      takes        8 to 128 printable ASCII characters without spaces
      default      not set
      also         S3_SECRET_KEY
      from a file  MINIO_SECRET_KEY_FILE=/path/of/it (mode 600)
      topic        Backups
    "
  `);
  expect(explainedText(explain('DATABASE_URL'))).toMatchInlineSnapshot(`
    "DATABASE_URL
      The application's connection: the writer's login, and the host, port and
      database of the primary.

      takes        postgres://user:password@host:port/database; in the user and the
                   password each of : / ? # [ ] @ % as %3A, %2F and so on
      example      DATABASE_URL=postgres://shop_app:…@10.0.0.11:5432/shop
      means        CLUSTER_DB_PRIMARY_HOST, POSTGRES_DB, POSTGRES_APP_USER,
                   POSTGRES_APP_PASSWORD
      from a file  DATABASE_URL_FILE=/path/of/it (mode 600)
      topic        Names that applications have
    "
  `);
});

test('nothing that is explained is wider than 80 columns', () => {
  const texts = [explainedList(explainAll()), ...explainAll().map(explainedText)];

  expect(texts.flatMap((text) => text.split('\n')).filter((line) => line.length > 80)).toEqual([]);
});
