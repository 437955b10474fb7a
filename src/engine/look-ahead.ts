import type { HostChange, Plan, Stage } from './run-plan.ts';
import type { Step } from './step.ts';
import { CommandError, UnreachableError, UnverifiedError } from '../model/errors.ts';
import type { Host } from '../host/host.ts';

/** A change that was found before anything is made. */
export interface PlannedChange extends HostChange {
  /** The change line by line, "-" and "+" first; empty where there is nothing to show. */
  readonly lines: readonly string[];
  /** Whether connections to this host's server are closed while it is made. */
  readonly disrupts: boolean;
}

interface Look {
  readonly host: Host;
  readonly step: Step;
  readonly changes: readonly string[];
  readonly lines: readonly string[];
}

/**
 * What a plan would change, in its order. All steps look at the same moment, so its hosts should be ones that ask every
 * question once. One failure is thrown as it is, several as AggregateError; what a change may mend is none.
 */
export async function lookAhead(plan: Plan): Promise<readonly PlannedChange[]> {
  const looks: Promise<PromiseSettledResult<Look>>[] = [];
  try {
    for await (const stage of plan) looks.push(...looksOf(stage).map(settled));
  } catch (error) {
    // What is on its way needs the connections.
    await Promise.all(looks);
    throw error;
  }
  const ends = await Promise.all(looks);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  const changes = await withConsequences(
    ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])),
  );
  throwFailures(changes.length > 0 ? failures.filter((failure) => !mayPass(failure)) : failures);
  return changes;
}

/** What does not work yet (a login before its role, a link before its server is there) may work when the changes are made, and is seen then. */
const mayPass = (failure: unknown): boolean =>
  [UnverifiedError, CommandError, UnreachableError].some((kind) => failure instanceof kind);

const settled = async (one: Promise<Look>): Promise<PromiseSettledResult<Look>> =>
  (await Promise.allSettled([one]))[0];

const looksOf = ({ hosts, steps }: Stage): readonly Promise<Look>[] =>
  hosts.flatMap((host) => steps(host).map((step) => look(step, host)));

async function look(step: Step, host: Host): Promise<Look> {
  const changes = await step.diff(host);
  const lines = changes.length > 0 && step.detail ? await step.detail(host) : [];
  return { host, step, changes, lines };
}

/** What a step finds nothing to do for now, and will have when the files before it are written. */
async function withConsequences(looks: readonly Look[]): Promise<readonly PlannedChange[]> {
  const written = new Map<string, string[]>();
  const planned = new Map<string, PlannedChange>();
  for (const { host, step, changes, lines } of looks) {
    const paths = written.get(host.name) ?? [];
    written.set(host.name, paths);
    if (step.path !== undefined && changes.length > 0) paths.push(step.path);
    const all = changes.length > 0 ? changes : ((await step.foresee?.(host, paths)) ?? []);
    for (const [index, change] of all.entries()) {
      const key = `${host.name}\n${change}`;
      const shown = index === 0 ? lines : [];
      const one = {
        host: host.name,
        step: step.title,
        change,
        lines: shown,
        disrupts: step.disrupts ?? false,
      };
      // Two parts of a plan may see to the same thing.
      if (!planned.has(key)) planned.set(key, one);
    }
  }
  return [...planned.values()];
}

function throwFailures(failures: readonly unknown[]): void {
  const different = [...new Map(failures.map((failure) => [String(failure), failure])).values()];
  if (different.length > 1) throw new AggregateError(different, 'the plan cannot be made');
  if (different.length === 1) throw different[0];
}
