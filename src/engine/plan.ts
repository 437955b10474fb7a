import { hostChange, type HostChange } from './host-change.ts';
import type { Part, Plan, Stage, Unknown } from './run-plan.ts';
import { withEvidence } from './run-step.ts';
import type { Change, Step } from './step.ts';
import { isHostFailure, throwAll } from '../model/errors.ts';
import type { Host } from '../host/host.ts';

/** A change that was found before anything is made. */
export interface PlannedChange extends HostChange {
  /** The change line by line, "-" and "+" first; empty where there is nothing to show. */
  readonly lines: readonly string[];
  /** Whether connections to this host's server are closed while it is made. */
  readonly disrupts: boolean;
}

/** A plan as it is seen before anything is made. */
export interface PlanView {
  readonly changes: readonly PlannedChange[];
  readonly unknown: readonly Unknown[];
}

interface Look {
  readonly host: Host;
  readonly step: Step;
  readonly changes: readonly Change[];
  readonly lines: readonly string[];
}

interface Failure extends Pick<Look, 'host' | 'step'> {
  readonly error: unknown;
}

/**
 * What a plan would change, in its order, and what of it cannot be known yet. All steps look at the same moment, so its
 * hosts should be ones that ask every question once. `absent` are hosts that the plan leaves out because they are down.
 * Where a whole plan finds nothing to change, no change can mend what failed: that is thrown then, and so are refusals
 * and bugs; one as it is, several as AggregateError.
 */
export async function plan(stages: Plan, absent: readonly Unknown[] = []): Promise<PlanView> {
  const looks = (await allEnded(stages.map((part) => looksOf(part)))).flat();
  const failures = looks.filter((one) => 'error' in one);
  const changes = await withConsequences(looks.filter((one) => 'changes' in one));
  const isMended = changes.length > 0 || absent.length > 0;
  // What does not work yet (a login before its role, a link before its server is there) may work when the changes are made.
  const lasting = failures.map(({ error }) => error).filter((error) => !(isMended && isHostFailure(error)));
  const different = new Map(lasting.map((failure) => [String(failure), failure]));
  throwAll([...different.values()], 'the plan cannot be made');
  return { changes, unknown: [...absent, ...failures.map(unknownOf)].filter(isFirst) };
}

const unknownOf = ({ host, step, error }: Failure): Unknown => ({
  host: host.name,
  step: step.title,
  why: error instanceof Error ? error.message : String(error),
});

/** One reason may keep many steps of a host from looking. */
const isFirst = ({ host, why }: Unknown, index: number, all: readonly Unknown[]): boolean =>
  all.findIndex((one) => one.host === host && one.why === why) === index;

/** A part that is known only later is found out now: while somebody only looks, nothing changes its answer. */
async function looksOf(part: Part): Promise<readonly (Look | Failure)[]> {
  if (typeof part !== 'function') return Promise.all(looksOfStage(part));
  return (await allEnded((await part(new Set())).map((one) => looksOf(one)))).flat();
}

/** Like Promise.all, but what is on its way when one fails is waited for: it needs the connections. */
async function allEnded<Answer>(works: readonly Promise<Answer>[]): Promise<readonly Answer[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

const looksOfStage = ({ hosts, steps }: Stage): readonly Promise<Look | Failure>[] =>
  hosts.flatMap((host) =>
    steps(host).map((step) =>
      look(step, host).catch(async (error: unknown) => {
        return { host, step, error: await withEvidence(error, step, host) };
      }),
    ),
  );

async function look(step: Step, host: Host): Promise<Look> {
  const changes = await step.diff(host);
  const lines = changes.length > 0 && step.detail ? await step.detail(host) : [];
  return { host, step, changes, lines };
}

/** What a step finds nothing to do for now, and will have when the files that it reads are written. */
async function withConsequences(looks: readonly Look[]): Promise<readonly PlannedChange[]> {
  const written = new Map<string, string[]>();
  const planned = new Map<string, PlannedChange>();
  for (const { host, step, changes, lines } of looks) {
    const paths = written.get(host.name) ?? [];
    written.set(host.name, paths);
    if (step.writesFile !== undefined && changes.length > 0) paths.push(step.writesFile);
    const readsMore = changes.length === 0 && step.readsFiles?.some((path) => paths.includes(path));
    const all = readsMore ? await step.diff(host, { filesWillChange: true }) : changes;
    for (const [index, change] of all.entries()) {
      const key = JSON.stringify([host.name, change]);
      const shown = index === 0 ? lines : [];
      const one = {
        ...hostChange(host, step, change),
        lines: shown,
        disrupts: step.disrupts ?? false,
      };
      // Two parts of a plan may see to the same thing.
      if (!planned.has(key)) planned.set(key, one);
    }
  }
  return [...planned.values()];
}
