import { dirname, resolve } from 'node:path';
import { readSmallFile } from '../config/read-file.ts';
import { readLines } from '../config/read-lines.ts';
import { examine } from '../config/examine.ts';

export interface NamedNode {
  readonly name: string;
  /** "primary, 10.0.0.11" */
  readonly about: string;
}

/** The nodes that a file names, as far as it can be understood. Never throws: who asks for names did not ask for errors. */
export function nodeNames(file: string): readonly NamedNode[] {
  try {
    const path = resolve(file);
    const { entries, problems } = readLines(readSmallFile(path).text, file);
    const { primary, replicas } = examine(entries, dirname(path), problems).topology;
    return [
      ...(primary ? [{ name: primary.name, about: `primary, ${primary.host}` }] : []),
      ...replicas.map(({ name, host }) => ({ name, about: `replica, ${host}` })),
    ];
  } catch {
    return [];
  }
}
