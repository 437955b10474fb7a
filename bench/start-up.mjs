// How long dbctl takes to say what it can do, against a Node that does nothing.

import { execa } from 'execa';
import { dbctl } from './lab.mjs';
import { compared, figure, heading, interleave, time } from './measure.mjs';

export async function startUp() {
  const times = await interleave(25, {
    nothing: () => time(() => execa('node', ['-e', '0'])),
    help: () => time(() => execa('node', [dbctl, '--help'])),
  });
  heading('start-up');
  figure('node -e 0', times.nothing);
  compared('dbctl --help', times.help, times.nothing, 1.5);
}
