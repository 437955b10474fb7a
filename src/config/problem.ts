/** One thing that is wrong with .env.cluster. All of them are shown together. */
export interface Problem {
  /** The setting it is about; its line is looked up when it is not given. */
  readonly setting?: string;
  /** Line of the file, from 1. */
  readonly line?: number;
  /** What is wrong and what is expected. Never the value of a secret. */
  readonly text: string;
  /** A command or an edit that puts it right. */
  readonly next?: string;
}

/** A value does not fit its setting. Its message becomes one problem. */
export class Misfit extends Error {}

const longest = 80;
const invisible = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A value as it may be shown on a terminal: quoted, cut, control and invisible characters escaped. */
export function shown(value: string): string {
  const cut = value.length > longest ? `${value.slice(0, longest)}…` : value;
  return JSON.stringify(cut).replaceAll(invisible, (mark) => `\\u{${mark.codePointAt(0)!.toString(16)}}`);
}
