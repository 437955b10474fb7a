// What happens in a run, one thing after the other: shown with -v, written as JSON lines with --json, kept in the log.

import type { StageShapes } from '../engine/event.ts';

interface Shapes extends StageShapes {
  'run-started': { readonly command: string; readonly version: string };
  login: { readonly host: string; readonly user: string; readonly durationMs: number };
  command: CommandEvent;
  warning: { readonly text: string };
  error: ErrorEvent;
  'run-ended': {
    readonly exitCode: number;
    readonly durationMs: number;
    /** Where the whole run can be read; null when no log of it was kept. */
    readonly log: string | null;
  };
}

export interface CommandEvent {
  readonly host: string;
  /** As it would be typed by root on the host. */
  readonly command: string;
  /** null: more was sent than is held in memory. */
  readonly stdinBytes: number | null;
  readonly durationMs: number;
  /** null when it did not end by itself; `ended` says how. */
  readonly exitCode: number | null;
  readonly ended: string;
  /** The last lines of its stderr. */
  readonly stderr: string;
}

export interface ErrorEvent {
  readonly what: string;
  readonly why: string | null;
  readonly next: readonly string[];
  readonly exitCode: number;
}

/** `at` is ISO 8601, UTC. */
export type RunEvent = {
  [Kind in keyof Shapes]: { readonly event: Kind; readonly at: string } & Shapes[Kind];
}[keyof Shapes];

/** An event before its time is known. */
export type Happening = {
  [Kind in keyof Shapes]: { readonly event: Kind } & Shapes[Kind];
}[keyof Shapes];
