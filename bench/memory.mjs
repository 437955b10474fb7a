// The most memory that dbctl itself holds while a replica of 2 GB is cloned.

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fill } from './fill.mjs';
import { withLab } from './lab.mjs';
import { figure, heading, time, verdict } from './measure.mjs';

const goalMegabytes = 150;

export const memory = () =>
  withLab('bench-memory', async (lab) => {
    await lab.dbctl('init-primary');
    await fill(lab, 'pg1');
    let peak = 0;
    const elapsed = await time(async () => {
      const child = lab.dbctl('add-replica', 'pg2');
      peak = await watch(child);
      await child;
    });
    heading('cloning 2 GB');
    figure('dbctl add-replica pg2', [elapsed]);
    process.stdout.write(
      `  ${'dbctl, peak of resident memory'.padEnd(42)} ${peak.toFixed(0)} MB  ${verdict(peak <= goalMegabytes, `<= ${goalMegabytes} MB`)}\n`,
    );
  });

/** Megabytes: VmHWM as the kernel keeps it, looked at until the process is gone. */
async function watch(child) {
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1000);
    await sleep(20);
  }
  return peak;
}
