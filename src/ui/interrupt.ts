import type { Terminal } from './terminal.ts';

/**
 * The first Ctrl-C (or SIGTERM) is remembered, for the plan to end at its next safe point; the second ends the process
 * at once, as it would without us.
 */
export function listenForInterrupt(terminal: Terminal): () => boolean {
  let interrupted = false;
  const remember = (): void => {
    interrupted = true;
    // Before the words: whoever reads them may press at once, and that signal must not be taken for the first.
    for (const signal of signals) process.removeListener(signal, remember);
    terminal.write('stopping after the running step; press again to stop at once\n');
  };
  for (const signal of signals) process.on(signal, remember);
  return () => interrupted;
}

const signals = ['SIGINT', 'SIGTERM'] as const;
