import { expect, test } from 'vitest';
import { changedParameters, parametersIn } from '../../../src/server/parameters.ts';

test('parameters are read as PostgreSQL writes them', () => {
  const text = [
    `# comment = 1`,
    `work_mem = '4MB'   # why`,
    `Max_Connections=100`,
    `port 5432`,
    `application_name = 'it''s = #1'`,
    `my.own = on`,
    `work_mem = '8MB'`,
  ].join('\n');

  expect(Object.fromEntries(parametersIn(text))).toEqual({
    work_mem: `'8MB'`,
    max_connections: '100',
    port: '5432',
    application_name: `'it''s = #1'`,
    'my.own': 'on',
  });
});

test.each([
  ['a = 1', 'a = 1', []],
  ['a = 1', 'a = 2', ['a']],
  ['', 'b = 1\na = 1', ['a', 'b']],
  ['a = 1', '# a = 1', ['a']],
  ['a = 1\n# x', 'a = 1\n# y', []],
])('from %j to %j', (before, after, changed) => {
  expect(changedParameters(before, after)).toEqual(changed);
});
