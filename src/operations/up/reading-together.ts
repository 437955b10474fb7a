import type { ReadableHost } from '../../remote/host.ts';
import { readFiles } from '../../shell/read-files.ts';

/**
 * The same host, of which these files are read in one question, as soon as one of them is asked for: for who only looks.
 */
export function readingTogether(host: ReadableHost, paths: readonly string[]): ReadableHost {
  const wanted = [...new Set(paths)];
  let asked: ReturnType<typeof ask> | undefined;
  const ask = () => host.ask(readFiles(wanted));
  return {
    name: host.name,
    ask: (query) => host.ask(query),
    async readFile(path) {
      const index = wanted.indexOf(path);
      if (index === -1) return host.readFile(path);
      return (await (asked ??= ask()))[index];
    },
  };
}
