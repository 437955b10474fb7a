import { wrongStart, type StartRole } from '../postgres/start.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { layoutProblems } from './fixed-parts.ts';
import { hasData } from './host-check.ts';
import { lostData, otherData, type DataSight } from './lost-data.ts';

const layoutWarnings = ({ node, instance, facts }: DataSight, role: StartRole): readonly string[] =>
  facts.layout === undefined
    ? []
    : layoutProblems(facts.layout, instance, {
        ...{ name: node.name, role, data: facts.data.state },
        isRunning: facts.listener !== undefined,
      }).map(({ what }) => `${what}. See: dbctl plan`);

/** What a node's next start must be looked at for, in a line each. A server of somebody else is nobody's business. */
export function startWarnings(
  sight: DataSight,
  as: StartRole,
  startsAtBoot: boolean | undefined,
): readonly string[] {
  const { node, instance, owner, facts } = sight;
  if (facts.owner !== owner) return [];
  const wrong = hasData(facts) ? wrongStart(facts.start, { instance, name: node.name, as }) : undefined;
  const other = otherData(sight, as);
  return [
    ...(lostData(sight)
      ? [`${node.name} had data and has none now: is its disk mounted? See: dbctl plan`]
      : []),
    ...(other ? [other.message] : []),
    ...layoutWarnings(sight, as),
    ...(wrong ? [wrong.what, ...wrong.next.slice(0, 1)] : []),
    ...(startsAtBoot === false
      ? [`${controlOf(instance).name} does not start at boot; put that right: dbctl up`]
      : []),
  ];
}
