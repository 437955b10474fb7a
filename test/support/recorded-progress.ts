import type { HostEnd, Listener } from '../../src/engine/event.ts';

/** Shows nothing, and remembers the result of every host and what it reported. */
export function recordedProgress() {
  const results: Record<string, HostEnd> = {};
  const notes: string[] = [];
  const progress: Listener = (event) => {
    if (event.event === 'note') notes.push(`${event.host}: ${event.note}`);
    if (event.event === 'host-ended') {
      const { stage, host, status, note } = event;
      results[`${stage}: ${host}`] = { status, note };
    }
  };
  return { progress, results, notes };
}
