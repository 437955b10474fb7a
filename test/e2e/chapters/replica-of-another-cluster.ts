// A replica that holds another cluster's data, a primary that is down: refused, with a way out that works as it is printed.

import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../support/e2e.ts';
import {
  expectClear,
  expectReplicates,
  expectStreaming,
  filesOn,
  finishes,
  settled,
} from '../../support/faults.ts';
import { succeed } from '../../support/story.ts';

const directory = '/var/lib/postgresql/17/main';
const initdb = `runuser -u postgres -- /usr/lib/postgresql/17/bin/initdb -k -D ${directory} >/dev/null`;

export function replicaOfAnotherCluster(theLab: () => Lab): void {
  let lab: Lab;

  const identifier = async (host: string): Promise<string> =>
    (await lab.shell(host, `/usr/lib/postgresql/17/bin/pg_controldata ${directory}`)).match(
      /system identifier:\s*(\d+)/,
    )![1]!;

  async function expectRefused(...words: readonly string[]): Promise<string> {
    const before = await filesOn(lab, 'pg2');
    const refused = await lab.dbctl('add-replica');

    expectClear(lab, refused, 4, ...words);
    expect(await filesOn(lab, 'pg2')).toBe(before);
    return refused.stderr;
  }

  beforeAll(() => {
    lab = theLab();
  });

  test('is not asked for anything while the primary is down', async () => {
    await lab.shell('pg1', 'systemctl stop postgresql@17-main');

    await expectRefused('PostgreSQL does not answer on pg1', 'dbctl init-primary', 'dbctl logs pg1');

    await finishes(lab, 'init-primary');
    await expectStreaming(lab, 'pg2');
    await settled(lab, 'add-replica');
  });

  test("which has a primary's data is refused", async () => {
    await lab.shell('pg2', `systemctl stop postgresql@17-main && rm -r ${directory} && ${initdb}`);

    await expectRefused('is the right disk mounted', 'dbctl reinit pg2');
  });

  test('is refused with both system identifiers, also while it runs', async () => {
    await lab.shell('pg2', `install -o postgres /dev/null ${directory}/standby.signal`);
    const [ours, theirs] = [await identifier('pg1'), await identifier('pg2')];
    expect(ours).not.toBe(theirs);

    await expectRefused('is the right disk mounted', ours, theirs);
    await lab.shell('pg2', 'systemctl start postgresql@17-main');
    await expectRefused('is the right disk mounted', ours, theirs);
  });

  test('is cloned anew once its data was moved away with the line that was printed', async () => {
    const said = (await lab.dbctl('add-replica')).stderr;
    const line = /systemctl stop \S+ && mv \S+ \S+/.exec(said)![0];
    const stranger = await identifier('pg2');

    await lab.shell('pg2', line);
    await expectRefused('is its disk mounted', 'dbctl reinit pg2');
    await succeed(lab, 'reinit', 'pg2', '--yes');
    await settled(lab, 'add-replica');

    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    expect(await identifier('pg2')).toBe(await identifier('pg1'));
    expect(await lab.shell('pg2', `/usr/lib/postgresql/17/bin/pg_controldata ${directory}.old`)).toContain(
      stranger,
    );
  });
}
