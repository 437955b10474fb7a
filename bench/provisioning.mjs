// init-primary and add-replica on empty hosts against a plain shell script that does the same; then again, and probe.

import { withLab } from './lab.mjs';
import { compared, figure, heading, interleave, time } from './measure.mjs';

export async function provisioning(rounds) {
  const again = { 'init-primary': [], 'add-replica': [], probe: [] };
  const fresh = await interleave(rounds, {
    script: () =>
      withLab('bench-script', async (lab) => ({
        primary: await time(() => lab.baseline('init-primary')),
        replica: await time(() => lab.baseline('add-replica', 'pg2')),
      })),
    dbctl: () =>
      withLab('bench-dbctl', async (lab) => {
        const primary = await time(() => lab.dbctl('init-primary'));
        const replica = await time(() => lab.dbctl('add-replica', 'pg2'));
        await secondRuns(lab, again);
        return { primary, replica };
      }),
  });

  const of = (name, what) => fresh[name].map((one) => one[what]);
  heading('init-primary on an empty host');
  figure('script over ssh', of('script', 'primary'));
  compared('dbctl init-primary', of('dbctl', 'primary'), of('script', 'primary'), 1.3);
  heading('add-replica on an empty cluster');
  figure('script over ssh', of('script', 'replica'));
  compared('dbctl add-replica pg2', of('dbctl', 'replica'), of('script', 'replica'), 1.3);
  heading('nothing to do');
  figure('dbctl init-primary', again['init-primary']);
  figure('dbctl add-replica pg2', again['add-replica']);
  heading('looking at three nodes');
  figure('dbctl probe', again.probe);
}

async function secondRuns(lab, times) {
  times['init-primary'].push(await time(() => unchanged(lab, 'init-primary')));
  times['add-replica'].push(await time(() => unchanged(lab, 'add-replica', 'pg2')));
  await lab.dbctl('add-replica', 'pg3');
  times.probe.push(await time(() => lab.dbctl('probe')));
}

async function unchanged(lab, ...argv) {
  const { stdout } = await lab.dbctl(...argv);
  if (!stdout.endsWith('0 changes'))
    throw new Error(`${argv[0]} changed something in its second run:\n${stdout}`);
}
