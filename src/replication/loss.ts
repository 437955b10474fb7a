// What is lost when the data of a node is thrown away: what the node that leads has not. Facts in, decision out.

import type { Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { parseLsn } from '../model/lsn.ts';
import { isKnown, type DataEnd, type UnknownData } from '../postgres/data-end-query.ts';
import { describeOnlyThere, type OnlyThere } from '../postgres/only-there.ts';

export interface NodeLoss {
  /** A sentence for who agrees to lose the node's data; empty when it has none. */
  readonly text: string;
  /** After which position it has what the leader has not; undefined when nothing that was acknowledged is lost. */
  readonly from: string | undefined;
  /** Whether that was read, and not only cannot be ruled out. */
  readonly isCertain: boolean;
}

type Name = Pick<Node, 'name'>;

/** In words, what of a node's data the leader has not. */
export function lossOf(
  { name }: Name,
  leader: Name,
  data: DataEnd | UnknownData | undefined,
  only: OnlyThere | undefined,
): NodeLoss {
  if (data === undefined) return nothing('');
  if (!isKnown(data))
    return {
      text: `How far the data of ${name} goes cannot be known: ${data.problem}.`,
      from: '0/0',
      isCertain: false,
    };
  const was = `${name} was a ${data.isStandby ? 'replica' : 'primary'}`;
  if (only === undefined)
    return nothing(
      `${was}, on timeline ${data.timeline}; nothing was committed there that ${leader.name} has not.`,
    );
  const branch = only.isBranch ? `, which ${leader.name} did not come from` : '';
  return {
    text: `${was}: ${describeOnlyThere(name, data, only)}${branch}.`,
    from: only.from,
    isCertain: only.transactions !== undefined,
  };
}

const nothing = (text: string): NodeLoss => ({ text, from: undefined, isCertain: true });

const comparingAdvice = [
  'to keep it, compare the two nodes first: a person must decide, see docs/primary.md',
];

/** Refuses to throw away what only this node has, until that was agreed to by the position that is named here. */
export function refuseLoss(
  node: Name,
  leader: Name,
  { text, from, isCertain }: NodeLoss,
  accepted?: string,
  keep: readonly string[] = comparingAdvice,
): void {
  if (from === undefined) return;
  if (accepted !== undefined && parseLsn(accepted)! <= parseLsn(from)!) return;
  throw new RefusedError({
    what: `${node.name} ${isCertain ? 'has' : 'may have'} what ${leader.name} has not`,
    why: text,
    next: [
      ...keep,
      `only if that may be lost, repeat the command with: --accept-loss ${from}`,
      'nothing was changed',
    ],
  });
}
