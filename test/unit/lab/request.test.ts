import { describe, expect, test } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import { checkSame, readRequest } from '../../../src/lab/request.ts';
import { exampleLab } from './example-lab.ts';

describe('a lab that is already there', () => {
  test('is accepted when nothing else was said', () => {
    expect(() => checkSame(readRequest({ name: 'lab' }), exampleLab)).not.toThrow();
  });

  test('is accepted when the same was said', () => {
    const flags = {
      name: 'lab',
      hosts: 'control,pg1,pg2',
      network: '10.77.0.0/24',
      release: 'trixie',
      dir: '/srv/x',
    };

    expect(() => checkSame(readRequest(flags), exampleLab)).not.toThrow();
  });

  test.each([
    ['hosts', { hosts: 'pg1' }],
    ['order of hosts', { hosts: 'pg1,control,pg2' }],
    ['PostgreSQL', { bare: true }],
    ['release', { release: 'bookworm' }],
    ['network', { network: '10.77.1.0/24' }],
    ['way out', { online: true }],
    ['directory', { dir: '/elsewhere' }],
  ])('is refused when another %s was asked for', (_, flags) => {
    expect(() => checkSame(readRequest({ name: 'lab', ...flags }), exampleLab)).toThrow(RefusedError);
  });
});

test.each(['sid', 'jammy', '', 'toString'])('the release %j is refused', (release) => {
  expect(() => readRequest({ name: 'lab', release })).toThrow('no Debian release');
});
