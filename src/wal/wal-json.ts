import type { WalExplanation } from './explain-wal.ts';

/** The explanation for machines. */
export const walJson = ({ nodes, advice, ...rest }: WalExplanation) => ({
  ...rest,
  nodes: nodes.map(({ node, ...one }) => ({
    name: node,
    ...one,
    server: one.server && serverJson(one.server),
  })),
  advice: advice.map(({ why, next }) => ({
    why,
    next: next.map(({ text, command }) => (command === undefined ? text : `${text}: ${command}`)),
  })),
});

/** Everything the server said, and when by its own clock. */
const serverJson = ({ now, ...said }: NonNullable<WalExplanation['nodes'][number]['server']>) => ({
  at: now,
  ...said,
});
