import type { Waiting } from './reload-plan.ts';

/** For how long each node did not answer; one line each. Nothing for those that did not run before. */
export const silenceText = (silences: ReadonlyMap<string, number>): string =>
  [...silences].map(([node, seconds]) => `${node} did not answer for ${seconds.toFixed(1)} s\n`).join('');

/** What a reload could not change. */
export function waitingText(nodes: readonly Waiting[]): string {
  const waiting = nodes.filter(({ pendingRestart }) => pendingRestart.length > 0);
  if (waiting.length === 0) return '';
  return [
    ...waiting.map(({ name, pendingRestart }) => `${name} needs a restart for: ${pendingRestart.join(', ')}`),
    'Replicas first, the primary last:  dbctl restart --pending',
    '',
  ].join('\n');
}
