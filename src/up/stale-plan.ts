import type { PlannedChange } from '../engine/plan.ts';
import type { WrittenChange } from './plan-file.ts';
import { RefusedError } from '../model/errors.ts';

const shown = 10;

/** Refuses to carry out what nobody has read: the hosts, or the file, are not as they were when the plan was made. */
export function refuseStalePlan(accepted: readonly WrittenChange[], now: readonly PlannedChange[]): void {
  const [before, after] = [new Set(accepted.map(keyOf)), new Set(now.map(keyOf))];
  const gone = accepted
    .filter((one) => !after.has(keyOf(one)))
    .map((one) => `no longer planned: ${sentence(one)}`);
  const fresh = now.filter((one) => !before.has(keyOf(one))).map((one) => `new: ${sentence(one)}`);
  const differences = [...gone, ...fresh];
  if (differences.length === 0) return;
  const rest = differences.length - shown;
  throw new RefusedError({
    what: 'the plan is stale: other changes would be made now',
    why: [...differences.slice(0, shown), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n'),
    next: ['make a new plan and review it: dbctl plan'],
  });
}

/** What is done, and the lines that were read. Another dbctl may put the same change into other words. */
const keyOf = ({ host, id, subject, lines }: WrittenChange): string =>
  JSON.stringify([host, id, subject ?? null, lines]);

const sentence = ({ host, change, lines }: WrittenChange): string =>
  [`${host}: ${change}`, ...lines].join('\n  ');
