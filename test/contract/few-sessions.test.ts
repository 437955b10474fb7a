// An sshd that allows fewer sessions than dbctl would use at once (MaxSessions).

import { afterEach, expect, test } from 'vitest';
import { sshHostOnTestServer } from '../support/test-connection.ts';

let place: Awaited<ReturnType<typeof sshHostOnTestServer>>;
afterEach(() => place.stop());

const echo = (word: number) => place.connection.exec(`sleep 0.05; echo ${word}`, '', 10_000);

test.each([1, 2, 4])('of %i sessions all commands are run, whatever begins at once', async (mostSessions) => {
  place = await sshHostOnTestServer('pg1', { mostSessions });
  const words = Array.from({ length: 20 }, (_, index) => index);

  const answers = await Promise.all(words.map(echo));

  expect(answers.map(({ stdout }) => stdout)).toEqual(words.map((word) => `${word}\n`));
  expect(place.server.seen.mostChannels).toBeLessThanOrEqual(mostSessions);
  expect(place.server.seen.logins).toBe(1);
});

test('where one that stays open leaves no session, commands have a login of their own', async () => {
  place = await sshHostOnTestServer('control', { mostSessions: 1 });
  await place.connection.openSession('cat');

  const answers = await Promise.all([1, 2, 3].map(echo));

  expect(answers.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n']);
  expect(place.server.seen.logins).toBe(2);
});
