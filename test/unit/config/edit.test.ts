import { readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import {
  addReplica,
  appendReplica,
  leadingText,
  takeOutReplica,
  withoutReplica,
  writeNode,
} from '../../../src/config/edit.ts';
import { loadCluster } from '../../../src/config/load.ts';
import { fileOf, problemsOf, temporaryFile } from '../../support/cluster-file.ts';
import { configuredReplicas } from '../../../src/model/cluster.ts';

const whole = (line: string, ending: string): string =>
  ['# head', 'P=x', line.replace('R', 'CLUSTER_DB_REPLICA_HOSTS'), "# it's the end"].join(ending);

test.each([
  ['R=a', 'R=a,pg4=b:1'],
  ['R=a,c', 'R=a,c,pg4=b:1'],
  ['R=a, c', 'R=a, c, pg4=b:1'],
  ['R=', 'R=pg4=b:1'],
  ["R=''", "R='pg4=b:1'"],
  ["  export R = 'a' # keep", "  export R = 'a,pg4=b:1' # keep"],
  ['R="a"', 'R="a,pg4=b:1"'],
  ['R=`a`', 'R=`a,pg4=b:1`'],
  ['R=a   # keep', 'R=a,pg4=b:1   # keep'],
  ['R= # keep', 'R= pg4=b:1 # keep'],
  ['R=a  ', 'R=a,pg4=b:1  '],
])('%s becomes %s', (before, after) => {
  for (const ending of ['\n', '\r\n', '\n\n']) {
    expect(addReplica(whole(before, ending), 'pg4=b:1')).toBe(whole(after, ending));
  }
});

test.each([
  ['CLUSTER_DB_PRIMARY_HOST=a\nB=c\n', 'CLUSTER_DB_PRIMARY_HOST=a\nCLUSTER_DB_REPLICA_HOSTS=b\nB=c\n'],
  ['PRIMARY_IP=a\r\n#x\r\n', 'PRIMARY_IP=a\r\nCLUSTER_DB_REPLICA_HOSTS=b\r\n#x\r\n'],
  ['CLUSTER_DB_PRIMARY_HOST=a', 'CLUSTER_DB_PRIMARY_HOST=a\nCLUSTER_DB_REPLICA_HOSTS=b\n'],
  [
    '# CLUSTER_DB_REPLICA_HOSTS=x\nCLUSTER_DB_PRIMARY_HOST=a\n',
    '# CLUSTER_DB_REPLICA_HOSTS=x\nCLUSTER_DB_PRIMARY_HOST=a\nCLUSTER_DB_REPLICA_HOSTS=b\n',
  ],
  ['REPLICAS_IP=x\n', 'REPLICAS_IP=x,b\n'],
  ['', 'CLUSTER_DB_REPLICA_HOSTS=b\n'],
])('a file without the setting gets it behind the primary: %j', (before, after) => {
  expect(addReplica(before, 'b')).toBe(after);
});

test('a node is written so that it is read back', () => {
  expect(writeNode({ name: 'pg2', host: 'fd00::2', port: 5432 })).toBe('pg2=[fd00::2]:5432');
});

test('the file is replaced with its mode, through a symbolic link, leaving nothing beside it', () => {
  const file = temporaryFile(fileOf(), 0o400);
  const link = `${file}.link`;
  symlinkSync(file, link);

  const cluster = appendReplica(link, { name: 'pg2', host: '10.0.0.12', port: 5432 });

  expect(configuredReplicas(cluster)).toEqual([{ name: 'pg2', host: '10.0.0.12', port: 5432 }]);
  expect(readFileSync(file, 'utf8')).toContain('CLUSTER_DB_REPLICA_HOSTS=pg2=10.0.0.12:5432\n');
  expect(statSync(file).mode & 0o777).toBe(0o400);
  expect(readdirSync(dirname(file))).toHaveLength(2);
});

test('a node that is there already is refused and the file stays as it is', () => {
  const file = temporaryFile(fileOf());

  const problems = problemsOf(() => appendReplica(file, { name: 'pg9', host: '10.0.0.11', port: 5432 }));

  expect(problems).toContain('10.0.0.11:5432 is given twice');
  expect(readFileSync(file, 'utf8')).toBe(fileOf());
});

const withLine = (line: string): string =>
  `# head\n${fileOf()}${line.replace('R', 'CLUSTER_DB_REPLICA_HOSTS')}\n# it's the end`;

const pg2 = { name: 'pg2', host: '10.0.0.12', port: 5432 };

test.each([
  ['R=pg2=10.0.0.12', 'R='],
  ['R=pg2=10.0.0.12,pg3=10.0.0.13', 'R=pg3=10.0.0.13'],
  ['R=pg2=10.0.0.12, pg3=10.0.0.13', 'R=pg3=10.0.0.13'],
  ['R=pg3=10.0.0.13, pg2=10.0.0.12:5432', 'R=pg3=10.0.0.13'],
  ['R=pg3=10.0.0.13, pg2=10.0.0.12, pg4=10.0.0.14 # keep', 'R=pg3=10.0.0.13, pg4=10.0.0.14 # keep'],
  ["  export R = 'pg2=10.0.0.12,pg3=10.0.0.13'  # keep", "  export R = 'pg3=10.0.0.13'  # keep"],
  ['R="pg2=10.0.0.12"', 'R=""'],
  ['R=b=10.0.0.12:5433,pg2=10.0.0.12', 'R=b=10.0.0.12:5433'],
])('%s becomes %s when pg2 is taken out', (before, after) => {
  const found = withoutReplica(temporaryFile(withLine(before)), pg2);

  expect(found.text).toBe(withLine(after));
  expect(configuredReplicas(found.cluster).map(({ name }) => name)).not.toContain('pg2');
});

test('what probe checks does not name it any more either', () => {
  const file = temporaryFile(
    fileOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13', CLUSTER_DB_HOSTS: 'pg1,pg2' }),
  );

  const { cluster } = withoutReplica(file, pg2);

  expect(cluster.probed.map(({ name }) => name)).toEqual(['pg1']);
});

test('an empty list of what probe checks stays empty', () => {
  const file = temporaryFile(`${fileOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' })}CLUSTER_DB_HOSTS=\n`);

  expect(withoutReplica(file, pg2).text).toMatch(/^CLUSTER_DB_HOSTS=$/m);
});

test('unnamed nodes of one host are told apart by their place in the list', () => {
  const hosts = '10.0.0.12,10.0.0.12:5433';
  const file = temporaryFile(fileOf({ CLUSTER_DB_REPLICA_HOSTS: hosts }));
  const [, second] = configuredReplicas(loadCluster(file));

  const { cluster } = withoutReplica(file, second!);

  expect(configuredReplicas(cluster)).toEqual([{ name: 'node-10-0-0-12', host: '10.0.0.12', port: 5432 }]);
});

test('a replica is taken out of the file itself, with its mode, leaving nothing beside it', () => {
  const file = temporaryFile(fileOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' }), 0o400);

  expect(configuredReplicas(takeOutReplica(file, pg2))).toEqual([]);
  expect(readFileSync(file, 'utf8')).toContain('CLUSTER_DB_REPLICA_HOSTS=\n');
  expect(statSync(file).mode & 0o777).toBe(0o400);
  expect(readdirSync(dirname(file))).toHaveLength(1);
});

test('one that is not there is an error, and the file stays as it is', () => {
  const file = temporaryFile(fileOf());

  expect(() => takeOutReplica(file, pg2)).toThrow('pg2 cannot be taken out of');
  expect(readFileSync(file, 'utf8')).toBe(fileOf());
});

const numbered = ['DATABASE_REPLICA_1_HOST=10.0.0.12', 'DATABASE_REPLICA_1_PORT=5432', 'X=1', ''];

test.each([
  ['node-10-0-0-13=10.0.0.13:5432', '10.0.0.13'],
  ['pg3=10.0.0.13:5432', 'pg3=10.0.0.13'],
  ['pg3=[fd00::3]:5432', 'pg3=[fd00::3]'],
])('behind numbered replicas, %s gets a number too', (entry, host) => {
  for (const ending of ['\n', '\r\n']) {
    const added = [`DATABASE_REPLICA_2_HOST=${host}`, 'DATABASE_REPLICA_2_PORT=5432'];
    expect(addReplica(numbered.join(ending), entry)).toBe(numbered.toSpliced(2, 0, ...added).join(ending));
  }
});

test('a file that has the replicas in two ways has them in both afterwards, and in none when they go', () => {
  const lines = { DATABASE_REPLICA_7_HOST: "'10.0.0.12' # first", REPLICAS_IP: 'pg2=10.0.0.12' };
  const file = temporaryFile(fileOf(lines));
  const before = readFileSync(file, 'utf8');
  const node = { name: 'pg3', host: '10.0.0.13', port: 5433 };

  expect(configuredReplicas(appendReplica(file, node)).map(({ name }) => name)).toEqual(['pg2', 'pg3']);
  expect(readFileSync(file, 'utf8')).toContain(
    '\nDATABASE_REPLICA_8_HOST=pg3=10.0.0.13\nDATABASE_REPLICA_8_PORT=5433\n',
  );

  expect(configuredReplicas(takeOutReplica(file, node)).map(({ name }) => name)).toEqual(['pg2']);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

const lines = (one: string, more: string): string =>
  `# head\n${fileOf({ CLUSTER_DB_PRIMARY_HOST: undefined })}CLUSTER_DB_PRIMARY_HOST=${one}\nCLUSTER_DB_REPLICA_HOSTS=${more}\n# it's the end`;

test.each([
  ['pg1=10.0.0.11', 'pg2=10.0.0.12', 'pg2=10.0.0.12:5432', 'pg1=10.0.0.11:5432'],
  [
    'pg1=10.0.0.11 # leads',
    '"pg3=10.0.0.13, pg2=10.0.0.12"',
    'pg2=10.0.0.12:5432 # leads',
    '"pg3=10.0.0.13, pg1=10.0.0.11:5432"',
  ],
  [
    '10.0.0.11',
    '10.0.0.12,10.0.0.13',
    'node-10-0-0-12=10.0.0.12:5432',
    'node-10-0-0-11=10.0.0.11:5432,10.0.0.13',
  ],
])(
  'with %s and %s, another node is named as the primary, comments kept',
  (primary, replicas, now, others) => {
    const file = temporaryFile(lines(primary, replicas));
    const node = loadCluster(file).nodes.find(({ host }) => host === '10.0.0.12')!;

    const found = leadingText(file, node);

    expect(found.text).toBe(lines(now, others));
    expect(found.cluster.configuredPrimary.name).toBe(node.name);
    expect(readFileSync(file, 'utf8')).toBe(lines(primary, replicas));
  },
);

test('a file that names the node already stays as it is', () => {
  const file = temporaryFile(fileOf({ CLUSTER_DB_PRIMARY_HOST: 'pg2=10.0.0.12' }));

  expect(leadingText(file, pg2).text).toBe(readFileSync(file, 'utf8'));
});

test('nodes that stand there in another way are left to a person, who is told what to write', () => {
  const other = `${fileOf()}DATABASE_REPLICA_1_HOST=pg2=10.0.0.12\n`;

  expect(problemsOf(() => leadingText(temporaryFile(other), pg2))).toContain(
    'CLUSTER_DB_PRIMARY_HOST=pg2=10.0.0.12:5432 and CLUSTER_DB_REPLICA_HOSTS=',
  );
});
