import { expect, test } from 'vitest';
import {
  askEnd,
  backupInfo,
  complaintsOf,
  parseEnd,
  pgbackrest,
  pgbackrestVersion,
} from '../../../src/backup/pgbackrest-query.ts';
import { quote } from '../../../src/host/quote.ts';
import { infoWithoutBackups } from './pgbackrest-samples.ts';

const place = { config: '/etc/dbctl/shop/pg1/pgbackrest.conf', stanza: 'shop' };

test('a command names its configuration and its stanza, and talks to its standard output only', () => {
  expect(quote(pgbackrest(place, 'backup', '--type=full'))).toMatchInlineSnapshot(
    `"/usr/bin/pgbackrest --config=/etc/dbctl/shop/pg1/pgbackrest.conf --stanza=shop --log-level-console=info --log-level-stderr=off --log-level-file=off --type=full backup"`,
  );
});

test('a command that may end badly is asked as postgres, and its exit code is the last line', () => {
  const asked = askEnd(pgbackrest(place, 'check'));

  expect(asked).toMatchObject({ asUser: 'postgres', timeoutMs: 120_000 });
  expect(asked.argv.slice(0, 5)).toEqual([
    'sh',
    '-c',
    '"$@" 2>&1; echo "exit $?"',
    'sh',
    '/usr/bin/pgbackrest',
  ]);
  expect(askEnd(['x'], 5).timeoutMs).toBe(5);
});

test.each([
  ['exit 0\n', { exitCode: 0, complaints: [] }],
  ['exit 28', { exitCode: 28, complaints: [] }],
  ['P00  ERROR: [028]: exit 3 of it\nexit 28\n', { exitCode: 28, complaints: ['[028]: exit 3 of it'] }],
])('%j ended so', (stdout, end) => {
  expect(parseEnd(stdout)).toEqual(end);
});

test.each(['', 'P00   INFO: check command begin\n', 'exit \n', 'exit 1\nmore'])(
  '%j never ended',
  (stdout) => {
    expect(() => parseEnd(stdout)).toThrow('without an exit code');
  },
);

const said = `2026-11-21 10:00:00.123 P00   INFO: check command begin 2.55.1: --config=/etc/x
2026-11-21 10:00:00.200 P00   WARN: unable to check pg1: [HostConnectError] unable to connect to '10.0.0.11:8432'
                                    [RETRY DETAIL OMITTED]

2026-11-21 10:00:01.300 P00   INFO: check repo1 (standby)
    HINT: of what is no complaint
2026-11-21 10:00:02.000 P00  ERROR: [056]: unable to find primary cluster - cannot proceed
                                    HINT: are all available clusters in recovery?
2026-11-21 10:00:02.001 P00   INFO: check command end: aborted with exception [056]
`;

test('complaints are warnings and errors, with the lines that go on below them', () => {
  expect(complaintsOf(said)).toEqual([
    "unable to check pg1: [HostConnectError] unable to connect to '10.0.0.11:8432'",
    '[RETRY DETAIL OMITTED]',
    '[056]: unable to find primary cluster - cannot proceed',
    'HINT: are all available clusters in recovery?',
  ]);
});

test.each([
  ['', []],
  ['pgbackrest: not found\n', []],
  ['P01   WARN: of a worker', ['of a worker']],
])('of %j the complaints are %j', (text, complaints) => {
  expect(complaintsOf(text)).toEqual(complaints);
});

test('the version is read by an account without rights; none is no failure', () => {
  const asked = pgbackrestVersion();

  expect(asked.asUser).toBe('nobody');
  expect(asked.parse('pgBackRest 2.55.1\n')).toBe('2.55.1');
  expect(asked.parse('')).toBeUndefined();
});

test('what is in the repository is asked as JSON, and nothing else is on its standard output', () => {
  const asked = backupInfo(place);

  expect(asked.argv).toEqual(expect.arrayContaining(['--output=json', '--log-level-console=off', 'info']));
  expect(asked.asUser).toBe('postgres');
  expect(asked.parse(infoWithoutBackups)?.backups).toEqual([]);
  expect(asked.parse('[]')).toBeUndefined();
});
