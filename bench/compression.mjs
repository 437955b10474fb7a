// How pg_basebackup's ways to compress on the server compare, on links of three speeds, with what they cost the primary.
// The figures of docs/decisions/005-clone-compression.md. Not part of a whole run: it takes ten minutes.

import { execa } from 'execa';
import { fill } from './fill.mjs';
import { withLab } from './lab.mjs';
import { heading, median, time } from './measure.mjs';

const methods = ['none', 'server-lz4:level=1', 'server-zstd:level=1'];
/** A slow link is the same every time: one round is enough. */
const links = [
  { name: '1 Gbit/s', rate: '1gbit', rounds: 3 },
  { name: '200 Mbit/s', rate: '200mbit', rounds: 1 },
  { name: 'unlimited', rate: undefined, rounds: 3 },
];

export const compression = () =>
  withLab('bench-clone', async (lab) => {
    await lab.dbctl('init-primary');
    await lab.dbctl('add-replica', 'pg2');
    await lab.ssh('pg2', 'systemctl stop postgresql@17-main');
    await lab.ssh(
      'pg1',
      "cd / && runuser -u postgres -- psql -qc 'select pg_drop_replication_slot(slot_name) from pg_replication_slots'",
    );
    await fill(lab, 'pg1');
    for (const { name, rate, rounds } of links) {
      heading(`2 GB over TLS, link ${name}`);
      await limit(lab, rate);
      const runs = Object.fromEntries(methods.map((method) => [method, []]));
      for (let round = 0; round < rounds; round += 1)
        for (const method of methods) runs[method].push(await clone(lab, method));
      for (const method of methods) show(method, runs[method]);
    }
  });

/** A host of the lab has one address. */
const deviceName = "ip -o -4 address show scope global | awk '{ print $2 }'";

/** What leaves the primary is held to a rate, from outside: a lab host may not. undefined: as fast as it goes. */
async function limit(lab, rate) {
  const { stdout } = await lab.dbctl('lab', 'status', '--name', 'bench-clone', '-o', 'json');
  const { netns } = JSON.parse(stdout)[0].hosts.find(({ name }) => name === 'pg1');
  const shape =
    rate === undefined ? '' : `tc qdisc add dev $of root tbf rate ${rate} burst 256kb latency 50ms`;
  const script = `of=$(${deviceName}); tc qdisc del dev $of root 2>/dev/null; ${shape}`;
  await execa('ip', ['netns', 'exec', netns, 'sh', '-c', script]);
}

async function clone(lab, method) {
  const command = 'cd / && . /dev/stdin && sync';
  const script = `
    conninfo=$(sed -n "s/^primary_conninfo = '\\(.*\\)'$/\\1/p" /var/lib/postgresql/17/main/postgresql.auto.conf | sed "s/''/'/g")
    runuser -u postgres -- /usr/lib/postgresql/17/bin/pg_basebackup -w -D /var/lib/postgresql/clone -d "$conninfo" -X stream -c fast --compress=${method}
  `;
  await lab.ssh('pg2', 'rm -rf /var/lib/postgresql/clone && sync');
  const before = await usage(lab);
  const elapsed = await time(() => lab.ssh('pg2', command, { input: script }));
  const after = await usage(lab);
  return { elapsed, cpu: after.cpu - before.cpu, sent: after.sent - before.sent };
}

/** Seconds of CPU that the primary's server has used, and bytes that its host has sent. */
async function usage(lab) {
  const { stdout } = await lab.ssh(
    'pg1',
    `systemctl show -P CPUUsageNSec postgresql@17-main; awk -v of=$(${deviceName}): '$1 == of { print $10 }' /proc/net/dev`,
  );
  const [nanoseconds, sent] = stdout.split('\n').map(Number);
  return { cpu: nanoseconds / 1e9, sent };
}

function show(method, runs) {
  const of = (name) => median(runs.map((run) => run[name]));
  const seconds = runs.map(({ elapsed }) => elapsed / 1000).toSorted((a, b) => a - b);
  process.stdout.write(
    `  ${method.padEnd(22)} min ${seconds[0].toFixed(1)}  median ${(of('elapsed') / 1000).toFixed(1)}  max ${seconds.at(-1).toFixed(1)} s   ` +
      `${(of('sent') / 1e6).toFixed(0)} MB sent   ${of('cpu').toFixed(1)} s CPU on the primary\n`,
  );
}
