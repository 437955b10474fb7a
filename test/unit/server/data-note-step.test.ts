import { expect, test } from 'vitest';
import { hostFacts } from '../../../src/server/host-facts-query.ts';
import { noteData, noteDiscarded, rememberData, rememberedData } from '../../../src/server/data-note-step.ts';
import { answering, when } from '../../support/answering.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { pg1, primary, run, shop } from '../../support/shop.ts';

const path = '/etc/dbctl/shop/pg1/data.json';
const facts = (data: string, note: string): string =>
  `os=debian 13\ndata=${data}\nidentifier=7434\nmachine=abc\nnote=${note}\n` +
  'mount=TARGET="/srv" SOURCE="/dev/sdb1" UUID="4c1f" FSTYPE="ext4" OPTIONS="rw"\n';

function nodeWith(data: string) {
  const node = fakeHost(
    {},
    answering(when(hostFacts(primary), () => facts(data, node.disk.get(path)?.content.trim() ?? ''))),
  );
  return node;
}

test('what data a node has, and where, is written down once on its host and on the control host', async () => {
  const [node, control] = [nodeWith('17'), fakeHost({}, {}, 'control')];

  expect(await run(noteData(shop, pg1), node.host)).toEqual({
    status: 'changed',
    changes: ['note where its data is'],
  });
  expect((await run(noteData(shop, pg1), node.host)).status).toBe('in place');
  expect((await run(rememberData(shop, pg1, node.host), control.host)).status).toBe('changed');
  expect((await run(rememberData(shop, pg1, node.host), control.host)).status).toBe('in place');
  expect(await rememberedData(shop, pg1, control.host)).toMatchObject({
    systemIdentifier: '7434',
    host: pg1.host,
    fileSystem: { mountPoint: '/srv', uuid: '4c1f' },
  });
});

test('a plan for a bare host says that it will be', async () => {
  const { host } = nodeWith('absent');

  expect(await noteData(shop, pg1).diff(host)).toHaveLength(1);
  expect(await rememberData(shop, pg1, host).diff(fakeHost().host)).toHaveLength(1);
});

test('what dbctl takes away is noted, and the data that comes in its place too', async () => {
  const node = nodeWith('17');
  await run(noteData(shop, pg1), node.host);

  await noteDiscarded(node.host, pg1, primary);

  expect(node.disk.get(path)?.content).toContain('"discarded":');
  expect((await run(noteData(shop, pg1), node.host)).status).toBe('changed');
  expect(node.disk.get(path)?.content).not.toContain('"discarded":');
});

test('so is data from before such notes were made; where there is none, nothing is noted', async () => {
  const unnoted = nodeWith('17');
  const bare = nodeWith('absent');

  for (const { host } of [unnoted, bare]) await noteDiscarded(host, pg1, primary);

  expect(unnoted.disk.get(path)?.content).toContain('"discarded":');
  expect(bare.disk.get(path)).toBeUndefined();
});
