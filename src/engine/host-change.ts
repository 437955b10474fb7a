import type { Host } from '../host/host.ts';
import type { Change, Step } from './step.ts';

export interface HostChange {
  readonly host: string;
  readonly step: string;
  /** What kind of change it is, in a word: the same in every version. */
  readonly id: string;
  /** What it is made to: a file, a role, a unit. */
  readonly subject?: string;
  /** The sentence about it. */
  readonly change: string;
}

export const hostChange = (host: Host, step: Step, { text, ...of }: Change): HostChange => ({
  host: host.name,
  step: step.title,
  ...of,
  change: text,
});
