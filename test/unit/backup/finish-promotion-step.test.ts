import { expect, test } from 'vitest';
import { finishPromotion } from '../../../src/backup/finish-promotion-step.ts';
import { acceptsConnections } from '../../../src/postgres/instance.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, json, when, whenSql, yesOrNo } from '../../support/answering.ts';
import { primary, run } from '../../support/shop.ts';

test('a primary that was promoted just now makes a checkpoint', async () => {
  let isWritten = false;
  const { host } = fakeHost(
    {},
    answering(
      whenSql('pg_control_checkpoint', () => json(isWritten)),
      whenSql('checkpoint;', () => void (isWritten = true)),
    ),
  );

  expect((await run(finishPromotion(primary), host)).changes).toEqual(['make a checkpoint']);
  expect((await run(finishPromotion(primary), host)).changes).toEqual([]);
});

test('without a server there is nothing to finish', async () => {
  const { host } = fakeHost({}, answering(when(acceptsConnections(primary), yesOrNo(false))));

  expect((await run(finishPromotion(primary), host)).changes).toEqual([]);
});
