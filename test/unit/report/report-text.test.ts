import { expect, test } from 'vitest';
import { reportText } from '../../../src/report/report-text.ts';

test('a report says where it is, what is in it, and which host is missing', () => {
  const text = reportText({
    file: 'report.tar.gz',
    bytes: 60_000,
    files: 95,
    hosts: [
      { name: 'pg1', problem: null, files: 31 },
      { name: 'pg2', problem: `10.0.0.12 cannot be reached over SSH ${'and so on '.repeat(10)}`, files: 1 },
    ],
  });

  expect(text).toMatchInlineSnapshot(`
    "report.tar.gz
    59 kB, 95 files, readable by you alone (mode 0600)

      pg1  31 files
      pg2  not reached: 10.0.0.12 cannot be reached over SSH and so on and so on an…

    Secrets are replaced by [secret]; keys and password files stayed on their hosts.
    Look through it before you give it away: tar -tzf report.tar.gz
    "
  `);
});
