// Somebody promotes a second node. Whatever is typed, both are named, and none of them is touched.

import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../support/e2e.ts';
import { expectClear } from '../../support/faults.ts';
import { expectExit, succeed } from '../../support/story.ts';

const nodes = ['pg2', 'pg3'] as const;

export function twoPrimaries(theLab: () => Lab, addressOf: (name: string) => string): void {
  let lab: Lab;
  let before: readonly string[];

  /** When the servers were started, and read their files. */
  const lives = (): Promise<readonly string[]> =>
    Promise.all(nodes.map((node) => lab.sql(node, 'select pg_postmaster_start_time(), pg_conf_load_time()')));
  /** The files of dbctl and of PostgreSQL's settings. */
  const files = (host: string): Promise<string> =>
    lab.shell(
      host,
      `find /etc -path '*dbctl*' -o -path '/etc/postgresql/*' | xargs ls -ld --time-style=full-iso`,
    );
  const state = async (): Promise<readonly string[]> => [
    ...(await lives()),
    ...(await Promise.all([...nodes, 'control'].map(files))),
  ];

  beforeAll(async () => {
    lab = theLab();
    expect(await lab.sql('pg3', 'select pg_promote()')).toBe('t');
    before = await state();
  });

  test.each([
    ['up'],
    ['plan'],
    ['restart', '--yes'],
    ['roles', 'apply'],
    ['add-replica'],
    ['reinit', 'pg3', '--yes'],
    ['remove-replica', 'pg1', '--yes'],
    ['init-primary'],
    ['backup', 'run'],
    ['backup', 'setup'],
    ['backup', 'restore', '--in-place', '--yes'],
    ['certs', 'rotate'],
  ])('%s %s %s is refused with both named', async (...typed) => {
    const refused = await lab.dbctl(...typed.filter((word) => word !== undefined));

    expectClear(
      lab,
      refused,
      4,
      '2 primaries: pg2 and pg3',
      addressOf('pg2'),
      addressOf('pg3'),
      'timeline 3',
    );
    expect(await state()).toEqual(before);
  });

  test('status shows both, and says so', async () => {
    const { stdout, stderr } = await succeed(lab, 'status');

    expect(stderr).toMatch(/2 primaries: pg2 .*; pg3 /);
    expect(stdout).toMatch(/^pg3 .*primary! +running +\S+ +3 /m);
    const checked = await lab.dbctl('status', '--check');
    expectExit(checked, 2);
    expect(checked.stdout).toMatch(/^CRITICAL pg2 and pg3 both take writes/m);
  });

  // Its copy was seen not to start where both had sent WAL to one repository (docs/primary.md), so that is not asked for.
  test('of the one that is stopped it is named what only it has', async () => {
    await lab.shell('pg3', 'pg_ctlcluster 17 main stop -m fast');

    expectClear(lab, await lab.dbctl('reinit', 'pg3'), 8, 'pg3 was a primary, on timeline 3');
    expect(await lab.sql('pg2', 'select pg_is_in_recovery()')).toBe('f');
  });
}
