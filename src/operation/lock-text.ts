import { holderRows, type Holder } from './operation.ts';
import { printable } from '../host/printable.ts';
import { screenWidth, shorten, tableText } from '../ui/text.ts';

const indentation = 13;

/** Who has the lock of a cluster, if anybody. */
export function lockText(cluster: string, holder: Holder | 'unknown' | undefined): string {
  if (holder === undefined) return `free: no operation is changing ${cluster}\n`;
  if (holder === 'unknown') return `held by an operation that has just started or just ended\n`;
  const rows = holderRows(holder).filter(([, value]) => value !== '');
  const shown = rows.map(([name, value]) => [name, shorten(printable(value), screenWidth - indentation)]);
  return `held: an operation is changing ${cluster}\n${tableText(shown)}\n`;
}

export function releasedText(cluster: string, holder: Holder | 'unknown' | undefined): string {
  if (holder === undefined) return lockText(cluster, holder);
  if (holder === 'unknown') return `${lockText(cluster, holder)}nothing was released: try again\n`;
  return `released: ${printable(holder.title)} by ${printable(holder.by)} ends before its next change\n`;
}
