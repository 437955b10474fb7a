// Three replicas at once against one: what is waited for is waited for once. On one machine the hosts share its cores.

import { withLab } from './lab.mjs';
import { compared, figure, heading, time } from './measure.mjs';

const flags = ['--hosts', 'control,pg1,pg2,pg3,pg4,pg5'];

export async function replicas(rounds) {
  const times = { one: [], three: [] };
  for (let round = 0; round < rounds; round += 1)
    await withLab('bench-three', (lab) => measure(lab, times, round), ...flags);
  heading('replicas of an empty cluster');
  figure('dbctl add-replica pg2', times.one);
  compared('dbctl add-replica pg3 pg4 pg5', times.three, times.one, 1.5);
}

/** The first of a lab finds colder caches, so they take turns. */
async function measure(lab, times, round) {
  const works = [
    async () => times.one.push(await time(() => lab.dbctl('add-replica', 'pg2'))),
    async () => times.three.push(await time(() => lab.dbctl('add-replica', 'pg3', 'pg4', 'pg5'))),
  ];
  await lab.dbctl('init-primary');
  for (const work of round % 2 === 0 ? works : works.toReversed()) await work();
}
