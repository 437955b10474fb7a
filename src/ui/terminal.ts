/** Where text goes: a stream, and whether a person is looking at it. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

let colourAllowed = true;

/** `--no-color` and NO_COLOR: called once by cli.ts, before anything is shown. */
export function forbidColour(): void {
  colourAllowed = false;
}

/** chalk's level: colour only where a person is looking, and never when it was declined. */
export const colourLevel = (terminal: Terminal): 0 | 1 => (colourAllowed && terminal.isTTY ? 1 : 0);
