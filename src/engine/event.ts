// What happens while work is done, one thing after the other. Rows, lines, JSON lines and the log of a run listen to it.

export type Order = 'together' | 'one by one';

/** How one step on one host has ended. */
export interface StepEnd {
  readonly status: 'in place' | 'changed' | 'failed';
  /** As sentences. */
  readonly changes: readonly string[];
  readonly durationMs: number;
}

/** How the work on one host has ended, and what is shown of it in a few words. */
export interface HostEnd {
  readonly status: 'in place' | 'changed' | 'failed' | 'not started';
  readonly note: string;
}

interface OnHost {
  readonly stage: string;
  readonly host: string;
}

export interface StageShapes {
  'stage-started': { readonly stage: string; readonly hosts: readonly string[]; readonly order: Order };
  'host-started': OnHost;
  /** What a host is doing just now. It may be told again and again while nothing has changed. */
  note: OnHost & { readonly note: string };
  'step-ended': OnHost & { readonly step: string } & StepEnd;
  'host-ended': OnHost & HostEnd & { readonly durationMs: number };
  'stage-ended': {
    readonly stage: string;
    readonly status: 'ok' | 'failed';
    readonly durationMs: number;
  };
}

export type StageEvent = {
  [Kind in keyof StageShapes]: { readonly event: Kind } & StageShapes[Kind];
}[keyof StageShapes];

/** Is told of everything. What it answers to the end of a stage is waited for: rows are drawn to their end before the next ones. */
export type Listener = (event: StageEvent) => Promise<void> | void;
