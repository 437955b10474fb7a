import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkLinks } from '../../../src/backup/link-check-query.ts';

const config = join(mkdtempSync(join(tmpdir(), 'dbctl-')), 'control.conf');
writeFileSync(config, '[shop]\npg1-host=a\npg2-host=b\npg2-host-port=1\npg3-host=c\nrepo1-path=/pg1-x\n');

test('with every node it is the check of that very configuration, in an empty place', () => {
  const { argv } = checkLinks({ config, stanza: 'shop' }, { numbers: [1, 2], all: 2 }, '--io-timeout=2');

  expect(argv.slice(4)).toEqual([
    '/usr/bin/pgbackrest',
    `--config=${config}`,
    ...['--stanza=shop', '--log-level-console=info', '--log-level-stderr=off', '--log-level-file=off'],
    ...['--repo1-path=/dbctl-check-of-links', '--io-timeout=2', 'check'],
  ]);
});

test.each([
  [[2], '[shop]\npg1-host=b\npg1-host-port=1\nrepo1-path=/pg1-x\n'],
  [[1, 3], '[shop]\npg1-host=a\npg2-host=c\nrepo1-path=/pg1-x\n'],
])('with the nodes %j the others are not in the configuration', (numbers, seen) => {
  const { argv } = checkLinks({ config, stanza: 'shop' }, { numbers, all: 3 });
  const asked = argv.slice(4);
  const inner = asked.slice(0, asked.indexOf('/usr/bin/pgbackrest'));

  expect(asked).toContain('--config=/dev/stdin');
  expect(execFileSync(inner[0]!, [...inner.slice(1), 'cat'], { encoding: 'utf8' })).toBe(seen);
});
