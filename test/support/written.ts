import type { Terminal } from '../../src/ui/terminal.ts';

/** A terminal, or a file when nobody looks, that keeps what is written. */
export function written(isTTY: boolean): { readonly terminal: Terminal; readonly text: () => string } {
  let all = '';
  return { terminal: { isTTY, columns: 80, write: (text) => (all += text) }, text: () => all };
}

export const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));
