import { expect, test } from 'vitest';
import { render } from '../../../src/model/render.ts';

const template = 'etc/postgresql/pg_hba.conf';
const values = { cluster: 'shop', replication_rules: 'r', client_rules: 'c' };

test('a template is filled, and says who wrote it', () => {
  expect(render(template, values).split('\n')[0]).toBe(
    '# Written by dbctl for cluster shop; changes made here are lost. Edit CLUSTER_ALLOWED_CIDRS in .env.cluster instead.',
  );
});

test('a value is data: it is not read as a template or a pattern', () => {
  const odd = `{{ cluster }} $& $1 $$ \\n`;

  expect(render(template, { ...values, client_rules: odd })).toContain(odd);
});

test('a missing value throws', () => {
  expect(() => render(template, { cluster: 'shop', replication_rules: 'r' })).toThrow(
    'etc/postgresql/pg_hba.conf needs a value for client_rules',
  );
});

test('an unused value throws', () => {
  expect(() => render(template, { ...values, colour: 'red', size: '1' })).toThrow(
    'etc/postgresql/pg_hba.conf never uses colour, size',
  );
});

test('a template that does not exist throws', () => {
  expect(() => render('etc/nothing', {})).toThrow('ENOENT');
});
