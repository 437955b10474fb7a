import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chooseReplicas, replicasAmong } from '../../../src/replication/choose-replicas.ts';
import { ConfigError } from '../../../src/model/errors.ts';
import { fileOf, temporaryFile } from '../../support/cluster-file.ts';
import { configuredReplicas, ledAsConfigured, ledBy } from '../../../src/model/cluster.ts';

const replicas = 'pg2=10.0.0.12,pg3=10.0.0.13:6000';
const withReplicas = (): string => temporaryFile(fileOf({ CLUSTER_DB_REPLICA_HOSTS: replicas }));
function choose(file: string, ...named: readonly string[]) {
  const chosen = chooseReplicas(file, named);
  const cluster = ledAsConfigured(chosen.cluster);
  return { cluster, replicas: replicasAmong(cluster, chosen.named) };
}

const names = (nodes: readonly { name: string }[]): readonly string[] => nodes.map(({ name }) => name);

test.each([
  ['none is named, so all are meant', [], ['pg2', 'pg3']],
  ['by name', ['pg3'], ['pg3']],
  ['by host', ['10.0.0.12'], ['pg2']],
  ['by host and port', ['10.0.0.13:6000'], ['pg3']],
  ['as it is written in the file', ['pg3=10.0.0.13:6000'], ['pg3']],
  ['as it was first added', ['pg2=10.0.0.12'], ['pg2']],
  ['one under two names is one', ['pg2', '10.0.0.12'], ['pg2']],
  ['in the order of the command line', ['pg3', 'pg2'], ['pg3', 'pg2']],
])('%s', (_reason, named, chosen) => {
  const { cluster, replicas: found } = choose(withReplicas(), ...named);

  expect(names(found)).toEqual(chosen);
  expect(names(configuredReplicas(cluster))).toEqual(['pg2', 'pg3']);
});

test('a new one is in the cluster, and not in the file yet', () => {
  const file = withReplicas();

  const { cluster, replicas: found } = choose(file, 'pg4=10.0.0.14', 'pg2');

  expect(found[0]).toEqual({ name: 'pg4', host: '10.0.0.14', port: 5432 });
  expect(names(configuredReplicas(cluster))).toEqual(['pg2', 'pg3', 'pg4']);
  expect(readFileSync(file, 'utf8')).not.toContain('pg4');
});

test.each([
  ['the primary by name', 'pg1', 'pg1 is the primary'],
  ['the primary by address', '10.0.0.11', 'pg1 is the primary'],
  ['the primary under another name', 'pg9=10.0.0.11', '10.0.0.11:5432 is given twice'],
  ['a replica under another name', 'pg9=10.0.0.12', '10.0.0.12:5432 is given twice'],
  ['a name that another host has', 'pg2=10.0.0.99', 'need different names'],
  ['a new one that is named twice', 'pg4=10.0.0.14,pg4=10.0.0.14', 'is not a node'],
  ['an option', '-oProxyCommand=id', 'is not a node'],
  ['a command', '$(id)', 'is not a node'],
  ['nothing', '', 'is not a node'],
])('%s is refused', (_reason, named, words) => {
  let error: unknown;
  try {
    choose(withReplicas(), named);
  } catch (thrown) {
    error = thrown;
  }

  expect(error).toBeInstanceOf(ConfigError);
  expect(`${(error as ConfigError).message}\n${(error as ConfigError).why}`).toContain(words);
});

test('a file without replicas needs a name', () => {
  expect(() => choose(temporaryFile(fileOf()))).toThrow(
    expect.objectContaining({
      message: 'there is no replica to add',
      next: ['name one: dbctl add-replica pg2=10.0.0.12'],
    }),
  );
});

test('where another node leads, the primary of the file is a replica like any other', () => {
  const { cluster } = chooseReplicas(withReplicas(), []);
  const [pg1, pg2, pg3] = cluster.nodes;
  const led = ledBy(cluster, pg2!);

  expect(replicasAmong(led, [])).toEqual([pg1, pg3]);
  expect(replicasAmong(led, [pg1!])).toEqual([pg1]);
  expect(() => replicasAmong(led, [pg2!])).toThrow('pg2 is the primary');
});
