import { change, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { ReadableHost } from '../host/host.ts';
import { parseJson } from '../model/answers.ts';
import type { LedCluster } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { ifRunning } from '../postgres/psql.ts';
import { pauseText, resumeText } from './judge-patroni.ts';
import { missingIn, sharedConfig, type KeptCluster } from './patroni.ts';
import { changeShared, ownParameters } from './patroni-query.ts';

/** Patroni looks at etcd once in a loop, of ten seconds at most; milliseconds. */
const patienceMs = 60_000;

/** Parts that are not there at all where they do not apply. */
const off = { pause: false, synchronous_mode: false };

/** What this member last read in etcd; undefined where Patroni never ran. */
async function readShared(host: ReadableHost, { dataDirectory }: Instance): Promise<unknown> {
  const found = await host.readFile(`${dataDirectory}/patroni.dynamic.json`);
  return found && parseJson(found.content);
}

/** Whether Patroni is paused, as this member last read it in etcd. */
export const isPaused = async (host: ReadableHost, instance: Instance): Promise<boolean> =>
  ((await readShared(host, instance)) as { readonly pause?: boolean } | undefined)?.pause === true;

/** On the leader: keeps what all members share as .env.cluster and the server's files say it. */
export function ensureSharedConfig(cluster: LedCluster & KeptCluster): Step {
  const instance = instanceOf(cluster, cluster.primary);
  async function look(host: ReadableHost) {
    const [shared, parameters] = await Promise.all([
      readShared(host, instance),
      host.ask(ifRunning(instance, ownParameters(instance))),
    ]);
    // What nobody can be asked now is not changed now.
    const wanted = {
      ...off,
      ...sharedConfig(cluster, parameters ?? {}),
      pause: !cluster.patroni.isAutomatic,
    };
    const found = shared === undefined ? undefined : { ...off, ...(shared as object) };
    return { wanted, missing: shared === undefined ? ['everything'] : missingIn(wanted, found) };
  }
  return {
    title: 'Tell all members the same',
    async diff(host) {
      const { missing } = await look(host);
      return missing.map((name) => change('patroni.configure', textOf(name, cluster), name));
    },
    async apply(host, report) {
      const { wanted } = await look(host);
      const { pause, synchronous_mode } = wanted;
      await host.run(
        changeShared(instance, {
          ...wanted,
          pause: pause || null,
          synchronous_mode: synchronous_mode || null,
        }),
      );
      await waitUntil(
        async () => {
          report('waiting until Patroni has read it');
          return (await look(host)).missing.length === 0;
        },
        { deadlineMs: patienceMs },
      );
    },
  };
}

function textOf(name: string, { synchronous, patroni }: KeptCluster): string {
  if (name === 'synchronous_mode')
    return synchronous === undefined
      ? 'let no commit wait for a replica'
      : `let commits wait for a replica (CLUSTER_SYNCHRONOUS=${synchronous})`;
  if (name !== 'pause') return `set ${name} in Patroni`;
  return patroni.isAutomatic ? resumeText : pauseText;
}
