// One command on a host over a connection that is open already, against the ways of OpenSSH.

import { join } from 'node:path';
import { loginEnvironment } from '../dist/config/environment.js';
import { loadCluster } from '../dist/config/load.js';
import { withHosts } from '../dist/host/with-hosts.js';
import { action } from '../dist/host/command.js';
import { withLab } from './lab.mjs';
import { figure, heading, interleave, median, time, verdict } from './measure.mjs';

const goalMs = 3;

export const remoteCommand = () =>
  withLab('bench-command', async (lab) => {
    const cluster = loadCluster(lab.envFile);
    const control = join(lab.directory, 'mux');
    const flags = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${control}`, '-o', 'ControlPersist=60'];
    await withHosts([cluster.primary], { ...loginEnvironment(), ssh: cluster.ssh }, async (hosts) => {
      const host = hosts.get(cluster.primary.name);
      const nothing = action(['true']);
      await lab.ssh('pg1', 'true', { flags });
      await host.run(nothing);
      const times = await interleave(30, {
        dbctl: () => time(() => tenTimes(() => host.run(nothing))),
        mux: () => time(() => lab.ssh('pg1', 'true', { flags })),
        fresh: () => time(() => lab.ssh('pg1', 'true')),
      });
      heading('one remote command (true), connection open');
      figure('ssh, a connection each time', times.fresh);
      figure('ssh with ControlMaster', times.mux);
      const one = times.dbctl.map((ten) => ten / 10);
      figure('dbctl, one of ten in a row', one, verdict(median(one) <= goalMs, `<= ${goalMs} ms`));
    });
    await lab.ssh('pg1', 'true', { flags: [...flags, '-O', 'exit'] });
  });

/** One after the other, as a plan sends them: right after the start of another process, everything is slow. */
async function tenTimes(work) {
  for (let count = 0; count < 10; count += 1) await work();
}
