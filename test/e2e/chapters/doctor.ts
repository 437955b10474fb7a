// Hosts are looked at before anything is changed: what is wrong is named, what is well is left exactly as it was.

import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../support/e2e.ts';
import { addressOf, expectExit } from '../../support/story.ts';

const hosts = ['control', 'pg1', 'pg2'] as const;

export function doctorOnBareHosts(theLab: () => Lab): void {
  let lab: Lab;

  beforeAll(() => {
    lab = theLab();
  });

  test('finds nothing to put right on bare hosts, and leaves nothing there', async () => {
    const begin = await Promise.all(hosts.map((host) => lab.shell(host, 'date +@%s.%N')));

    const finished = await lab.dbctl('doctor');
    const left = await Promise.all(hosts.map((host, index) => filesSince(lab, host, begin[index]!)));

    expectExit(finished, 0);
    expect(finished.stdout).toMatch(/^pg2 +8432· +5432·$/m);
    expect(Math.max(...finished.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(left).toEqual(hosts.map(() => ''));
  });

  test('names everything that is wrong, each where it is', async () => {
    await lab.shell('pg1', 'systemd-run -q --unit=foreign systemd-socket-activate -a -l 5432 /bin/cat');
    await lab.shell('pg1', "cp /root/.profile /root/.profile.kept && echo 'sleep 0.6' >> /root/.profile");
    await lab.shell('pg2', `nft -f - <<'RULES'\n${dropFrom(addressOf(lab, 'control'))}\nRULES`);

    const finished = await lab.dbctl('doctor');

    expectExit(finished, 4);
    expect(finished.stdout).toMatch(/^\d\. pg1: port 5432 is taken by systemd-socket/m);
    expect(finished.stdout).toMatch(/^\d\. control: no answer from pg2 \(\S+:8432\) within 2 s/m);
    expect(finished.stdout).toMatch(/^control +8432· +8432✗$/m);
    expect(finished.stdout).toMatch(/slow startup\s+files: [^→]*\/root\/\.profile \d{3} ms/);
  });

  test('says why a host cannot be seen, and looks at the others', async () => {
    await lab.shell('pg2', 'systemctl stop ssh.service');

    const finished = await lab.dbctl('doctor', '-o', 'json');

    expectExit(finished, 3);
    const { hosts: rows, findings } = JSON.parse(finished.stdout) as Answer;
    expect(rows.map(({ status }) => status).slice(1)).toEqual(['critical', 'unknown']);
    const toPutRight = findings.filter(({ status }) => status === 'critical');
    expect(toPutRight.map(({ hosts: [name], check }) => `${name} ${check}`)).toEqual([
      'pg2 reach',
      'pg1 node',
    ]);
    await lab.shell('pg2', 'systemctl start ssh.service; nft delete table inet broken');
    await lab.shell('pg1', 'systemctl stop foreign; mv /root/.profile.kept /root/.profile');
  });
}

/** Ends with a server of the cluster that shows a foreign certificate. */
export function doctorOnACluster(theLab: () => Lab): void {
  let lab: Lab;

  beforeAll(() => {
    lab = theLab();
  });

  test('tries the certificates', async () => {
    const well = await lab.dbctl('doctor', '-o', 'json');
    await lab.shell('pg1', showAnother(lab.env['CLUSTER_NAME']!));
    const ill = await lab.dbctl('doctor');

    expectExit(well, 0);
    const { links } = JSON.parse(well.stdout) as Answer;
    const shown = links.flatMap(({ port, from, certificate }) =>
      port === 5432 ? [[from, certificate]] : [],
    );
    const fitting = expect.objectContaining({ hasName: true, isTrusted: true });
    expect(shown).toEqual([
      ['pg2', fitting],
      ['pg1', fitting],
    ]);
    expectExit(ill, 4);
    expect(ill.stdout).toMatch(/pg2: pg1 \(\S+:5432\) presents a certificate for no name, not for/);
  });
}

interface Answer {
  readonly hosts: readonly { readonly name: string; readonly status: string }[];
  readonly links: readonly { readonly from: string; readonly port: number; readonly certificate?: object }[];
  readonly findings: readonly {
    readonly status: string;
    readonly hosts: readonly string[];
    readonly check: string;
  }[];
}

/** Files that were made or changed since then, but for logs of logins. */
const filesSince = (lab: Lab, host: string, time: string): Promise<string> =>
  lab.shell(host, `find / -xdev ! -type d -newerct ${time} ! -path '/run/*' ! -path '/var/log/*'`);

const dropFrom = (address: string): string => `table inet broken {
  chain input {
    type filter hook input priority 0;
    ip saddr ${address} tcp dport 8432 drop
  }
}`;

/** PostgreSQL on pg1 presents a certificate that somebody else made, for nobody. */
const showAnother = (cluster: string): string => {
  const directory = `/etc/dbctl/${cluster}/pg1`;
  const made = 'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x -days 3';
  return `${made} -keyout ${directory}/server.key -out ${directory}/server.crt 2>&1 && systemctl reload postgresql@17-main`;
};
