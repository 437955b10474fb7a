import { expect, test } from 'vitest';
import { isServerWide, overridden, overridesOf, overrideText } from '../../../src/server/overrides.ts';
import type { Outside } from '../../../src/postgres/file-settings.ts';
import { pg1, primary } from '../../support/shop.ts';

const wanted = new Map([
  ['work_mem', "'16MB'"],
  ['search_path', `'"$user", ''a'''`],
]);
const found = (outside: Partial<Outside>) =>
  overridesOf({
    node: pg1,
    instance: primary,
    wanted,
    outside: [
      {
        name: 'work_mem',
        value: '64MB',
        by: 'ALTER SYSTEM',
        place: '/data/postgresql.auto.conf:3',
        ...outside,
      },
    ],
  });

const psql = 'runuser -u postgres -- psql -p 5432';

test.each([
  [
    { by: 'ALTER SYSTEM' },
    'work_mem is 64MB, not 16MB: ALTER SYSTEM (/data/postgresql.auto.conf:3)',
    `${psql} -c 'alter system reset work_mem' -c 'select pg_reload_conf()'`,
  ],
  [
    { by: 'file', place: '/etc/z.conf:1' },
    'work_mem is 64MB, not 16MB: /etc/z.conf:1',
    `take work_mem out of /etc/z.conf:1, then: ${psql} -c 'select pg_reload_conf()'`,
  ],
  [
    { by: 'role', place: 'role app in database shop' },
    'work_mem is 64MB for role app in database shop, not 16MB: ALTER ROLE',
    `${psql} -c 'alter role app in database shop reset work_mem'`,
  ],
  [
    { by: 'role', place: 'database shop' },
    'work_mem is 64MB for database shop, not 16MB: ALTER DATABASE',
    `${psql} -c 'alter database shop reset work_mem'`,
  ],
  [
    { by: 'command line', place: 'command line' },
    'work_mem is 64MB, not 16MB: command line',
    `take work_mem out of pg_ctl_options in ${primary.configDirectory}/pg_ctl.conf, then restart the server`,
  ],
] as const)('%j is named, with the line that ends it', (outside, text, end) => {
  const [one] = found(outside);

  expect(overrideText(one!)).toBe(text);
  expect(one!.end).toBe(end);
});

test.each([
  ['a parameter that dbctl does not set', { name: 'effective_cache_size' }],
  ['the value that dbctl sets too', { value: '16MB' }],
  ['the same with quotes in it', { name: 'search_path', value: `"$user", 'a'` }],
])('%s is nobody else’s business', (_reason, outside) => {
  expect(found(outside)).toEqual([]);
});

test('what holds for the whole server is an error, what holds for a role is none', () => {
  expect(found({ by: 'role', place: 'role app' }).filter(isServerWide)).toEqual([]);
  expect(overridden(found({ by: 'role', place: 'role app' }))).toBeUndefined();
  expect(overridden(found({}))).toMatchObject({
    exitCode: 6,
    message: expect.stringContaining('pg1'),
    next: [expect.stringContaining('on pg1: runuser'), expect.any(String)],
  });
});
