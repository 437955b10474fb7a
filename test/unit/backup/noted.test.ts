import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { scriptFile } from '../../../src/host/script.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-noted-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs the program with a work of shell; answers its exit code and what it wrote down. */
function noted(work: string) {
  const note = join(directory, 'last-incr');
  const words = ['-c', scriptFile('backup/noted.sh'), 'noted.sh', note, 'sh', '-c', work, 'sh'];
  const { status } = spawnSync('sh', words);
  return { status, note: readFileSync(note, 'utf8').replaceAll(/^(began|ended)=\d+$/gm, '$1=0') };
}

test('a backup that ended with 82 is made once more, from the primary, and the reason is written down', () => {
  const stuck = 'P00  ERROR: [082]: timeout before standby replayed';

  expect(noted(`[ "$1" = --no-backup-standby ] && echo made || { echo '${stuck}'; exit 82; }`)).toEqual({
    status: 0,
    note: 'began=0\nended=0\ncode=0\npassed=[082]: timeout before standby replayed\nsaid=made\n',
  });
  expect(noted(`echo '${stuck}'; exit 82`)).toMatchObject({
    status: 82,
    note: expect.stringContaining('code=82'),
  });
});

test('any other end is the end', () => {
  expect(noted('echo "$#"; exit 29')).toEqual({
    status: 29,
    note: 'began=0\nended=0\ncode=29\nsaid=0\n',
  });
});
