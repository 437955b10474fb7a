import { expect, test } from 'vitest';
import { readNote } from '../../../src/system/read-note.ts';
import { fakeHost } from '../../support/fake-host.ts';

interface Note {
  readonly request: string;
}

const path = '/etc/dbctl/note.json';
const read = (content: string): Promise<Note | undefined> =>
  readNote<Note>(fakeHost({ [path]: content }).host, path, ({ request }) => typeof request === 'string');

test('a note of dbctl on a host is read', async () => {
  expect(await read('{"request":"x"}')).toEqual({ request: 'x' });
});

test('a note that is missing on a host is no note', async () => {
  expect(await readNote(fakeHost().host, path, () => true)).toBeUndefined();
});

test.each(['', 'secret', '{', 'null', '[]', '1', '{"request":1}', '['.repeat(100_000)])(
  'a damaged one (%.20s) names the file and the host, and shows nothing of it',
  async (content) => {
    const error: unknown = await read(content).catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      exitCode: 5,
      message: expect.stringContaining(`${path} on pg1 is damaged`),
    });
    expect(JSON.stringify(error)).not.toContain('secret');
  },
);
