// While Patroni keeps the cluster and pg2 leads: nodes get new data, come and go. Asked of PostgreSQL, and of Patroni itself.

import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../support/e2e.ts';
import { expectClear } from '../../support/faults.ts';
import { dbctlWithFate } from '../../support/kill-preload.ts';
import { expectNothingToDo, patient } from '../../support/patroni-story.ts';
import { addressOf, patienceMs, succeed } from '../../support/story.ts';

const slots = `select string_agg(slot_name, ', ' order by slot_name) from pg_replication_slots`;
const senders = `select string_agg(application_name || ' ' || state, ', ') from pg_stat_replication`;

export function nodesOfPatroni(theLab: () => Lab): void {
  let lab: Lab;

  beforeAll(() => {
    lab = theLab();
  });

  /** "pg1 streaming, pg2 running", as Patroni on a node has it. */
  const members = async (node: string): Promise<string> => {
    const config = `/etc/dbctl/${lab.env['CLUSTER_NAME']}/${node}/patroni.yml`;
    const list = JSON.parse(await lab.shell(node, `patronictl -c ${config} list -f json`)) as readonly {
      readonly Member: string;
      readonly State: string;
    }[];
    return list.map(({ Member, State }) => `${Member} ${State}`).join(', ');
  };

  test(
    'gives a node that Patroni does not run new data, when the rows that only it has are given up; also killed on the way',
    async () => {
      const unit = `dbctl-patroni-${lab.env['CLUSTER_NAME']}-pg1`;
      const byHand = (words: string): Promise<string> =>
        lab.shell(
          'pg1',
          `runuser -u postgres -- /usr/lib/postgresql/17/bin/pg_ctl -w -D /var/lib/postgresql/17/main ${words}`,
        );
      await lab.shell('pg1', `systemctl stop ${unit}`);
      await byHand(`-l /tmp/pg1.log -o '-c config_file=/etc/postgresql/17/main/postgresql.conf' start`);
      await byHand('promote');
      await lab.sql('pg1', 'insert into numbers values (666)', 'app');
      await byHand('-m fast stop');

      const refused = await lab.dbctl('reinit', 'pg1', '--yes');
      expectClear(lab, refused, 4, 'pg1 has what pg2 has not', 'only pg1 has 1 transaction');
      const position = /--accept-loss (\S+)/.exec(refused.stderr)?.[1] ?? '';
      const words = ['reinit', 'pg1', '--yes', '--accept-loss', position];
      const killed = await dbctlWithFate(
        lab,
        `const fateOf = (line) => line.includes('systemd-run') && line.includes('dbctl-clone-') ? 'ended' : undefined;`,
        ...words,
      );
      expect(killed.exitCode).toBe(null);
      expect((await lab.dbctl('status', '--check')).stdout).toContain('Patroni does not have pg1 in hand');
      await succeed(lab, ...words);

      await expect.poll(() => lab.sql('pg2', senders), patient).toBe('pg1 streaming');
      expect(await lab.sql('pg2', slots)).toBe('pg1');
      expect(await lab.sql('pg1', 'select count(*) from numbers', 'app')).toBe('0');
      await expect.poll(() => members('pg2'), patient).toBe('pg1 streaming, pg2 running');
      expect(await lab.shell('pg1', `systemctl is-active ${unit}; systemctl is-enabled ${unit}`)).toBe(
        'active\nenabled',
      );
      expect(await lab.shell('pg1', 'ls -d /var/lib/postgresql/17/*')).toBe('/var/lib/postgresql/17/main');
      await expectNothingToDo(lab);
    },
    patienceMs,
  );

  test(
    'takes in one node more, and lets it go again',
    async () => {
      await succeed(lab, 'add-replica', `pg3=${addressOf(lab, 'pg1')}:5433`);

      expect(lab.env['CLUSTER_DB_REPLICA_HOSTS']).toContain('pg3=');
      await expect.poll(() => members('pg2'), patient).toBe('pg1 streaming, pg2 running, pg3 streaming');
      expect(await lab.sql('pg2', slots)).toBe('pg1, pg3');
      await expectNothingToDo(lab);

      await succeed(lab, 'remove-replica', 'pg3', '--yes');

      expect(lab.env['CLUSTER_DB_REPLICA_HOSTS']).not.toContain('pg3=');
      expect(await members('pg2')).toBe('pg1 streaming, pg2 running');
      expect(await lab.sql('pg2', slots)).toBe('pg1');
      const left = `ls -d /etc/systemd/system/*pg3* /etc/dbctl/*/pg3 /var/lib/postgresql/.dbctl-patroni*pg3 2>/dev/null || :`;
      expect(await lab.shell('pg1', left)).toBe('');
      expect(await lab.shell('pg1', 'cat /var/lib/postgresql/17/pg3.removed-*/data/PG_VERSION')).toBe('17');
      await expectNothingToDo(lab);
    },
    patienceMs,
  );
}
