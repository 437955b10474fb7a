// Shell scripts: files of templates/run/, or a line or two where they are used. What varies is a word, never the text.

import { dirname, join } from 'node:path/posix';
import { render } from '../model/render.ts';

type Argv = readonly string[];

/** Runs a line or two of shell, with these words as "$1", "$2" … */
export const sh = (text: string, ...words: Argv): Argv => ['sh', '-c', text, 'sh', ...words];

/** Runs a file of templates/run/ with these words, by the shell that its first line names. */
export const script = (path: string, ...words: Argv): Argv => {
  const { isBash, text } = scripts.get(path) ?? readScript(path);
  // Bash reads the start-up files of an account when it thinks that its input is a network connection.
  return isBash ? ['bash', '--norc', '-c', text, 'bash', ...words] : sh(text, ...words);
};

const scripts = new Map<string, ReturnType<typeof readScript>>();

function readScript(path: string) {
  const source = scriptFile(path);
  const read = {
    isBash: source.startsWith('#!/bin/bash\n'),
    text: withIncludes(path, withoutHeader(source)),
  };
  scripts.set(path, read);
  return read;
}

/** A file of templates/run/ as it is. */
export const scriptFile = (path: string): string => render(`run/${path}`, {});

/** A file of templates/run/ as it is installed on a host: with all that it reads. */
export const programFile = (path: string): string => withIncludes(path, scriptFile(path));

const withoutHeader = (source: string): string => source.replace(/^(#.*\n)+/, '');

/** Hosts have none of our files: what a script reads with `. ./other.sh` stands in it when it is sent. */
const withIncludes = (path: string, text: string): string =>
  text.replaceAll(/^\. \.\/(.*)\n/gm, (_, other: string) =>
    withoutHeader(scriptFile(join(dirname(path), other))),
  );
