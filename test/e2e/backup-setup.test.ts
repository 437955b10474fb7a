// From a running cluster to one whose WAL and backups are in a repository, asked past dbctl.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configOn, expectWalArrives, pgbackrestOn } from '../support/backup-story.ts';
import type { Lab } from '../support/e2e.ts';
import { cutPower, filesOn, finishes, healLab, settled } from '../support/faults.ts';
import { expectProblems, healed, probe } from '../support/probe-story.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, patienceMs, succeed } from '../support/story.ts';

const hosts = ['control', 'pg1', 'pg2'];
const marker = `marker-${randomBytes(12).toString('hex')}`;

describeOnHosts('backup setup with the repository on the control host', () => {
  let lab: Lab;
  /** Where pgBackRest's credentials are on every host. */
  let credentials: string;
  let unit: string;

  beforeAll(async () => {
    lab = await startCluster('backup-setup', 'replica');
    lab.configure({ BACKUP_REPOSITORY: 'posix' });
    credentials = `/etc/dbctl/${lab.env['CLUSTER_NAME']}/_pgbackrest`;
    unit = `dbctl-pgbackrest-${lab.env['CLUSTER_NAME']}`;
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('before it, the cluster is not protected even if all else is green', async () => {
    const answer = await probe(lab);

    expectProblems(answer, [/^critical cluster: not protected: WAL is not sent to the repository$/]);
    expect(answer.exitCode).toBe(2);
    const { stdout } = await succeed(lab, 'status');
    expect(stdout).toContain('PROTECTION   not protected: WAL is not sent to the repository');
    expect(stdout).toContain('LAST BACKUP  none');
  });

  test('a dry run says what it would do, and touches nothing', async () => {
    const before = await Promise.all(hosts.map((host) => filesOn(lab, host)));

    const { stdout } = await succeed(lab, 'backup', 'setup', '--dry-run');

    expect(stdout).toContain('make the first full backup');
    expect(await Promise.all(hosts.map((host) => filesOn(lab, host)))).toEqual(before);
  });

  test('it works in one go, and the second run has nothing to do', async () => {
    await finishes(lab, 'backup', 'setup');
  });

  test("pgBackRest's own check passes on every side", async () => {
    for (const host of hosts) await pgbackrestOn(lab, host, 'check');
    const [stanza] = JSON.parse(await pgbackrestOn(lab, 'control', '--output=json info')) as [Stanza];
    expect(stanza).toMatchObject({ status: { code: 0 }, cipher: 'aes-256-cbc' });
    expect(stanza.backup.map(({ type }) => type)).toEqual(['full']);
  });

  test("pgbackrest works as the manual has it, typed by root and by postgres; somebody's own file stays", async () => {
    const name = lab.env['CLUSTER_NAME']!;
    for (const host of hosts) {
      for (const account of ['root', 'postgres']) {
        const typed = `su - ${account} -c 'pgbackrest --stanza=${name} info'`;
        expect(await lab.shell(host, typed), `${account} on ${host}`).toMatch(
          /status: ok[^]*full backup: \d+/,
        );
      }
      expect(await lab.shell(host, 'find /var/lib/pgbackrest /var/log/pgbackrest -user root')).toBe('');
    }
    const own = `/etc/pgbackrest/conf.d/${name}.conf`;
    await lab.shell('pg2', `printf '[${name}]\nrepo1-path=/srv/own\n' > ${own}`);

    const [, checked] = [await settled(lab, 'backup', 'setup'), await lab.dbctl('doctor', '-o', 'json')];

    expect(await lab.shell('pg2', `cat ${own}`)).toContain('repo1-path=/srv/own');
    const { findings } = JSON.parse(checked.stdout) as {
      findings: readonly { hosts: readonly string[]; message: string; next: readonly string[] }[];
    };
    const other = findings.find(({ message }) =>
      message.startsWith('pgbackrest without --config reads another'),
    );
    expect(other).toMatchObject({ hosts: ['pg2'] });
    const advice = /leave it, and name the cluster's own: (runuser -u postgres -- pgbackrest --config=.*)/;
    const [, line = ''] = advice.exec(other!.next.join()) ?? [];
    expect(await lab.shell('pg2', `cd / && ${line}`)).toMatch(/status: ok[^]*full backup: \d+/);
    await lab.shell('pg2', `rm ${own}`);
    await succeed(lab, 'backup', 'setup');
  });

  test('after it, the cluster is protected', async () => {
    await healed(lab);

    const { stdout } = await succeed(lab, 'status');
    expect(stdout).toMatch(/^PROTECTION   WAL archived \S+ \S+ ago$/m);
    expect(stdout).toMatch(/^LAST BACKUP  full \d{8}-\d{6}F, /m);
    expect(stdout).toMatch(/^RESTORABLE   \d{4}-\S+ \S+ to \d{4}-\S+ \S+ UTC$/m);
  });

  test('WAL arrives in the repository, file by file', async () => {
    await expectWalArrives(lab);

    const wal = await lab.sql('pg1', 'select last_archived_wal from pg_stat_archiver');
    expect(
      await pgbackrestOn(lab, 'control', `repo-ls --recurse archive/${lab.env['CLUSTER_NAME']}`),
    ).toContain(wal);
    expect(await lab.sql('pg1', 'select failed_count from pg_stat_archiver')).toBe('0');
  });

  test('a restart of the primary and of every host stops no archiving', async () => {
    await lab.shell('pg1', 'systemctl restart postgresql@17-main');
    await expectWalArrives(lab);

    for (const host of ['pg1', 'control']) await cutPower(lab, host);
    await healLab(lab);

    for (const host of hosts) expect(await lab.shell(host, `systemctl is-active ${unit}`)).toBe('active');
    const isUp = () => lab.sql('pg1', 'select 1').catch(() => 'not yet');
    await expect.poll(isUp, { timeout: 60_000, interval: 500 }).toBe('1');
    await expectWalArrives(lab);
    for (const host of hosts) await pgbackrestOn(lab, host, 'check');
    await settled(lab, 'backup', 'setup');
  });

  test('nothing in the repository can be read without the passphrase', async () => {
    await lab.sql(
      'pg1',
      `create table secret_rows as select '${marker}' as text from generate_series(1, 500)`,
    );
    await expectWalArrives(lab);
    await pgbackrestOn(lab, 'control', '--type=full --compress-type=none backup');

    const clear = `grep -rlaF '${marker}' /var/lib/postgresql/17/main/base | head -n 1`;
    expect(await lab.shell('pg1', clear)).not.toBe('');
    expect(await lab.shell('control', `grep -rlaF '${marker}' /var/lib/pgbackrest || :`)).toBe('');
    const salted = `find /var/lib/pgbackrest -type f -exec sh -c '[ "$(head -c 8 "$1")" = Salted__ ] || echo "$1"' sh {} \\;`;
    expect(await lab.shell('control', salted)).toBe('');
    const other = '/tmp/other-passphrase.conf';
    const line = `sed 's/^repo1-cipher-pass=.*/repo1-cipher-pass=another/' '${configOn(lab, 'control')}' > ${other}; chmod 644 ${other}`;
    await lab.shell('control', line);
    const read = `repo-get backup/${lab.env['CLUSTER_NAME']}/backup.info`;
    expect(await pgbackrestOn(lab, 'control', read)).toContain('[backup:current]');
    await expect(pgbackrestOn(lab, 'control', read, other)).rejects.toThrow();
  });

  test('its TLS servers refuse a certificate of another CA, and one of another name', async () => {
    const target = `${addressOf(lab, 'pg1')}:8432`;
    const knock = (certificate: string) =>
      lab.shell(
        'control',
        `sleep 1 | openssl s_client -brief -connect ${target} -CAfile ${credentials}/ca.crt ${certificate} 2>&1`,
      );
    // Who shows none may hear its name and version, and ask whether it is there: no more.
    expect(await knock('')).toContain('"name":"pgBackRest"');
    const own = `-cert ${credentials}/client.crt -key ${credentials}/client.key`;
    await lab.shell(
      'control',
      `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=${lab.env['CLUSTER_NAME']}-control -keyout /tmp/other.key -out /tmp/other.crt`,
    );

    expect(await knock(own)).toContain('CONNECTION ESTABLISHED');
    await expect(knock('-cert /tmp/other.crt -key /tmp/other.key')).rejects.toThrow('alert unknown ca');

    // A node's certificate is of the right CA, and its name is known to the repository's server only.
    const asNode = '/tmp/as-node.conf';
    const lines = [
      `[${lab.env['CLUSTER_NAME']}]\nrepo1-path=/tmp/no-repository\npg1-path=/var/lib/postgresql/17/main`,
      `pg1-host=${addressOf(lab, 'pg1')}\npg1-host-type=tls\npg1-host-ca-file=${credentials}/ca.crt`,
      `pg1-host-cert-file=${credentials}/client.crt\npg1-host-key-file=${credentials}/client.key\n`,
    ];
    await lab.shell('pg2', `cat > ${asNode}; chmod 644 ${asNode}`, lines.join('\n'));
    const check = pgbackrestOn(lab, 'pg2', '--log-level-console=info check', asNode);
    await expect(check).rejects.toThrow('[AccessError]');
  });
});

interface Stanza {
  readonly status: { readonly code: number };
  readonly cipher: string;
  readonly backup: readonly { readonly type: string }[];
}
