import type { PlannedChange } from '../engine/look-ahead.ts';
import type { WrittenChange } from '../config/plan-file.ts';
import { RefusedError } from '../model/errors.ts';

const shown = 10;

/** Refuses to carry out what nobody has read: the hosts, or the file, are not as they were when the plan was made. */
export function refuseStalePlan(accepted: readonly WrittenChange[], now: readonly PlannedChange[]): void {
  const [before, after] = [accepted.map(sentence), now.map(sentence)];
  const gone = before.filter((one) => !after.includes(one)).map((one) => `no more: ${one}`);
  const fresh = after.filter((one) => !before.includes(one)).map((one) => `new: ${one}`);
  const differences = [...gone, ...fresh];
  if (differences.length === 0) return;
  const rest = differences.length - shown;
  throw new RefusedError({
    what: 'the plan is stale: other changes would be made now',
    why: [...differences.slice(0, shown), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n'),
    next: ['make a new plan and review it: dbctl plan'],
  });
}

const sentence = ({ host, change, lines }: WrittenChange): string =>
  [`${host}: ${change}`, ...lines].join('\n  ');
