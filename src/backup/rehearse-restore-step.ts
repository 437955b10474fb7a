import { describeDrill } from './drill/drill-progress.ts';
import { drillFiles, type DrillResult } from './drill/drill.ts';
import type { DrillAim } from './drill/drill-target.ts';
import type { Cluster } from '../model/cluster.ts';
import { change, job, type Job, type Report } from '../engine/step.ts';
import { CommandError, UnverifiedError } from '../model/errors.ts';
import type { Host } from '../host/host.ts';
import { followLongWork, longWorkState } from '../host/long-work.ts';
import { drillProgress, drillUnit, readDrills } from './drill/drills-query.ts';
import { forgetUnit } from '../host/systemd.ts';

/**
 * Runs a drill as a unit that goes on without dbctl, or follows the one that runs, whatever its aim; answers what it
 * found, also when the drill failed. Throws UnverifiedError when it ended without a result.
 */
export const rehearseRestore = (cluster: Cluster, aim: DrillAim): Job<DrillResult> =>
  job(
    'Run a restore drill',
    change('drill.run', `rehearse a restore of ${aim.backup.label}`, aim.backup.label),
    (host, report) => rehearse(cluster, aim, host, report),
  );

async function rehearse(cluster: Cluster, aim: DrillAim, host: Host, report: Report): Promise<DrillResult> {
  const { unit } = drillFiles(cluster);
  const [before, earlier] = await Promise.all([longWorkState(host, unit), host.ask(readDrills(cluster))]);
  // One that ended while nobody looked is history; it proves nothing about now.
  if (before.kind === 'succeeded') await host.run(forgetUnit(unit));
  const failure = await follow(cluster, aim, host, report);

  const seen = new Set(earlier.map(({ id }) => id));
  const drills = await host.ask(readDrills(cluster));
  const isOurs = ({ id }: DrillResult): boolean =>
    before.kind === 'running' ? id === before.invocation : !seen.has(id);
  const result = drills.findLast(isOurs);
  if (result === undefined) throw withoutResult(host, failure);
  if (failure) await host.run(forgetUnit(unit));
  return result;
}

/** Waits for its end; answers how it failed. */
async function follow(
  cluster: Cluster,
  aim: DrillAim,
  host: Host,
  report: Report,
): Promise<CommandError | undefined> {
  let askedAt = 0;
  try {
    await followLongWork(host, drillUnit(cluster, aim), async () => {
      if (Date.now() - askedAt < 1000) return;
      askedAt = Date.now();
      const progress = await host.ask(drillProgress(cluster));
      report(progress ? describeDrill(progress) : 'preparing');
    });
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
}

const withoutResult = (host: Host, failure: CommandError | undefined): UnverifiedError =>
  new UnverifiedError({
    what: `the drill on ${host.name} ended without a result`,
    ...(failure?.why !== undefined && { why: failure.why }),
    next: ['run the same command again: it is safe', 'see earlier drills: dbctl backup drill --history'],
    cause: failure,
  });
