import type { Host } from '../host/host.ts';
import type { Change, Step } from './step.ts';

export interface HostChange {
  readonly host: string;
  readonly step: string;
  /** See Change: what is done, to what, and the sentence about it. */
  readonly id: string;
  readonly subject?: string;
  readonly change: string;
}

export const hostChange = (host: Host, step: Step, { text, ...of }: Change): HostChange => ({
  host: host.name,
  step: step.title,
  ...of,
  change: text,
});
