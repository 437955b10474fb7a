import { expect, test } from 'vitest';
import { splitStatements } from '../../../src/postgres/split-statements.ts';

const texts = (sql: string): readonly string[] => splitStatements(sql).map((one) => one.sql);

test('statements end at semicolons, and the last needs none', () => {
  expect(splitStatements('select 1;\n\n  select\n 2 ;;select 3')).toEqual([
    { line: 1, sql: 'select 1' },
    { line: 3, sql: 'select\n 2' },
    { line: 4, sql: 'select 3' },
  ]);
});

test.each([
  ["select ';' ; select 2", ["select ';'", 'select 2']],
  ["select 'it''s;' ; x", ["select 'it''s;'", 'x']],
  ["select E'\\';' ; x", ["select E'\\';'", 'x']],
  ["select '\\'; x", ["select '\\'", 'x']],
  ['select ";""" ; x', ['select ";"""', 'x']],
  ['select $$;$$; x', ['select $$;$$', 'x']],
  ['select $a$ $$;$b$ $a$; x', ['select $a$ $$;$b$ $a$', 'x']],
  ['select a$b; select c$b', ['select a$b', 'select c$b']],
  ['select $1; x', ['select $1', 'x']],
  ['select 1 -- ; no\n; x', ['select 1', 'x']],
  ['/* ; /* ; */ ; */ select 1; x', ['select 1', 'x']],
  ['select 1 /* open ;', ['select 1']],
  ["select 'open ;", ["select 'open ;"]],
  ['-- nothing\n ; /* here */', []],
])('%s', (sql, expected) => {
  expect(texts(sql)).toEqual(expected);
});
