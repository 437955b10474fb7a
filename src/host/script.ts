// Shell scripts: files of templates/run/, or a line or two where they are used. What varies is an argument, never text.

import { render } from '../model/render.ts';

const texts = new Map<string, string>();

/** The text of a script: "host/read-files.sh". */
export function scriptFile(path: string): string {
  const text = texts.get(path) ?? render(`run/${path}`, {});
  texts.set(path, text);
  return text;
}

type Argv = readonly string[];

/** Runs a script, with these words as "$1", "$2" … */
export const sh = (script: string, ...words: Argv): Argv => ['sh', '-c', script, 'sh', ...words];

/** The same, for what only Bash can do. */
export const bash = (script: string, ...words: Argv): Argv => ['bash', '-c', script, 'bash', ...words];
