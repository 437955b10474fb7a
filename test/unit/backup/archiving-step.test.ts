import { expect, test } from 'vitest';
import { UnverifiedError } from '../../../src/model/errors.ts';
import { acceptsConnections } from '../../../src/postgres/instance.ts';
import { askEnd, ioTimeout10s, pgbackrest } from '../../../src/backup/pgbackrest-query.ts';
import { newestChange } from '../../../src/system/paths.ts';
import { verifyArchiving } from '../../../src/backup/verify-archiving-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { archiver } from '../../support/probe-facts.ts';
import { answering, json, when, whenSql, yesOrNo } from '../../support/answering.ts';
import { backedUpShop, ended, plan, primary, run } from '../../support/shop.ts';

const { cluster, backup } = backedUpShop();
const controlConfig = '/etc/dbctl/shop/_pgbackrest/control.conf';
const nodeConfig = '/etc/dbctl/shop/pg1/pgbackrest.conf';
const check = (config: string) => askEnd(pgbackrest({ config, stanza: 'shop' }, 'check', ioTimeout10s));

const facts = {
  ...archiver,
  isInRecovery: false,
  lastArchivedAt: 1000,
  lastFailedAt: null,
  lastFailedWal: null,
  failedCount: 0,
  library: '',
  oldestWaiting: null,
  walFileBytes: 16_777_216,
  currentWal: null,
};

interface Scene {
  /** What pgBackRest's checks end with, one after the other; the last one again and again. */
  readonly ends?: readonly string[];
  readonly archived?: object;
  readonly loadedAt?: number;
  readonly configuredAt?: number;
  readonly runs?: boolean;
}

/** A primary and its control host; a check that ends well counts as an archived file. */
function scene({ ends = [ended(0)], archived = {}, loadedAt = 900, configuredAt = 800, runs = true }: Scene) {
  let now = { ...facts, ...archived };
  const left = [...ends];
  const checked: string[] = [];
  const checks = (config: string) =>
    when(check(config), () => {
      checked.push(config);
      const end = left.length > 1 ? left.shift()! : left[0]!;
      if (end === ended(0)) now = { ...now, lastArchivedAt: 2000 };
      return end;
    });
  const control = fakeHost(
    {},
    answering(when(newestChange([controlConfig]), String(configuredAt)), checks(controlConfig)),
    'control',
  );
  const pg1 = fakeHost(
    {},
    answering(
      when(newestChange([nodeConfig]), String(configuredAt)),
      checks(nodeConfig),
      when(acceptsConnections(primary), yesOrNo(runs)),
      whenSql('pg_stat_archiver', () => (runs ? json(now) : 'not running\n')),
      whenSql('pg_conf_load_time', json({ loadedAt, pendingRestart: [], errors: [] })),
    ),
  );
  return { step: verifyArchiving(cluster, backup, control.host), host: pg1.host, checked };
}

test('a file that was archived since the settings were loaded is proof, and nothing is switched', async () => {
  const { step, host, checked } = scene({});

  expect((await run(step, host)).status).toBe('in place');
  expect(checked).toEqual([]);
});

test.each<[string, Scene]>([
  ['nothing was archived yet', { archived: { lastArchivedAt: null } }],
  ['the settings were loaded since', { loadedAt: 1001 }],
  ['a configuration was written since', { configuredAt: 1001 }],
  ['the archiver failed since', { archived: { lastFailedAt: 1001, lastFailedWal: '9', failedCount: 1 } }],
])('when %s, it is seen from the control host and then from the primary', async (_why, story) => {
  const { step, host, checked } = scene(story);

  expect((await run(step, host)).changes).toEqual(['see WAL arrive in the repository']);
  expect(checked).toEqual([controlConfig, nodeConfig]);
});

test.each<[string, Scene]>([
  ['there is no configuration', { configuredAt: 0 }],
  ['no server answers', { runs: false }],
])('before %s, it is a plan', async (_why, story) => {
  const { step, host } = scene(story);

  expect(await plan(step, host)).toEqual({
    status: 'planned',
    changes: ['see WAL arrive in the repository'],
  });
});

test('a file that the old command let go is waited for once more', async () => {
  const { step, host, checked } = scene({ loadedAt: 1001, ends: [ended(82, 'late'), ended(0)] });

  expect((await run(step, host)).status).toBe('changed');
  expect(checked).toEqual([controlConfig, controlConfig, nodeConfig]);
});

test.each<[string, Scene, string]>([
  ['that never failed', { loadedAt: 1001 }, 'WAL did not arrive'],
  [
    'that failed',
    { archived: { lastFailedAt: 1001, lastFailedWal: '000000010000000000000008', failedCount: 3 } },
    'WAL did not arrive\nthe archiver failed 3 times, last for 000000010000000000000008',
  ],
])('WAL that does not arrive is told, with what the archiver says %s', async (_how, story, why) => {
  const { step, host } = scene({ ...story, ends: [ended(56, 'WAL did not arrive')] });
  const failed = run(step, host);

  await expect(failed).rejects.toThrow(UnverifiedError);
  await expect(failed).rejects.toMatchObject({ why });
});
